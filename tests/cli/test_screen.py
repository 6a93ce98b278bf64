"""What reaches a terminal: nothing that moves its cursor, hides text, or turns it round."""

import json
import os
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any

import pytest
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hyperadapters.cli import screen
from hyperadapters.cli.screen import Screen, as_json, escaped
from hyperadapters.errors import HyperadaptersError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\x00b\x07c\rd\x7fe", "a\\x00b\\x07c\\rd\\x7fe"),
        ("\x9b2J", "\\x9b2J"),
        ("left \u202eright\u2066", "left \\u202eright\\u2066"),
        ("one\u2028two", "one\\u2028two"),
        ("na\udcffme", "na\\udcffme"),
        ("line\n\ttab", "line\n\ttab"),
        ("שלום\u200f, नमस्ते \u200d", "שלום\u200f, नमस्ते \u200d"),
    ],
)
def test_control_characters_are_written_out(text: str, shown: str) -> None:
    assert escaped(text) == shown


HIDDEN = "a\x1b[31mb"


@pytest.mark.parametrize(
    "shown",
    [
        HIDDEN,
        Text(HIDDEN, style="bold"),
        Text.assemble(("x ", "bold"), HIDDEN),
        Panel(HIDDEN, title=HIDDEN),
        Panel(Text(HIDDEN)),
    ],
)
def test_a_screen_escapes_whatever_it_is_given(shown: Any) -> None:
    stream = StringIO()
    console = Screen(file=stream, width=40, force_terminal=True, color_system=None)
    console.print(shown)
    console.out(HIDDEN)
    assert stream.getvalue().count("a\\x1b[31mb") == 2 + isinstance(shown, Panel) * bool(
        getattr(shown, "title", None)
    )
    assert HIDDEN not in stream.getvalue()


def test_a_table_shows_all_of_what_it_escapes() -> None:
    stream = StringIO()
    table = Table(HIDDEN, title=HIDDEN)
    table.add_row(HIDDEN)
    table.add_row(Text(HIDDEN))
    Screen(file=stream, width=60, force_terminal=True, color_system=None).print(table)
    text = stream.getvalue()
    assert "\x1b[31m" not in text
    whole = "".join(line.strip("┃│ \n") for line in text.splitlines())
    assert whole.count("a\\x1b[31mb") == 4


def test_json_reads_back_the_same() -> None:
    values = {"\x9b2J": ["\x1b", "\u202e", "\ud800", "é\n"]}
    assert json.loads(as_json(values, indent=1)) == values
    assert as_json(values).isprintable()


class Terminal(StringIO):
    """A terminal, as far as one asks it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "text"), [(StringIO(), "\x1b[0m\n"), (Terminal(), "\\x1b[0m\n")]
)
def test_programs_read_what_there_is_and_terminals_what_can_be_seen(
    monkeypatch: pytest.MonkeyPatch, stream: StringIO, text: str
) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    screen.say("\x1b[0m")
    assert stream.getvalue() == text


def test_an_encoding_that_lacks_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(BytesIO(), encoding="latin-1"))
    with pytest.raises(HyperadaptersError, match="`latin-1`, which lacks 'ş'(.|\n)*PYTHONIOENC"):
        screen.say("beş")


def test_nowhere_to_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(HyperadaptersError, match="standard output is closed"):
        screen.say("x")


def test_no_file_comes_to_lie_where_a_library_prints() -> None:
    code = (
        "import os; from hyperadapters.cli.screen import hold_streams\n"
        "hold_streams(); print(os.open(os.devnull, os.O_RDONLY) > 2)"
    )
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" <&- 2>&-', sys.executable, code],
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    assert done.stdout == "True\n"
