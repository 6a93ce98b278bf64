"""The kinds of values that every part of a run file is made of."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

__all__ = [
    "Closed",
    "Names",
    "Natural",
    "NormalForm",
    "Number",
    "Place",
    "Positive",
    "Text",
    "Whole",
    "some",
]


class Closed(BaseModel):
    """A value: it cannot be changed, and a key that it does not have is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def some(found: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same, or a `ValueError` for an empty list."""
    if not found:
        raise ValueError("the list is empty")
    return found


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ValueError(f"occurs twice: {', '.join(twice)}")
    return names


Whole = Annotated[int, Strict()]
"""A whole number; text and booleans are refused."""
Number = Annotated[float, Strict()]
"""A number; text and booleans are refused."""
Positive = Annotated[Whole, Field(ge=1)]
Natural = Annotated[Whole, Field(ge=0)]

NormalForm = Literal["nfc", "nfkc"]
"""The Unicode form that a vocabulary brings all text into. NFC gives back what it read; NFKC puts
other characters in the place of many: `1⁄2` for `½`, `,` for `，`, a space for a no-break space.
"""

Text = Annotated[str, Strict(), Field(min_length=1)]
Names = Annotated[tuple[Text, ...], AfterValidator(some), AfterValidator(_distinct)]
"""A list of names: not empty, none twice."""


def _place(path: str) -> str:
    """The same, or a `ValueError` for what no system has a file under."""
    if "\0" in path:
        raise ValueError("a path cannot hold the character NUL")
    try:
        Path(path).expanduser()
    except RuntimeError:
        raise ValueError(f"`{Path(path).parts[0]}`: this machine has no such user") from None
    return path


Place = Annotated[Text, AfterValidator(_place)]
"""The path of a file or folder; `~` at its start is a home."""
