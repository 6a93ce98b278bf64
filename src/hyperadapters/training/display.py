"""What someone who looks on sees of training: a bar in a terminal, a line now and then in a log."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, final

from rich import progress as rich
from rich.console import Console

from hyperadapters.training.progress import Progress

__all__ = ["Bar", "Display", "Lines", "Sent", "bars_on", "display_on"]


class Display:
    """Shows nothing; a context manager."""

    _since = 0.0
    _tokens = 0

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, *error: object) -> None:
        """Shows nothing from here on."""

    def prepare(self, phase: str) -> None:
        """A phase reads and encodes its text, which may take a while."""

    def encode(self, cell: str, done: int, of: int) -> None:
        """So many examples of a cell are encoded, of all that it has; told where there are many."""

    def begin(self, steps: int, progress: Progress) -> None:
        """The phase starts, of so many updates, or goes on where `progress` stands."""
        self._since, self._tokens = time.monotonic(), progress.tokens

    def advance(self, progress: Progress, loss: float) -> None:
        """An update is done; `loss` is the last, in nats per prediction; nan before any."""

    def tell(self, text: str) -> None:
        """A line for whoever looks on."""

    def _seconds(self) -> float:
        """Since the phase began."""
        return time.monotonic() - self._since

    def _told(self, progress: Progress, loss: float) -> str:
        rate = (progress.tokens - self._tokens) / max(self._seconds(), 1e-9)
        told = f"{rate:,.0f} tokens/s"
        return told if math.isnan(loss) else f"loss {loss:.3f}  {told}"  # a GPU's are read later


def bars_on(console: Console) -> rich.Progress:
    """Bars of updates, one below the other."""
    return rich.Progress(
        rich.TextColumn("{task.description}", markup=False),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[told]}", markup=False),
        rich.TimeRemainingColumn(),
        console=console,
    )


@final
class Bar(Display):
    """A bar that moves, with what is told above it.

    Args:
        bars: that it is one of.
        row: the bar of a phase, by its name; a new one where there is none.
    """

    def __init__(
        self, bars: rich.Progress, row: Callable[[str], rich.TaskID] | None = None
    ) -> None:
        self._bar = bars
        self._row = row or self._added

    def _added(self, phase: str) -> rich.TaskID:
        return self._bar.add_task(phase, total=None, told="encoding text")

    def __enter__(self) -> "Display":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Leaves the bar where it stands."""
        self._bar.stop()

    def prepare(self, phase: str) -> None:
        """The bar waits."""
        self._shown = self._row(phase)

    def encode(self, cell: str, done: int, of: int) -> None:
        """Moves the bar."""
        told = f"encoding {cell}"
        self._bar.update(self._shown, total=of, completed=done, told=told)

    def begin(self, steps: int, progress: Progress) -> None:
        """The bar has a length."""
        super().begin(steps, progress)
        self._bar.update(self._shown, total=steps, completed=progress.step, told="")

    def advance(self, progress: Progress, loss: float) -> None:
        """Moves the bar."""
        told = self._told(progress, loss)
        self._bar.update(self._shown, completed=progress.step, told=told)

    def tell(self, text: str) -> None:
        """A line above the bar."""
        self._bar.console.print(text, style="yellow", markup=False, highlight=False)


@final
class Lines(Display):
    """A line every minute, after the first ten of a phase every ten minutes, and one at its end.

    Each says how many minutes are left at the speed so far.

    Args:
        title: is put in front of every line.
    """

    def __init__(self, console: Console, title: str = "") -> None:
        self._console, self._title = console, title

    def prepare(self, phase: str) -> None:
        """Names the phase."""
        self._phase, self._spoken = phase, time.monotonic()
        self._print(f"{phase}: encoding text")

    def encode(self, cell: str, done: int, of: int) -> None:
        """A line a minute."""
        now = time.monotonic()
        if now >= self._spoken + 60:
            self._spoken = now
            self._print(f"{self._phase}: encoding {cell}, {done:,} of {of:,} examples")

    def begin(self, steps: int, progress: Progress) -> None:
        """Waits a minute."""
        super().begin(steps, progress)
        self._steps, self._next, self._first = steps, 60.0, progress.step

    def advance(self, progress: Progress, loss: float) -> None:
        """A line, if it is time for one."""
        passed = self._seconds()
        if passed < self._next and progress.step < self._steps:
            return
        self._next = passed + (60 if passed < 600 else 600)
        done = f"{progress.step:,} of {self._steps:,} updates"
        left = self._left(passed, progress.step)
        self._print(f"{self._phase}: {done}  {self._told(progress, loss)}{left}")

    def _left(self, passed: float, step: int) -> str:
        if step == self._steps:
            return ""
        seconds = passed / (step - self._first) * (self._steps - step)
        return f"  {math.ceil(seconds / 60):,} min left"

    def tell(self, text: str) -> None:
        """A line of its own."""
        self._print(text)

    def _print(self, text: str) -> None:
        self._console.out(f"{self._title}{text}", highlight=False)


@final
class Sent(Display):
    """What another process shows: the name of each method that is called, with its arguments.

    Args:
        send: takes them there; of updates that follow each other quickly, only some.
    """

    def __init__(self, send: Callable[[str, tuple[Any, ...]], None]) -> None:
        self._send, self._next = send, 0.0

    def prepare(self, phase: str) -> None:
        """Sends it."""
        self._send("prepare", (phase,))

    def begin(self, steps: int, progress: Progress) -> None:
        """Sends it."""
        self._steps = steps
        self._send("begin", (steps, replace(progress)))

    def advance(self, progress: Progress, loss: float) -> None:
        """Sends it, if it is the last or a fifth of a second has passed."""
        now = time.monotonic()
        if now >= self._next or progress.step == self._steps:
            self._next = now + 0.2
            self._send("advance", (replace(progress), loss))

    def tell(self, text: str) -> None:
        """Sends it."""
        self._send("tell", (text,))


def display_on(console: Console | None) -> Display:
    """What fits a console: a terminal or notebook, a file or pipe, or none."""
    if console is None:
        return Display()
    moves = console.is_terminal or console.is_jupyter
    return Bar(bars_on(console)) if moves else Lines(console)
