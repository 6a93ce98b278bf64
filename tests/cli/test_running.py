"""Commands that train, and what a run reads."""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

from commands import RUN, right


def test_data(trained: Path) -> None:
    out = right("data", trained / "run.yaml")
    assert "unknown tokens" in out and "fields" in out and "fi" in out


def test_study(trained: Path, tmp_path: Path) -> None:
    text = f"name: s\noutput: {tmp_path / 's'}\nbase: {trained / 'run.yaml'}\ngrid: {{seed: [0]}}\n"
    (tmp_path / "study.yaml").write_text(text)
    assert f"report: {tmp_path / 's' / 'report.html'}" in right("study", tmp_path / "study.yaml")


def test_several_processes_write_once_and_speak_with_one_voice(tmp_path: Path) -> None:
    """The command of docs/running.md."""
    page = Path(__file__).parents[2] / "docs" / "running.md"
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
