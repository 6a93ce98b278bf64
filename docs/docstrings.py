"""What docstrings say, taken apart: the text, and the entries of `Args:` and `Raises:`."""

import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

WIDTH = 116
_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$")
_ENTRY = re.compile(r"^(\w+(?:, \w+)*): (.*)$")


class Docstring(NamedTuple):
    """A docstring in parts.

    Args:
        text: its paragraphs, each on one line.
        sections: by heading, pairs of a name and what is said of it.
    """

    text: tuple[str, ...]
    sections: dict[str, list[tuple[str, str]]]


def parsed(described: Any) -> Docstring:
    """The docstring of a class, a function or a module, or a text itself."""
    text = described if isinstance(described, str) else described.__doc__ or ""
    blocks: dict[str, list[str]] = {"": []}
    heading = ""
    for line in inspect.cleandoc(text).splitlines():
        found = _SECTION.match(line)
        heading = found[1] if found else heading
        if not found:
            blocks.setdefault(heading, []).append(line)
    paragraphs = "\n".join(blocks.pop("")).strip().split("\n\n")
    told = tuple(" ".join(one.split()) for one in paragraphs if one)
    return Docstring(told, {name: list(entries(lines)) for name, lines in blocks.items()})


def entries(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The entries of a section: names, and what is said of them, on one line."""
    for line in re.sub(r"\n +", " ", textwrap.dedent("\n".join(lines)).strip()).splitlines():
        found = _ENTRY.match(line)
        if found:
            yield found[1], " ".join(found[2].split())


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """A paragraph in lines of at most `WIDTH`; `first` begins the first, `indent` the others."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
