"""A model of three tasks in three languages, of which every pair has other answers."""

from pathlib import Path

import pytest

import tiny
import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.run.assembly import Assembly, assemble

METHOD = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """It is not trained; its weights are large enough to matter. `spans` in Turkish and `fields` in
    Tamil are unseen pairs.
    """
    folder: Path = tmp_path_factory.mktemp("served")
    values = tiny_runs.values(folder, method=METHOD)
    values["tasks"]["equal"] = {
        "kind": "classification",
        "data": {"format": "cldr", "content": "same", "train": 24, "dev": 6, "test": 6},
    }
    values["train"]["equal"] = ["en"]
    values["phases"] = {"pretrain": {"train": {"mlm": ["en"]}}}
    made = assemble(run_from(values))
    tiny.redraw(made.model, seed=1, scale=0.5)
    made.model.eval()
    return made
