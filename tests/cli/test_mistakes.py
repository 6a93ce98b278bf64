"""What ends a command: a mistake, a signal, a closed pipe."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import call
from hyperadapters.cli import running
from hyperadapters.errors import TrainingError


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
