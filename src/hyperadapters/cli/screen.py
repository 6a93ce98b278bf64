"""What reaches a terminal: text from data, names and paths moves no cursor and hides nothing."""

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from hyperadapters.errors import HyperadaptersError

__all__ = ["Screen", "as_json", "escaped", "hold_streams", "say"]

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # commands to the terminal, but for tab and line feed
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # ends of lines, and orders of writing
    "\ud800-\udfff]"  # halves of characters, as bytes of a name that are no UTF-8 come in
)


def escaped(text: str) -> str:
    """The same with every control character as Python writes it: an escape as `\\x1b`.

    Tabs and ends of lines stay, and so do marks of direction that languages need in their words.
    """
    return _HIDDEN.sub(lambda match: ascii(match[0])[1:-1], text)


def as_json(values: Any, *, indent: int | None = None) -> str:
    """JSON that reads back the same, without control characters; letters of any language stay."""
    text = json.dumps(values, indent=indent, ensure_ascii=False)
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def hold_streams() -> None:
    """Keeps the places of standard streams that are closed, so that no file of a run comes to lie
    there and takes what a library prints.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)  # the first place that is free
    while nowhere <= 2:
        nowhere = os.open(os.devnull, os.O_RDWR)
    os.close(nowhere)


def say(text: str) -> None:
    """Writes a line of results to standard output: as it is for a program, escaped for a terminal.

    Raises:
        HyperadaptersError: standard output is closed, or its encoding lacks a character.
    """
    if sys.stdout is None:
        raise HyperadaptersError(
            "there is nowhere to write results to",
            found="standard output is closed",
            remedy="give it a terminal, a file or a pipe",
        )
    try:
        print(escaped(text) if sys.stdout.isatty() else text, flush=True)
    except UnicodeEncodeError as error:
        raise HyperadaptersError(
            "standard output cannot hold what is written to it",
            expected="an encoding of all characters, such as UTF-8",
            found=f"`{error.encoding}`, which lacks {error.object[error.start]!r}",
            remedy="set PYTHONIOENCODING=utf-8",
        ) from None


@final
class Screen(Console):
    """A console of `rich` on which texts are escaped before they are laid out."""

    def render_str(self, text: str, **how: Any) -> Text:
        """As ever, of an escaped text."""
        return super().render_str(escaped(text), **how)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As ever, of an escaped text."""
        if isinstance(renderable, Text) and _HIDDEN.search(renderable.plain):
            renderable = renderable.blank_copy(escaped(renderable.plain))
        return super().render(renderable, options)

    def on_broken_pipe(self) -> None:
        """Leaves it to the command, as with whatever else writes into the pipe."""
        self.quiet = True
        raise BrokenPipeError
