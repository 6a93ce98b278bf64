"""The command line: help for newcomers, what each command prints, exit statuses."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hyperadapters.cli.commands import app
from typer.testing import CliRunner, Result

from hyperadapters.cli import commands as cli
from hyperadapters.errors import TrainingError

COMMANDS = ("train", "study", "evaluate", "predict", "describe", "methods", "report", "data")
RUN: dict[str, Any] = {
    "name": "tiny",
    "backbone": {
        "architecture": {
            "layers": 1,
            "width": 8,
            "heads": 2,
            "ffn": 8,
            "positions": 32,
            "vocabulary": 300,
        }
    },
    "method": {"name": "hyper-x-base", "code": 4, "bottleneck": 2, "embedding": 2, "hidden": 4},
    "tasks": {
        "fields": {"kind": "tagging", "data": {"format": "cldr", "train": 60, "dev": 2, "test": 3}},
        "mlm": {
            "kind": "mlm",
            "data": {"format": "cldr", "content": "text", "train": 60, "dev": 2},
        },
    },
    "train": {"fields": ["en", "tr"], "mlm": ["en", "tr", "fi"]},
    "evaluate": {"fields": ["en", "fi"]},
    "recipe": {"steps": 2, "batch": 4, "length": 16},
    "phases": {"pretrain": {"train": {"mlm": ["en"]}, "steps": 1, "batch": 4, "length": 16}},
}


def _call(*arguments: object, text: str | None = None) -> Result:
    environment = {"COLUMNS": "200", "TERM": "dumb", "HYPERADAPTERS_DATA": ""}
    return CliRunner().invoke(app, [str(a) for a in arguments], input=text, env=environment)


def _right(*arguments: object, text: str | None = None) -> str:
    result = _call(*arguments, text=text)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run file, and the run that `train` made of it."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "run.yaml").write_text(yaml.safe_dump({**RUN, "output": str(folder / "run")}))
    out = _right("train", folder / "run.yaml")
    assert "unseen pair" in out
    assert f"report: {folder / 'run' / 'report.html'}" in out.replace("\n", "")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_to_type(command: str) -> None:
    text = " ".join(_right(command, "--help").split())
    assert "Example:" in text
    assert f"hyperadapters {command} " in text


def test_help_lists_every_command() -> None:
    text = _right("--help")
    assert all(f"{command} " in text for command in COMMANDS)


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from hyperadapters.cli.commands import app\n"
        "try: app(['train', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'transformers', 'datasets', 'accelerate'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_no_command_is_a_wrong_command() -> None:
    assert _call().exit_code == 2
    assert _call("trian").exit_code == 2


def test_a_change_on_the_command_line(trained: Path) -> None:
    asked = ("describe", trained / "run.yaml", "--json")
    wide, narrow = (
        json.loads(_right(*asked, "--set", f"method.bottleneck={width}")) for width in (8, 4)
    )
    assert wide["method"] == narrow["method"] == "hyper-x-base"
    assert wide["providers"]["adapters"] > narrow["providers"]["adapters"]


def test_data(trained: Path) -> None:
    out = _right("data", trained / "run.yaml")
    assert "unknown tokens" in out and "fields" in out and "fi" in out


def test_evaluate_under_another_row(trained: Path, tmp_path: Path) -> None:
    out = _right(
        "evaluate",
        trained / "run",
        "--run-as",
        "language=tr",
        "--split",
        "dev",
        "--output",
        tmp_path / "scores.json",
    )
    assert "unseen pair" in out
    cells = json.loads((tmp_path / "scores.json").read_text())["cells"]
    assert {cell["note"].split("; ")[-1] for cell in cells} == {"run as language=tr,task=fields"}
    assert {cell["sentences"] for cell in cells} == {2}


def test_predict_from_standard_input_and_from_a_file(trained: Path, tmp_path: Path) -> None:
    piped = _right(
        "predict",
        trained / "run",
        "--task",
        "fields",
        "--language",
        "fi",
        text="one day ago\n\nMay\n",
    )
    words = [line.split("\t")[0].strip() for line in piped.split("\n")]
    assert words == ["one", "day", "ago", "", "", "May", "", ""]
    (tmp_path / "text.txt").write_text("one day ago\n\nMay\n")
    run = trained / "run" / "model"
    named = _right("predict", run, tmp_path / "text.txt", "--task", "fields", "--language", "fi")
    assert named == piped


def test_report(trained: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    out = _right("report", trained / "run", trained / "run", "--output", page)
    assert "fields A" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_beside_the_paper(trained: Path, tmp_path: Path) -> None:
    head = "paper,table,setting,method,task,language,metric,group,value,std,note"
    figure = "hyper-x,2,mixed,hyper-x-base,fields,,accuracy,all,63.3,,"
    (tmp_path / "hyper-x.csv").write_text(f"{head}\n{figure}\n")
    page = tmp_path / "report.html"
    _right("report", trained / "run", "--paper", "--papers", tmp_path, "--output", page)
    assert "63.3" in page.read_text(encoding="utf-8")


def test_study(trained: Path, tmp_path: Path) -> None:
    text = f"name: s\noutput: {tmp_path / 's'}\nbase: {trained / 'run.yaml'}\ngrid: {{seed: [0]}}\n"
    (tmp_path / "study.yaml").write_text(text)
    assert f"report: {tmp_path / 's' / 'report.html'}" in _right("study", tmp_path / "study.yaml")


def test_methods() -> None:
    entries = {entry["name"]: entry for entry in json.loads(_right("methods", "--json"))}
    assert entries["hyper-x-small"]["trained_parameters"] == 13_093_536
    assert entries["hyper-x-base"]["trained_parameters"] == 76_202_816
    assert "13.1" in _right("methods")


def test_describe_a_method_on_another_backbone() -> None:
    facts = json.loads(_right("describe", "hyper-x-base", "--json"))
    assert (facts["trained_without_heads"], facts["backbone"]) == (76_202_816, 177_262_848)
    assert facts["providers"] == {"adapters": 76_164_416, "norms": 38_400}
    assert facts["heads"]["ner"] == 7 * 769
    assert len(facts["names"]["language"]) == 16
    other = json.loads(
        _right("describe", "hyper-x-base", "--backbone", "xlm-roberta-base", "--json")
    )
    assert other["trained_without_heads"] == facts["trained_without_heads"]
    assert other["backbone"] > facts["backbone"]
    assert "provider `norms`" in _right("describe", "hyper-x-base")


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (
            TrainingError("the loss is not finite", where="step 3"),
            2,
            "error: the loss is not finite",
        ),
        (KeyboardInterrupt(), 130, "stopped; the same command goes on"),
    ],
)
def test_what_ends_a_command(
    monkeypatch: pytest.MonkeyPatch, trained: Path, raised: BaseException, status: int, said: str
) -> None:
    def fails(*arguments: object, **more: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "_console", fails)
    result = _call("train", trained / "run.yaml")
    assert result.exit_code == status
    assert said in result.stderr
    assert result.stdout == ""


def test_a_closed_pipe_ends_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", "from hyperadapters.cli.commands import main; main()", "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert "Traceback" not in done.stderr
    assert done.returncode != 0


def test_several_processes_write_once_and_speak_with_one_voice(tmp_path: Path) -> None:
    """The command of docs/running.md."""
    page = Path(__file__).parents[1] / "docs" / "running.md"
    (command,) = re.findall(r"^accelerate launch (.* train) FILE$", page.read_text(), re.MULTILINE)
    (tmp_path / "run.yaml").write_text(yaml.safe_dump({**RUN, "output": "run"}))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "accelerate.commands.launch", "--main_process_port", "29519"),
            *("--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"),
            *(*command.split(), "run.yaml"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("report: run/report.html") == 1
    assert (tmp_path / "run" / "report.html").is_file()
    matrix = json.loads((tmp_path / "run" / "results.json").read_text(encoding="utf-8"))
    assert [cell["language"] for cell in matrix["cells"]] == ["en", "fi"]
