"""Run folders: what is read, and what is said when something is missing or broken."""

import json
import re
from pathlib import Path

import pytest

from hyperadapters.errors import BundleError, ConfigError
from hyperadapters.report.page import html
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
    values = {"method": {"name": "hyper-x", "code": 64}, "train": {"ner": ["en", "tr"]}}
    run = RunReport(good, values=values)
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
    ("text", "said"),
    [
        ("name: [\n", "run.yaml` is not valid YAML"),
        ("- a list\n", "run.yaml` holds no keys"),
        ("a: " + "[" * 3000 + "]" * 3000, "nested too deep"),
        ("families: {tr: [Turkic]}\n", r"`families.tr`: not a legal value(.|\n)*expected: text"),
        ("families: [tr]\n", "`families`: not a legal value(.|\n)*expected: a mapping"),
        ("name: a\nname: b\n", "`name`: the key occurs twice"),
    ],
    ids=["syntax", "list", "deep", "family", "families", "twice"],
)
def test_a_broken_run_file(folder: Path, text: str, said: str) -> None:
    (folder / "run.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_run(folder)


LINE = '{"phase": "train", "step": 1, "loss": 2.0}\n'
DEEP, LONG = "[" * 5000 + "]" * 5000, "9" * 5000


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("metrics.jsonl", '{"step": 1\n{"step": 2}\n', "metrics.jsonl:1\n"),
        ("metrics.jsonl", LINE + LINE.replace("1", '"1"'), "metrics.jsonl:2\n(.|\n)*`step`"),
        ("metrics.jsonl", LINE.replace("1", "-1"), "`step`: not a legal value: -1"),
        ("metrics.jsonl", LINE.replace("1", "true"), "expected: a whole number"),
        ("metrics.jsonl", LINE.replace("2.0", "null"), "`loss`.*None"),
        ("metrics.jsonl", LINE.replace("2.0", "1e300"), "`loss`"),
        ("metrics.jsonl", LINE.replace("2.0}", '2.0, "dev": {"ner/tr": "high"}}'), "`dev.ner/tr`"),
        ("metrics.jsonl", LINE.replace("2.0}", f'2.0, "x": {DEEP}}}'), "recursion limit"),
        ("metrics.jsonl", LINE.replace('"train"', "null"), "`phase`"),
        ("metrics.jsonl", "[1]\n", "expected: a mapping"),
        ("facts.json", "{", "EOF"),
        ("facts.json", '{"parameters": 5}', "`parameters`"),
        ("facts.json", '{"parameters": {"heads": {"ner": -2}}}', "`ner` is no count: -2"),
        ("facts.json", '{"parameters": {"heads": 1.5}}', "`heads` is no count: 1.5"),
        ("facts.json", f'{{"parameters": {{"all": {"9" * 4000}}}}}', "`all` is no count"),
        ("facts.json", f'{{"parameters": {{"all": {LONG}}}}}', "number out of range"),
        ("facts.json", '{"device": ["cpu"]}', "`device"),
        ("facts.json", '{"device": "\\ud800"}', "surrogate|hex escape"),
        ("embeddings.json", "[1, 2]", "a mapping"),
        ("embeddings.json", '{"language": {"tr": [1.0], "fi": [1.0, 2.0]}}', "of 1, 2"),
        ("embeddings.json", '{"language": {"tr": [], "fi": []}}', "one length"),
        ("embeddings.json", '{"language": {"tr": [1.0, NaN]}}', "`language.tr.1`"),
        ("embeddings.json", '{"language": {"tr": [1.0, "2"]}}', "expected: a number"),
        ("embeddings.json", '{"language": {"tr": [1e200]}}', "`language.tr.0`"),
    ],
)
def test_broken_files(folder: Path, name: str, text: str, said: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=f"`{name}` of the run cannot be read") as caught:
        read_run(folder)
    assert re.search(said, str(caught.value)), str(caught.value)


def test_files_that_are_no_text(folder: Path) -> None:
    (folder / "results.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleError, match="not a matrix of results"):
        read_run(folder)


def test_scores_that_are_no_numbers_are_not_drawn(folder: Path, good: Matrix) -> None:
    """A dev loss may be infinite, or no number, where training goes astray; the rest is shown."""
    lines = [LINE, LINE.replace("2.0", '1.0, "selection": NaN, "best": true')]
    lines += ['{"phase": "train", "step": 3, "dev": {"mlm/tr": Infinity}, "selection": 0.5}\n']
    (folder / "metrics.jsonl").write_text("".join(lines), encoding="utf-8")
    assert ">nan<" not in html([read_run(folder)])
