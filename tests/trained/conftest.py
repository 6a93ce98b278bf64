"""A run that is not trained on a backbone in a folder, with scores."""

from pathlib import Path

import pytest

import tiny
import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.run import bundle
from hyperadapters.run.assembly import assemble
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.trained import load

METHOD = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder; not to be changed. `spans` in Turkish and `fields` in Tamil are unseen pairs."""
    folder = tmp_path_factory.mktemp("shared")
    encoder = assemble(run_from(tiny_runs.values(folder / "encoder")))
    bundle.save(encoder, folder / "encoder" / "model")
    backbone = {"path": str(folder / "encoder" / "model" / "backbone")}
    changes = {"backbone": backbone, "method": METHOD, "evaluate": {"spans": ["en", "tr"]}}
    made = assemble(run_from(tiny_runs.values(folder / "run", **changes)))
    tiny.redraw(made.model, seed=1, scale=0.5)
    made.model.eval()
    bundle.save(made, folder / "run" / "model")
    (folder / "run" / "results.json").write_text(evaluate(made).to_json())
    return folder / "run"


@pytest.fixture(scope="session")
def saved(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `save` writes of the run; not to be changed."""
    folder = tmp_path_factory.mktemp("saved") / "folder"
    load(run).save(folder, name="ada/tiny", license="mit")
    return folder
