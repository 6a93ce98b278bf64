"""A run that is killed again and again, and the same run left alone.

`python tiny_kills.py FOLDER` has a hypernetwork; `python tiny_kills.py FOLDER METHOD` trains one of
`tiny_runs.PUBLISHED`. Every start is a fork that trains in `FOLDER/killed`. This process kills it
with SIGKILL once its metrics file is long enough, or it kills itself at a given sync of a file,
which is inside the writing of a checkpoint. Prints how each start ended.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

import tiny_runs
from hyperadapters.run.assembly import Assembly
from hyperadapters.training import train

STEPS = 16
CHANGES = {
    "backbone": {"architecture": tiny_runs.ARCHITECTURE},
    "phases": {
        "pretrain": {**tiny_runs.PLAIN, "train": {"mlm": ["en", "tr"]}, "steps": STEPS, "batch": 4}
    },
    "recipe": {
        "steps": STEPS,
        "batch": 8,
        "accumulate": 2,
        "contexts_per_batch": 2,
        "length": 24,
        "learning_rate": 0.05,
        "evaluate_every": 5,
        "criterion": "loss",
    },
    "checkpoint_every": 3,
}


def hypernetwork(folder: Path) -> Assembly:
    """The run of this file."""
    return tiny_runs.assembled(tiny_runs.values(folder, **CHANGES), "hypernetwork")


def published(folder: Path, method: str) -> Assembly:
    """The run of a published method."""
    return tiny_runs.assembled(tiny_runs.PUBLISHED[method](folder))


Build = Callable[[Path], Assembly]
KILLS = ((5, 0), (18, 5), (38, 0), (48, 6))
"""After so many lines from outside; then, where there is a second number, at that sync."""
FEWER = ((1, 0), (6, 3), (11, 0))
"""The same for a published method, whose run is shorter."""


def start(build: Build, folder: Path, before: Callable[[], None] = lambda: None) -> int:
    """Forks a process that trains in `folder`; its id."""
    child = os.fork()
    if child:
        return child
    try:
        before()
        train(build(folder), folder)
    except BaseException as error:
        print(repr(error), flush=True)
        os._exit(1)
    os._exit(0)


def ended(child: int) -> str:
    """Waits for a process; `killed` or its exit status."""
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else str(os.waitstatus_to_exitcode(status))


def killed_after(build: Build, folder: Path, lines: int) -> str:
    """Starts, waits for so many lines of metrics, and kills from outside, wherever it then is."""
    child, metrics = start(build, folder), folder / "metrics.jsonl"
    while not metrics.exists() or metrics.read_bytes().count(b"\n") < lines:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return "ended before it was killed"
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return ended(child)


def killed_at_sync(build: Build, folder: Path, number: int) -> str:
    """Starts; the process kills itself in place of its number-th sync of a file or folder."""

    def count_syncs() -> None:
        sync, left = os.fsync, number

        def counted(descriptor: int) -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            sync(descriptor)

        os.fsync = counted

    return ended(start(build, folder, count_syncs))


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    torch.set_num_threads(1)
    root = Path(sys.argv[1])
    killed, alone = root / "killed", root / "alone"
    build, kills = hypernetwork, KILLS
    if len(sys.argv) > 2:
        build, kills = partial(published, method=sys.argv[2]), FEWER
    build(alone)  # so that forks find the data in memory
    print(ended(start(build, alone)))
    for lines, sync in kills:
        print(killed_after(build, killed, lines))
        if sync:
            end = killed_at_sync(build, killed, sync)
            print(end, *(path.name for path in killed.rglob(".*.part")))
    print(ended(start(build, killed)))
