"""What ends a command: a mistake, a signal, a closed pipe."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands import call
from hyperadapters.cli import running
from hyperadapters.cli.mistakes import Terminated
from hyperadapters.errors import TrainingError

MAIN = "from hyperadapters.cli import main; main()"


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (
            TrainingError("the loss is not finite", where="step 3"),
            2,
            "error: the loss is not finite",
        ),
        (TrainingError("no `\x1b[2Jtask`"), 2, "error: no `\\x1b[2Jtask`"),
        (OSError(5, "Input/output error", "a\x9bb"), 2, "where: a\\x9bb"),
        (KeyboardInterrupt(), 130, "stopped; the same command goes on"),
        (Terminated(), 143, "stopped; the same command goes on"),
    ],
)
def test_what_ends_a_command(
    monkeypatch: pytest.MonkeyPatch, trained: Path, raised: BaseException, status: int, said: str
) -> None:
    def fails(*arguments: object, **more: object) -> None:
        raise raised

    monkeypatch.setattr(running, "console", fails)
    result = call("train", trained / "run.yaml")
    assert result.exit_code == status
    assert said in result.stderr
    assert result.stdout == ""


def test_a_closed_pipe_ends_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", "from hyperadapters.cli import main; main()", "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert "Traceback" not in done.stderr
    assert done.returncode != 0


def test_sigterm_says_what_ctrl_c_says(trained: Path) -> None:
    waits = (
        "import time; from hyperadapters.cli import main, running\n"
        "def wait(**more): print('ready', flush=True); time.sleep(60)\n"
        "running.console = wait; main()"
    )
    asked = [sys.executable, "-c", waits, "train", str(trained / "run.yaml")]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(asked, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=120)
    assert said == "stopped; the same command goes on where it can\n"
    assert process.returncode == 128 + signal.SIGTERM


def test_a_handler_of_the_caller_stays(trained: Path) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        call("describe", "hyper-x-base", "--json")
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def _predict(trained: Path, shell: str) -> "subprocess.CompletedProcess[str]":
    """`predict` in a shell, in which `$0` is Python with what follows it."""
    asked = ["predict", str(trained / "run"), "--task", "fields", "--language", "fi"]
    command = ["bash", "-c", shell, sys.executable, "-c", MAIN, *asked]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_head_has_read_enough(trained: Path) -> None:
    lines = "yes 'one day ago' | head -n 600 |"
    done = _predict(trained, lines + ' ("$0" "$@"; echo "status $?" >&2) | head -n 1')
    assert done.stdout.startswith("one\t")
    assert done.stderr.splitlines()[-1] == f"status {128 + signal.SIGPIPE}"
    assert "Traceback" not in done.stderr and "error" not in done.stderr.lower()


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ('"$0" "$@" <&-', ["there is no text to read", "found: it is closed"]),
        ('echo May | "$0" "$@" >&-', ["nowhere to write results to", "standard output is closed"]),
    ],
)
def test_streams_that_are_closed(trained: Path, shell: str, said: list[str]) -> None:
    done = _predict(trained, shell)
    assert done.returncode == 2
    assert done.stderr.count("error: ") == 1 and "Traceback" not in done.stderr
    assert all(part in done.stderr for part in said), done.stderr


def test_wrong_options_are_printed_without_control_characters(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31mb").mkdir()
    for asked in (["report", "--output", tmp_path / "a\x1b[31mb", "x"], ["methods", "\x1b[31m"]):
        result = call(*asked)
        assert result.exit_code == 2
        assert "\x1b[31m" not in result.stderr and "x1b[31m" in result.stderr
