"""Parsing from a run file: twenty hand-written trees are learned, scored, told and written back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands import call, right
from hyperadapters.data.formats.trees import read_trees
from hyperadapters.trained import load

TREES = Path(__file__).parents[1] / "trees"
METHODS: Mapping[str, dict[str, Any]] = {
    "hyper-x-small": {"bottleneck": 8, "embedding": 8},
    "task-adapters": {"bottleneck": 8},
}


def run(folder: Path, method: str, **dep: Any) -> dict[str, Any]:
    """A run file: trees in three languages, which are learned and scored."""
    shape = {"layers": 1, "width": 32, "heads": 2, "ffn": 64, "positions": 48, "vocabulary": 300}
    every = {"train": "train", "dev": "train", "test": "train"}
    path = str(TREES / "{language}-{split}.conllu")
    return {
        "name": "trees",
        "output": str(folder / method),
        "backbone": {"architecture": {**shape, "dropout": 0.0}},
        "method": {"name": method, **METHODS[method]},
        "tasks": {
            "dep": {
                "kind": "parsing",
                "data": {"format": "trees", "path": path, "splits": every},
                **dep,
            }
        },
        "train": {"dep": ["en", "de", "tr"]},
        "evaluate": {"dep": ["en", "de", "tr"]},
        "phases": {"pretrain": {"train": {"dep": ["en", "de"]}, "steps": 8}},
        "recipe": {"steps": 60, "batch": 20, "learning_rate": 0.01, "length": 48},
    }


def written(folder: Path, values: Mapping[str, Any]) -> Path:
    file = folder / f"{values['method']['name']}.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    return file


def scores(folder: Path) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads((folder / "results.json").read_text())["cells"]
    return {cell["language"]: cell for cell in found}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of Hyper-X with relations as they are; not to be changed."""
    folder = tmp_path_factory.mktemp("trees")
    right("train", written(folder, run(folder, "hyper-x-small", relations="all")))
    return folder / "hyper-x-small"


def test_trees_are_learned_by_heart(trained: Path) -> None:
    cells = scores(trained)
    assert {cell["metric"] for cell in cells.values()} == {"las"}
    assert {name: cell["sentences"] for name, cell in cells.items()} == {"en": 7, "de": 7, "tr": 6}
    assert min(cell["score"] for cell in cells.values()) > 0.97
    assert all(cell["note"].endswith("labels as they are") for cell in cells.values())
    assert {cell["variant"] for cell in cells.values()} == {"all labels"}
    report = (trained / "report.html").read_text(encoding="utf-8")
    assert "las" in report and "trees" in report


def test_task_adapters_learn_them_too(tmp_path: Path) -> None:
    out = right("train", written(tmp_path, run(tmp_path, "task-adapters")))
    assert "labels cut at `:`" in out
    cells = scores(tmp_path / "task-adapters")
    assert min(cell["score"] for cell in cells.values()) > 0.97
    assert {cell["variant"] for cell in cells.values()} == {""}


def test_predicted_trees_are_written_into_the_lines_that_were_asked(
    trained: Path, tmp_path: Path
) -> None:
    file = TREES / "en-train.conllu"
    text = file.read_text(encoding="utf-8")
    asked = ("predict", trained, "--task", "dep", "--language", "en")
    blanked = "".join(
        "\t".join([*cells[:6], "_", "_", *cells[8:]]) if len(cells) == 10 else "\t".join(cells)
        for cells in (line.split("\t") for line in text.splitlines(keepends=True))
    )
    found = right(*asked, text=blanked)
    assert found == right(*asked, text=text) == right(*asked, file)
    kept = [
        [[c for n, c in enumerate(line.split("\t")) if n not in (6, 7)] for line in one.split("\n")]
        for one in (found, text)
    ]
    assert kept[0] == kept[1]
    (tmp_path / "found.conllu").write_text(found, encoding="utf-8")
    pairs = zip(read_trees(tmp_path / "found.conllu"), read_trees(file), strict=True)
    words = [one for tree, gold in pairs for one in zip(tree.heads, gold.heads, strict=True)]
    assert sum(head == gold for head, gold in words) / len(words) > 0.97


def test_words_alone_are_parsed_as_their_lines_are(trained: Path) -> None:
    asked = ("predict", trained, "--task", "dep", "--language", "tr")
    out = right(*asked, text="Çocuk okula gitti .\n\nBu kitap çok güzel .\n")
    rows = [line.split("\t") for line in out.split("\n")]
    assert [row[:2] for row in rows[:4]] == [
        ["1", "Çocuk"],
        ["2", "okula"],
        ["3", "gitti"],
        ["4", "."],
    ]
    assert [row[6] for row in rows[:4]] == ["3", "3", "0", "3"]
    assert rows[4] == rows[5] == [""]  # its own end, and the empty line
    assert rows[6][:2] == ["1", "Bu"]
    (one, nothing, _) = map(json.loads, right(*asked, "--json", text="a b\n\nc\n").splitlines())
    assert one["words"] == ["a", "b"] and sorted(one["heads"])[0] == 0
    assert nothing == {"words": [], "heads": [], "labels": []}
    mixed = right(*asked[:-2], text="en\tAda reads\ntr\tBu kitap\n")
    assert mixed.count("root") == 2


def test_a_sentence_that_is_too_long_is_told_and_its_end_has_no_head(trained: Path) -> None:
    asked = ("predict", trained, "--task", "dep", "--language", "en")
    result = call(*asked, text="a b .\n" + " ".join(["word"] * 60) + "\n")
    assert result.exit_code == 0
    assert "sentence 2 is too long: its last words have no head" in result.output
    last = [line for line in result.output.split("\n") if line.startswith("60\t")]
    assert last == ["60\tword" + "\t_" * 8]


def test_damaged_lines_are_one_message(trained: Path) -> None:
    asked = ("predict", trained, "--task", "dep", "--language", "en")
    result = call(*asked, text="1\ta" + "\t_" * 8 + "\n3\tb" + "\t_" * 8 + "\n")
    assert result.exit_code == 2
    assert "a line is lost" in result.output and "where: line 2" in result.output


def test_in_python_it_answers_as_from_the_command_line(trained: Path) -> None:
    text = TREES.joinpath("de-train.conllu").read_text(encoding="utf-8")
    blocks = text.removesuffix("\n\n").split("\n\n")
    found = load(trained).predict("dep", "de", blocks)
    out = right("predict", trained, "--task", "dep", "--language", "de", text=text)
    lines = [line.split("\t") for line in out.split("\n") if line[:1].isdecimal()]
    heads = [int(cells[6]) for cells in lines if cells[0].isdecimal()]
    assert [arc.head for parse in found for arc in parse.arcs] == heads


def test_scores_of_another_metric_and_of_cut_sentences(trained: Path, tmp_path: Path) -> None:
    out = right(
        "evaluate",
        trained,
        *("--set", "tasks.dep.metric=uas", "--cell", "dep/de", "--output", tmp_path / "s.json"),
    )
    assert "dep/de: las: " in out
    (cell,) = json.loads((tmp_path / "s.json").read_text())["cells"]
    assert cell["metric"] == "uas" and cell["score"] > 0.97


def test_data_counts_words_and_relations(trained: Path) -> None:
    out = right("data", trained / "run.yaml")
    assert "nsubj 6" in out and "compound:prt 1" in out
    described = right("describe", trained)
    assert "head `dep`" in described
