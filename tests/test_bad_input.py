"""Kinds of bad input: each gives one clear message on standard error, and exit status 2."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from hyperadapters.cli import app

CONLLU = "1\tAda\t_\tPROPN\t_\t_\t0\troot\t_\t_\n\n"
CONLL = "Ada B-PER\nlives O\n\n"
RUN: dict[str, Any] = {
    "name": "tiny",
    "backbone": {
        "architecture": {
            "layers": 1,
            "width": 8,
            "heads": 2,
            "ffn": 8,
            "positions": 32,
            "vocabulary": 200,
        }
    },
    "method": "full-fine-tuning",
    "tasks": {
        "fields": {"kind": "tagging", "data": {"format": "cldr", "train": 60, "dev": 2, "test": 3}}
    },
    "train": {"fields": ["en"]},
    "recipe": {"steps": 2, "batch": 4, "length": 16},
    "checkpoint_every": 1,
}
Fails = Callable[..., None]


@pytest.fixture
def fails(tmp_path: Path) -> Fails:
    """Runs a command; it must say all the parts, in this order, and nothing of a traceback."""

    def run(*arguments: object, said: tuple[str, ...]) -> None:
        environment = {"HYPERADAPTERS_DATA": "", "COLUMNS": "200"}
        result = CliRunner().invoke(app, [str(a) for a in arguments], env=environment)
        assert result.exit_code == 2, result.output
        assert result.stderr.count("error: ") == 1
        assert "Traceback" not in result.stderr
        rest = result.stderr
        for part in said:
            assert part in rest, (part, result.stderr)
            rest = rest.partition(part)[2]

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes the tiny run file with some keys changed."""

    def written(changes: Mapping[str, Any] | None = None, name: str = "run.yaml") -> Path:
        path = tmp_path / name
        values = {**RUN, "output": str(tmp_path / "run"), **(changes or {})}
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        return path

    return written


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that ended well, with its run file beside it."""
    folder = tmp_path_factory.mktemp("finished")
    values = {**RUN, "output": str(folder / "run")}
    (folder / "run.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    result = CliRunner().invoke(app, ["train", str(folder / "run.yaml")])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def trained(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to be damaged."""
    shutil.copytree(finished / "run", tmp_path / "run")
    return tmp_path / "run"


def test_a_missing_run_file(fails: Fails, tmp_path: Path) -> None:
    fails(
        "train", tmp_path / "gone.yaml", said=("cannot read", "gone.yaml", "remedy: check the path")
    )


