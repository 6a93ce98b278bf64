"""Models of `transformers` that write labels score as a run that computes the same."""

from pathlib import Path
from typing import Any

import pytest

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.run.assembly import assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.foreign import evaluate_foreign, load_foreign


@pytest.mark.parametrize("scoring", ["generation", "likelihood"])
def test_a_t5_scores_as_the_same_run_does(scoring: str, tmp_path: Path) -> None:
    source = tiny_runs.t5(tmp_path)
    data = {"format": "cldr", "content": "same", "train": 8, "dev": 2, "test": 12}
    task: dict[str, Any] = {
        "kind": "text-to-text",
        "template": "{first} {second}",
        "scoring": scoring,
    }
    task["labels"] = {"different": "e", "same": "a"}
    values = {
        "name": "x",
        "output": str(tmp_path / "run"),
        "backbone": {"path": str(source)},
        "method": "full-fine-tuning",
        "tasks": {"same": {**task, "data": data}},
        "train": {"same": ["en"]},
        "evaluate": {"same": ["en", "fr"]},
        "recipe": {"length": 32},
    }
    assembly = assemble(run_from(values))
    library = Library(assembly.run)
    foreign = load_foreign(str(source), assembly.run, "same", library)
    theirs = evaluate_foreign(foreign, assembly.run, library, name="theirs").cells
    own = evaluate(assembly).cells
    assert [cell.statistics for cell in theirs] == [cell.statistics for cell in own]
    assert all(cell.note.startswith(mine.note) for cell, mine in zip(theirs, own, strict=True))
