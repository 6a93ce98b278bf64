"""Work for processes of their own: they import what they do by name, as it is here."""

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from hyperadapters.errors import TrainingError
from hyperadapters.machine.apart import Send

if TYPE_CHECKING:
    from hyperadapters.config import RunFile
    from hyperadapters.scoring.matrix import Matrix


def threads(send: Send) -> None:
    """Tells how many threads this process has, and what it prints."""
    send("threads", (torch.get_num_threads(), os.environ["OMP_NUM_THREADS"], os.getpid()))


def fails(send: Send) -> None:
    """Fails as the library does."""
    raise TrainingError("no data")


def breaks(send: Send) -> None:
    """Fails as only a fault does."""
    raise ZeroDivisionError("of the test")


def dies(send: Send) -> None:
    """Is killed, as for want of memory, with half a message on its way."""
    send("last words", ())
    os.kill(os.getpid(), signal.SIGKILL)


def done_unless_killed(run: "RunFile", folder: Path) -> "Matrix":
    """The empty matrix of a run; the one of seed 1 is killed in the first process that does it."""
    from hyperadapters.scoring.matrix import Matrix

    print("a library prints")
    mark = folder.parent / "killed"
    if run.seed == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Matrix(run.name, run.method.name, (run.seed,), (), {})
