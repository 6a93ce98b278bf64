"""One run from its run file to its report."""

import json
from pathlib import Path

import pytest
import yaml

from hyperadapters.config import RunFile, run_from
from hyperadapters.errors import BundleError
from hyperadapters.machine.written import written
from hyperadapters.report.page import read_run
from hyperadapters.scoring.matrix import Matrix, Score
from hyperadapters.study import keep_foreign, perform, write_whole


def _run(folder: Path) -> RunFile:
    data = {"format": "cldr", "train": 60, "dev": 2, "test": 3}
    shape = {"layers": 1, "width": 8, "heads": 2, "ffn": 8, "positions": 32, "vocabulary": 300}
    return run_from(
        {
            "name": "x",
            "output": str(folder),
            "backbone": {"architecture": shape},
            "method": {"name": "hyper-x-base", "code": 4, "bottleneck": 2, "embedding": 3},
            "tasks": {"fields": {"kind": "tagging", "data": data}},
            "train": {"fields": ["en", "tr"]},
            "evaluate": {"fields": ["en"]},
            "families": {"en": "Germanic", "tr": "Turkic"},
            "recipe": {"steps": 2, "batch": 4, "length": 16},
            "phases": {"pretrain": {"train": {"fields": ["en"]}, "steps": 1}},
        }
    )


def test_a_run_leaves_everything_that_reports_need(tmp_path: Path) -> None:
    run = _run(tmp_path)
    matrix = perform(run, tmp_path, data_root=None, console=None)
    assert [(cell.language, cell.sentences) for cell in matrix.cells] == [("en", 3)]
    read = read_run(tmp_path)
    assert read.matrix == matrix
    assert {len(vector) for vector in read.embeddings["language"].values()} == {3}
    assert read.parameters["trained"] > 0
    assert read.families == {"en": "Germanic", "tr": "Turkic"}
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    again = perform(run, tmp_path, data_root=None, console=None)
    assert again == matrix


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "results.json"
    write_whole(path, "{}")
    write_whole(path, json.dumps([1]))
    assert path.read_text() == "[1]"
    assert [file.name for file in path.parent.iterdir()] == ["results.json"]


def _foreign() -> Matrix:
    cell = Score("ner", "tr", "accuracy", 0.5, 2, "unseen language", ((1.0, 1.0), (0.0, 1.0)), "x")
    return Matrix("other", "not of this library", (), (cell,), {"seen": ("tr",)})


def test_scores_of_another_library_are_a_folder_that_reports_read(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "other"
    told = {"model": "models/other", "task": "ner", "families": {"tr": "Turkic"}}
    keep_foreign(folder, _foreign(), **told)
    listed = ("run.yaml", "results.json", "report.html")
    assert written(folder) == listed
    read = read_run(folder)
    assert (read.matrix, read.families) == (_foreign(), {"tr": "Turkic"})
    assert yaml.safe_load((folder / "run.yaml").read_text()) == {"name": "other", **told}
    assert "other" in (folder / "report.html").read_text(encoding="utf-8")
    keep_foreign(folder, _foreign(), **told)
    assert read_run(folder).matrix == _foreign(), "it may be scored again"


@pytest.mark.parametrize("name", ["run.yaml", "results.json", "report.html"])
def test_scores_of_another_library_replace_no_file_of_others(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(BundleError, match=f"{name}` would be replaced"):
        keep_foreign(tmp_path, _foreign(), model="other", task="ner", families={})
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(name, "mine")]


@pytest.mark.parametrize("held", ["model", "checkpoints"])
def test_scores_of_another_library_do_not_take_the_place_of_a_run(
    tmp_path: Path, held: str
) -> None:
    (tmp_path / held).mkdir()
    with pytest.raises(BundleError) as error:
        keep_foreign(tmp_path, _foreign(), model="other", task="ner", families={})
    assert str(error.value).splitlines() == [
        f"`{tmp_path}` holds a run",
        "  remedy: give the scores another folder",
    ]
    assert [file.name for file in tmp_path.iterdir()] == [held]