def test_a_run_file_that_is_no_yaml(fails: Fails, tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("name: [x\n")
    fails("train", tmp_path / "run.yaml", said=("is not valid YAML", "run.yaml:", "likely cause"))


def test_a_key_that_stands_twice(fails: Fails, tmp_path: Path, write: Callable[..., Path]) -> None:
    path = write()
    path.write_text(path.read_text() + "name: again\n")
    fails("train", path, said=("1 fault in", "`name`: the key occurs twice"))


def test_a_run_file_with_five_faults(fails: Fails, write: Callable[..., Path]) -> None:
    path = write(
        {
            "seed": "one",
            "method": "hyper-z",
            "recipe": {"stepz": 1, "batch": 0},
            "train": {"fields": ["english"]},
        }
    )
    said = ("5 faults in", "unknown method `hyper-z`", "`recipe.batch`", "mean `steps`?", "`seed`")
    fails("train", path, said=(*said, "unknown language `english`"))


def test_an_unknown_key_on_the_command_line(fails: Fails, write: Callable[..., Path]) -> None:
    said = ("--set recipe.step=5", "`recipe.step`: unknown key", "did you mean `steps`?")
    fails("train", write(), "--set", "recipe.step=5", said=said)


def test_a_change_without_a_value(fails: Fails, write: Callable[..., Path]) -> None:
    said = ("`recipe.steps` is not a change", "expected: `path.to.key=value`")
    fails("train", write(), "--set", "recipe.steps", said=said)


def test_random_weights_that_nothing_trains(fails: Fails, write: Callable[..., Path]) -> None:
    said = ("`backbone.architecture`: nothing trains the random weights", "add `phases: {pretrain:")
    fails("train", write({"method": "hyper-x-base"}), said=said)


def test_a_backbone_folder_that_is_missing(
    fails: Fails, write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write({"backbone": {"path": str(tmp_path / "nowhere")}})
    fails("train", path, said=("there is no folder", "nowhere`", "expected: a folder written by"))


def test_an_unknown_backbone_to_describe(fails: Fails) -> None:
    said = ("unknown architecture `bert-bse-cased`", "did you mean `bert-base-cased`?")
    fails("describe", "hyper-x-base", "--backbone", "bert-bse-cased", said=said)


def test_an_unknown_method_to_describe(fails: Fails) -> None:
    fails("describe", "hyperx-base", said=("unknown method", "did you mean `hyper-x-base`?"))


def _files(text: str, format: str, folder: Path, **more: Any) -> dict[str, Any]:
    for split in ("train", "dev", "test"):
        (folder / f"en.{split}").write_text(text, encoding="utf-8")
    data = {"format": format, "path": "{language}.{split}"}
    return {"tasks": {"fields": {"kind": "tagging", "data": data, **more}}}


def test_no_data_root(fails: Fails, write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(_files(CONLL, "conll", tmp_path))
    fails("train", path, said=("lies under a data root, and none is given", "--data-root"))


def test_a_data_root_that_is_no_folder(
    fails: Fails, write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write(_files(CONLL, "conll", tmp_path))
    root = tmp_path / "nowhere"
    fails("train", path, "--data-root", root, said=("the data root is not a folder", "nowhere"))


def test_a_missing_corpus(fails: Fails, write: Callable[..., Path], tmp_path: Path) -> None:
    path = write({**_files(CONLL, "conll", tmp_path), "train": {"fields": ["tr"]}})
    said = ("no file for language `tr`, split `train`", "files for en")
    fails("train", path, "--data-root", tmp_path, said=said)


def test_a_broken_conllu_file(fails: Fails, write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(_files(CONLLU + "2\tlives\n\n", "conllu", tmp_path))
    fails("train", path, "--data-root", tmp_path, said=("en.train:3",))


def test_a_broken_conll_file(fails: Fails, write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(_files(CONLL + "alone\n\n", "conll", tmp_path))
    fails("train", path, "--data-root", tmp_path, said=("en.train:4",))


def test_labels_that_the_task_does_not_have(
    fails: Fails, write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write(_files(CONLL, "conll", tmp_path, labels=["O", "B-ORG"]))
    said = (
        "label `B-PER` is not among the labels of task `fields`",
        "remedy: did you mean `B-ORG`?",
    )
    fails("train", path, "--data-root", tmp_path, said=said)


def test_a_loss_that_is_not_finite(fails: Fails, write: Callable[..., Path]) -> None:
    path = write({"recipe": {**RUN["recipe"], "steps": 20, "learning_rate": 1e38, "clip": 0.0}})
    fails("train", path, said=("not finite",))


def test_a_folder_that_holds_another_run(
    fails: Fails, trained: Path, write: Callable[..., Path]
) -> None:
    path = write({"seed": 7})
    fails("train", path, said=("holds another run", "remedy: give the run another `output`"))


def test_a_truncated_checkpoint(fails: Fails, trained: Path, write: Callable[..., Path]) -> None:
    newest = sorted((trained / "checkpoints").glob("[0-9]*"))[-1] / "model.safetensors"
    newest.write_bytes(newest.read_bytes()[:100])
    said = ("is damaged", "where:", "another content than was written", "remedy: delete")
    fails("train", write(), said=said)


def test_a_folder_that_holds_no_model(fails: Fails, tmp_path: Path) -> None:
    fails("evaluate", tmp_path, said=("holds no trained model", "bundle.json"))


def test_a_truncated_model(fails: Fails, trained: Path) -> None:
    weights = trained / "model" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:50])
    said = ("the bundle is damaged", "weights.safetensors", "another content than was written")
    fails("evaluate", trained, said=said)


ODD = ("[" * 5000, "[1]", '"\\ud800"', "9" * 5000, "", "\0")
"""What no program writes, in place of a mapping."""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *((f"model/{name}", text) for name in ("bundle.json", "run.yaml") for text in ODD),
        *((name, text) for name in ("results.json", "facts.json") for text in ODD),
        ("facts.json", '{"parameters": {"trained": "many"}}'),
        ("embeddings.json", '{"language": {"en": 1}}'),
        ("metrics.jsonl", '{"phase": 1, "step": 1}\n'),
        ("run.yaml", "families: 4"),
        ("run.yaml", "[1]"),
    ],
)
def test_a_file_of_a_run_that_holds_something_else(
    fails: Fails, trained: Path, name: str, text: str
) -> None:
    (trained / name).write_text(text)
    command = "evaluate" if name.startswith("model") else "report"
    fails(command, trained, "--output", trained / "out", said=(name,))
    assert not (trained / "out").exists()


def test_a_row_that_is_no_row(fails: Fails, trained: Path) -> None:
    said = ("`--run-as dialect` names no row", "expected: FACTOR=NAME")
    fails("evaluate", trained, "--run-as", "dialect=tr", said=said)


def test_a_split_that_does_not_exist(fails: Fails, trained: Path) -> None:
    fails("evaluate", trained, "--split", "tset", said=("unknown split `tset`", "mean `test`?"))


def test_scores_in_the_place_of_a_folder(fails: Fails, trained: Path) -> None:
    for command in ("evaluate", "report"):
        asked = [command, str(trained), "--output", str(trained)]
        result = CliRunner().invoke(app, asked, env={"COLUMNS": "400"})
        assert result.exit_code == 2
        assert "is a directory" in result.stderr
    assert (trained / "model" / "bundle.json").is_file()


def test_scores_where_nothing_can_be_written(fails: Fails, trained: Path) -> None:
    said = ("error: File exists", "where: /dev/null", "a place that cannot be read or written")
    fails("evaluate", trained, "--output", "/dev/null/scores.json", said=said)


def test_a_task_that_does_not_exist(fails: Fails, trained: Path) -> None:
    said = ("unknown task `feilds`", "did you mean `fields`?")
    fails("predict", trained, "-", "--task", "feilds", "--language", "en", said=said)


def test_text_that_cannot_be_read(fails: Fails, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(b"\xff\xfe")
    arguments = ("predict", trained, tmp_path / "text.txt", "--task", "fields", "--language", "en")
    fails(*arguments, said=("`text.txt` is not UTF-8", "text.txt:1", "byte 0xff"))


def test_a_report_on_no_run(fails: Fails, tmp_path: Path) -> None:
    said = ("this run folder does not exist", "gone", "remedy: train it first")
    fails("report", tmp_path / "gone", said=said)


def test_damaged_results(fails: Fails, trained: Path) -> None:
    (trained / "results.json").write_text('{"run": "x"}')
    fails("report", trained, said=("not a matrix of results", "results.json", "evaluate the run"))


def test_published_figures_that_are_not_there(fails: Fails, trained: Path, tmp_path: Path) -> None:
    arguments = ("report", trained, "--paper", "--papers", tmp_path / "gone")
    fails(*arguments, said=("no published figures found", "gone"))


def test_a_study_over_an_unknown_axis(fails: Fails, tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("name: x\ngrid: {seed: [0]}\ncombine: sed\n")
    said = ("`combine`: unknown axis `sed`", "did you mean `seed`?")
    fails("study", tmp_path / "study.yaml", said=said)


def test_a_setting_of_no_paper(fails: Fails, trained: Path) -> None:
    fails("report", trained, "--setting", "one", said=("`--setting`", "remedy: add `--paper`"))
