"""A run of pairs, of texts and of tagged words, from training to answers."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import hyperadapters as ha
from commands import RUN, call, right
from hyperadapters.scoring.matrix import Matrix

DATA = {"format": "cldr", "train": 40, "dev": 6, "test": 8}
LABELS = ["different", "same"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run file, and the run that `train` made of it; not to be changed."""
    place = tmp_path_factory.mktemp("classes")
    same = {"kind": "classification", "metric": "macro_f1", "data": {**DATA, "content": "same"}}
    kinds = {"kind": "classification", "data": {**DATA, "content": "kinds"}}
    run: dict[str, Any] = {
        **RUN,
        "output": str(place / "run"),
        "tasks": {"fields": RUN["tasks"]["fields"], "same": same, "kinds": kinds},
        "train": {"fields": ["en", "tr"], "same": ["en", "tr"], "kinds": ["tr"]},
        "evaluate": {"fields": ["en"], "same": ["en", "tr"], "kinds": ["en", "tr"]},
        "select": {"same": ["en"], "kinds": ["tr"]},
        "recipe": {"steps": 3, "batch": 8, "contexts_per_batch": 4, "length": 24},
        "phases": {"pretrain": {"train": {"fields": ["en"]}, "steps": 1, "contexts_per_batch": 1}},
    }
    (place / "run.yaml").write_text(yaml.safe_dump(run))
    right("train", place / "run.yaml")
    return place


def test_every_cell_is_scored_beside_what_knowing_nothing_scores(folder: Path) -> None:
    found = Matrix.from_json((folder / "run" / "results.json").read_bytes())
    cells = {(cell.task, cell.language): cell for cell in found.cells}
    assert len(cells) == 5
    pair = cells["same", "en"]
    assert (pair.metric, pair.sentences, len(pair.statistics[0])) == ("macro_f1", 8, 6)
    assert "accuracy: " in pair.note and "at random: " in pair.note
    assert cells["kinds", "tr"].standing == "trained pair"
    assert cells["kinds", "en"].standing == "unseen pair"
    assert "at random: 33.3" in cells["kinds", "en"].note or "at random: 20.0" in (
        cells["kinds", "en"].note
    )
    page = (folder / "run" / "report.html").read_text(encoding="utf-8")
    assert "macro f1" in page and "at random" in page


def test_scored_again_by_another_metric(folder: Path) -> None:
    other = folder / "scores.json"
    cell = ("--cell", "same/tr", "--set", "tasks.same.metric=mcc")
    right("evaluate", folder / "run", *cell, "--output", other)
    (found,) = Matrix.from_json(other.read_bytes()).cells
    before = Matrix.from_json((folder / "run" / "results.json").read_bytes()).cell("same", "tr")
    assert before is not None and found.metric == "mcc" and found.statistics == before.statistics
    result = call("evaluate", folder / "run", "--set", "tasks.same.labels=[same, different]")
    assert result.exit_code == 2


def test_lines_are_answered_in_their_order(folder: Path) -> None:
    lines = "May 3, 2001\t5/3/01\n\n12:05\t\n"
    out = right("predict", folder / "run", "--task", "same", "--language", "tr", text=lines)
    first, empty, last = out.split("\n")[:3]
    assert first in LABELS and last in LABELS and empty == ""
    lines = "".join(f"{line}\n" for line in ("tr\t12:05\t12:05", "en\tone\t"))
    rows = right("predict", folder / "run", "--task", "same", "--json", text=lines).splitlines()
    values = [json.loads(row) for row in rows]
    assert [list(one["probabilities"]) for one in values] == [LABELS, LABELS]
    assert all(sum(one["probabilities"].values()) == pytest.approx(1) for one in values)
    assert all(one["label"] == max(LABELS, key=one["probabilities"].get) for one in values)


def test_a_line_that_is_no_pair_is_told(folder: Path) -> None:
    asked = ("--task", "same", "--language", "tr")
    result = call("predict", folder / "run", *asked, text="a\tb\none text\n")
    assert result.exit_code == 2
    assert "a line is no pair of texts" in result.output and "where: line 2" in result.output


def test_a_bundle_answers_as_the_command_does(folder: Path) -> None:
    trained = ha.load(folder / "run")
    (verdict,) = trained.predict("kinds", "en", ["May 3, 2001"])
    out = right(
        "predict", folder / "run", "--task", "kinds", "--language", "en", text="May 3, 2001\n"
    )
    assert out.strip() == verdict.label and verdict.probabilities[verdict.label] > 0.2
    scores = trained.evaluate(["kinds/tr"])
    before = Matrix.from_json((folder / "run" / "results.json").read_bytes()).cell("kinds", "tr")
    assert scores.cells[0].statistics == (before and before.statistics)


def test_labels_are_counted_and_heads_described(folder: Path) -> None:
    table = right("data", folder / "run.yaml")
    assert "same 4, different 4" in table or "different" in table
    assert "Labels, and how many words or texts have them" in table
    facts = json.loads(right("describe", folder / "run.yaml", "--json"))
    labels = 8 * 8 + 8 + 2 * 8 + 2
    assert facts["heads"]["same"] == labels
