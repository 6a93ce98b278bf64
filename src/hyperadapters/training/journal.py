"""What a run writes down while it trains: the lines of `metrics.jsonl`, to trackers as well."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

from accelerate import Accelerator

from hyperadapters.errors import BundleError, TrainingError
from hyperadapters.training.progress import Progress

__all__ = ["Journal"]


@final
class Journal:
    """Writes on the main process only; a context manager.

    Attributes:
        writes: whether this is the main process.

    Args:
        path: the metrics file: JSON lines, one per training interval and one per evaluation.
        kept: its length in bytes at the checkpoint that the run goes on from. What an earlier
            process wrote later is cut off: it will be written again.
        accelerator: tells the main process, and has the trackers.
        trackers: by the names of `accelerate`: `tensorboard`, `wandb`, ...

    Raises:
        BundleError: the file is shorter than it was at the checkpoint.
        TrainingError: a tracker cannot be started.
    """

    def __init__(
        self,
        path: Path,
        kept: int,
        accelerator: Accelerator,
        *,
        trackers: tuple[str, ...] = (),
    ) -> None:
        self.writes = accelerator.is_main_process
        self._path = path
        self._seconds = 0.0
        self._since = time.monotonic()
        if self.writes:
            _cut(path, kept)
        self._accelerator = accelerator
        self._trackers = bool(trackers)
        if trackers:
            _start(accelerator)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        for tracker in self._accelerator.trackers:
            tracker.finish()

    def begin(self, progress: Progress) -> None:
        """Time counts from here on, beside that of `progress`."""
        self._seconds, self._since = progress.seconds, time.monotonic()

    def seconds(self) -> float:
        """Seconds of work on the run, over all its starts."""
        return self._seconds + time.monotonic() - self._since

    def write(self, line: Mapping[str, Any], *, update: int) -> None:
        """One line of the metrics file, with the time added; its numbers go to the trackers too.

        Args:
            update: over all phases, for the trackers.
        """
        if not self.writes:
            return
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({**line, "time": round(self.seconds(), 3)}) + "\n")
        if self._trackers:
            self._accelerator.log(_numbers(line), step=update)

    def length(self) -> int:
        """Bytes of the metrics file, all of them on the disk."""
        with self._path.open("ab") as stream:
            os.fsync(stream.fileno())
            return stream.tell()


def _cut(path: Path, kept: int) -> None:
    found = path.stat().st_size if path.exists() else 0
    if found < kept:
        raise BundleError(
            "the metrics file is shorter than at the last checkpoint",
            where=str(path),
            expected=f"at least {kept} bytes",
            found=f"{found} bytes",
            cause="it was removed or changed by hand",
            remedy="put it back, or delete the folder of the run to start again",
        )
    with path.open("ab") as stream:
        stream.truncate(kept)


def _start(accelerator: Accelerator) -> None:
    try:
        accelerator.init_trackers("hyperadapters")
    except (ImportError, ValueError) as error:
        raise TrainingError("a tracker cannot be started", found=str(error)) from error


def _numbers(line: Mapping[str, Any]) -> dict[str, float]:
    flat = {**line, **{f"dev/{cell}": value for cell, value in line.get("dev", {}).items()}}
    return {
        name: value
        for name, value in flat.items()
        if isinstance(value, int | float) and name != "step"
    }
