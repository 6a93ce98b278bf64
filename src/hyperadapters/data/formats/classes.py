"""The label of a text: a name, a number that somebody names, or a degree."""

import math
import re
import reprlib
from collections.abc import Mapping
from typing import Any

from hyperadapters.data.formats.rows import said_in
from hyperadapters.errors import DataError

__all__ = ["class_in", "degree_in"]

_WHOLE = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?\d*\.\d+|-?\d+\.\d*|-?\d+(\.\d*)?[eE][+-]?\d+")
_SHOWN = 8
_DIGITS = 18


def class_in(cell: Any, names: Mapping[int, str], where: str) -> str:
    """The name of a label.

    Args:
        cell: a name, or a whole number, as text too.
        names: of numbers.
        where: the cell is.

    Raises:
        DataError: there is no label, a number without a name, or one with a point.
    """
    said = (said_in(cell) or "").strip()
    if not said:
        raise DataError(
            "a row has no label",
            where=where,
            expected="the name of a class, or its number",
            found=reprlib.repr(cell),
        )
    if _NUMBER.fullmatch(said):
        raise DataError(
            f"label `{said}` is no class",
            where=where,
            expected="the name of a class, or its whole number",
            cause="degrees, as of similarity, which are not classified; or another column",
            remedy="set `degrees: true` for a text-to-text task, or name the column of the label",
        )
    if not _WHOLE.fullmatch(said):
        return said
    number = int(said) if len(said) <= _DIGITS else None  # Python refuses thousands of digits
    if number is None or number not in names:
        raise _nameless(said[:80], names, where)
    return names[number]


def _nameless(said: str, names: Mapping[int, str], where: str) -> DataError:
    known = [f"{number}: {name}" for number, name in names.items()]
    more = [f"... ({len(known)} in all)"] if len(known) > _SHOWN else []
    hidden = said.startswith("-")
    return DataError(
        f"label {said} has no name",
        where=where,
        expected=", ".join([*known[:_SHOWN], *more]) if known else "labels as names",
        cause="the labels of this split are not given away" if hidden else None,
        remedy="read another split in its place, such as `splits: {test: validation}`"
        if hidden
        else "name the numbers: `label_names: [...]` in order from 0, or `label_names: {1: ...}`",
    )


def degree_in(cell: Any, where: str) -> str:
    """A number, such as a degree of similarity, as it is written.

    Raises:
        DataError: it is none.
    """
    said = (said_in(cell) or "").strip()
    try:
        if math.isfinite(float(said)):
            return said
    except ValueError:
        pass
    raise DataError(
        "a row has no degree",
        where=where,
        expected="a number, such as `3.8`",
        found=reprlib.repr(cell),
    )
