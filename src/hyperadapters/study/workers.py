"""The runs of a study side by side, each in a process of its own, and what is shown of them."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast, final

from rich.console import Console
from rich.progress import TaskID

from hyperadapters.machine.apart import Send, apart
from hyperadapters.study import performing
from hyperadapters.study.doing import Numbered, Outcome, done, results_of
from hyperadapters.study.performing import Perform
from hyperadapters.study.plan import PlannedRun
from hyperadapters.training.display import Bar, Display, Lines, Sent, bars_on

__all__ = ["beside"]


def beside(
    runs: Sequence[Numbered],
    *,
    workers: int,
    perform: Perform | None,
    data_root: Path | None,
    console: Console,
) -> Iterator[Outcome]:
    """Does runs `workers` at a time; what one of them does wrong, or dies of, is its own.

    Args:
        perform: does one run, and can be pickled; None to train and score it.
    """
    jobs = [_Job(number, run, perform, data_root) for number, run in runs]
    names = [run.run.name for _, run in runs]
    displays: dict[int, Display] = {}
    with _displays_on(console, workers) as display_of:

        def told(number: int, place: int, kind: str, parts: tuple[Any, ...]) -> None:
            if number not in displays:
                displays[number] = display_of(names[number], place)
            _show(console, names[number], displays[number], kind, parts)

        for number, failed in apart(jobs, workers, told, preload=(__name__,)):
            run = runs[number][1]
            matrix = None if failed is not None else results_of(run)
            yield run, matrix or failed or "it has left no results"


@final
@dataclass(frozen=True)
class _Job:
    """A run, as it is done in another process."""

    number: str
    run: PlannedRun
    perform: Perform | None
    data_root: Path | None

    def __call__(self, send: Send) -> None:
        """Does it; what it shows, and what any library prints, is sent."""
        stream = _Stream(send)
        file = cast(IO[str], stream)
        console = Console(file=file, width=10_000, markup=False, emoji=False, highlight=False)
        perform = self.perform or partial(
            performing.perform, data_root=self.data_root, console=console, display=Sent(send)
        )
        with redirect_stdout(stream), redirect_stderr(stream):
            done(self.number, self.run, perform, console)


@final
class _Stream(io.TextIOBase):
    """Sends whole lines."""

    def __init__(self, send: Send) -> None:
        self._send, self._rest = send, ""

    def write(self, text: str) -> int:
        """Sends what is whole of it."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in filter(str.strip, lines):
            self._send("print", (line.rstrip(),))
        return len(text)

    def writable(self) -> bool:
        """It is."""
        return True


@contextmanager
def _displays_on(console: Console, workers: int) -> Iterator[Callable[[str, int], Display]]:
    """From the name of a run and its worker to what shows it: one bar per worker in a terminal; in
    a log the lines of all, with the names of their runs.
    """
    if not (console.is_terminal or console.is_jupyter):
        yield lambda name, worker: Lines(console, f"{name}: ")
        return
    with bars_on(console) as bars:
        rows = [bars.add_task("", total=None, told="", visible=False) for _ in range(workers)]

        def bar(name: str, worker: int) -> Display:
            def again(phase: str) -> TaskID:
                title = f"{name}: {phase}"
                bars.reset(rows[worker], description=title, visible=True, told="encoding text")
                return rows[worker]

            return Bar(bars, again)

        yield bar


def _show(console: Console, name: str, display: Display, kind: str, parts: tuple[Any, ...]) -> None:
    shown: Mapping[str, Callable[..., None]] = {
        "prepare": display.prepare,
        "begin": display.begin,
        "advance": display.advance,
        "tell": lambda text: console.print(f"{name}: {text}", style="yellow", highlight=False),
        "print": lambda text: console.print(text, highlight=False, soft_wrap=True),
    }
    shown[kind](*parts)
