"""Run folders: what is read, and what is said when something is missing or broken."""

import json
from pathlib import Path

import pytest

from hyperadapters.errors import BundleError
from hyperadapters.report.runs import RunReport, labels, read_run
from hyperadapters.scoring.matrix import Matrix


@pytest.fixture
def folder(tmp_path: Path, good: Matrix) -> Path:
    (tmp_path / "results.json").write_text(good.to_json(), encoding="utf-8")
    (tmp_path / "run.yaml").write_text("name: good\nfamilies: {tr: Turkic}\n", encoding="utf-8")
    return tmp_path


def test_only_the_necessary_files(folder: Path, good: Matrix) -> None:
    run = read_run(folder)
    assert run.matrix == good
    assert run.families == {"tr": "Turkic"}
    assert (run.curves, run.embeddings, run.facts, run.parameters) == ((), {}, {}, {})


def test_every_file(folder: Path) -> None:
    lines = [{"phase": "train", "step": 1, "loss": 2.0}, {"phase": "train", "step": 2}]
    whole = "\n".join(map(json.dumps, lines))
    (folder / "metrics.jsonl").write_text(f'{whole}\n{{"phase": "tr', encoding="utf-8")
    (folder / "embeddings.json").write_text('{"language": {"tr": [1.0, 2.0]}}', encoding="utf-8")
    facts = {"parameters": {"backbone": 10, "heads": {"ner": 2}}, "device": "cpu"}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    run = read_run(folder)
    assert list(run.curves) == lines  # the line that a killed run left unfinished is no fault
    assert run.embeddings == {"language": {"tr": [1.0, 2.0]}}
    assert run.parameters == {"backbone": 10, "heads / ner": 2}


def test_settings_are_flat(good: Matrix) -> None:
    run = RunReport(good, run_yaml="method: {name: hyper-x, code: 64}\ntrain: {ner: [en, tr]}\n")
    assert run.settings == {"method.name": "hyper-x", "method.code": "64", "train.ner": "en, tr"}
    assert RunReport(good).settings == {}


def test_equal_names_are_numbered(good_run: RunReport, poor_run: RunReport) -> None:
    assert labels([good_run, poor_run, good_run]) == ("good (1)", "poor", "good (2)")


def test_missing_folder_or_file(folder: Path) -> None:
    with pytest.raises(BundleError, match="run folder does not exist"):
        read_run(folder / "nowhere")
    (folder / "results.json").unlink()
    with pytest.raises(BundleError, match="the run has no `results.json`"):
        read_run(folder)


def test_the_folder_of_a_study_is_known(folder: Path) -> None:
    (folder / "by-name").mkdir()
    with pytest.raises(BundleError, match=r"folder of a study(.|\n)*remedy: give .*by-name/\*"):
        read_run(folder)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.yaml", "name: [\n"),
        ("run.yaml", "- a list\n"),
        ("metrics.jsonl", '{"step": 1\n{"step": 2}\n'),
        ("facts.json", "{"),
        ("embeddings.json", "[1, 2]"),
    ],
)
def test_broken_files(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=f"`{name}` of the run cannot be read"):
        read_run(folder)


def test_a_file_that_is_no_text(folder: Path) -> None:
    (folder / "results.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleError, match=r"`results.json` of the run cannot be read"):
        read_run(folder)
