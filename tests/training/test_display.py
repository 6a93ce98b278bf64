"""What is shown of training: a bar that moves, or lines in a log."""

import io
import math
import re
import time

import pytest
from rich.console import Console

from hyperadapters.training.display import Bar, Display, display_on
from hyperadapters.training.progress import Progress


def shown(console: Console, updates: int = 40, loss: float = 2.5) -> str:
    """What a phase that goes on at update 9 shows, an update a second, 400 tokens each."""
    progress = Progress(step=9, tokens=1000)
    with display_on(console) as display:
        display.prepare("language")
        display.tell("3 examples are left out")
        display.begin(updates, progress)
        while progress.step < updates:
            progress.step, progress.tokens = progress.step + 1, progress.tokens + 400
            display.advance(progress, loss)
    text = console.file
    assert isinstance(text, io.StringIO)
    return text.getvalue()


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second passes whenever the time is asked for."""
    ticks = iter(range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))


def test_in_a_terminal_a_bar_shows_loss_speed_and_time_left() -> None:
    text = shown(Console(file=io.StringIO(), force_terminal=True, width=120))
    before, after = text.split("40/40", 1)
    assert "encoding text" in before and "3 examples are left out" in before
    assert "language" in before and "loss 2.500  400 tokens/s" in after


def test_in_a_log_a_line_comes_each_minute_then_every_ten_and_at_the_end() -> None:
    lines = shown(Console(file=io.StringIO(), width=40), updates=2000).splitlines()
    assert lines[:2] == ["language: encoding text", "3 examples are left out"]
    told = r"language: [\d,]+ of 2,000 updates  loss 2.500  \d+ tokens/s"
    assert all(re.fullmatch(told + "  \\d+ min left", line) for line in lines[2:-1])
    assert re.fullmatch(told, lines[-1])
    assert lines[2].endswith(" 33 min left")  # a second each of 1,932 updates, and the clock's own
    updates = [int(line.split()[1].replace(",", "")) for line in lines[2:]]
    gaps = [later - sooner for sooner, later in zip(updates, updates[1:], strict=False)]
    # every line asks for the time once more, for the speed
    assert set(gaps[:9]) == {59} and set(gaps[10:-1]) == {599}
    assert updates[-1] == 2000 and gaps[-1] <= 599


def test_a_short_phase_has_one_line_and_a_loss_that_is_not_read_yet_none() -> None:
    lines = shown(Console(file=io.StringIO()), updates=12, loss=math.nan).splitlines()
    assert lines[2:] == ["language: 12 of 12 updates  300 tokens/s"]


def test_a_notebook_has_a_bar_and_without_a_console_nothing_is_shown() -> None:
    assert type(display_on(Console(file=io.StringIO(), force_jupyter=True))) is Bar
    assert type(display_on(None)) is Display
