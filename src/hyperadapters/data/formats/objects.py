"""Rows with named cells from files: objects of JSON, and comma-separated values."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from hyperadapters.data.formats.text import lines_in
from hyperadapters.errors import DataError

__all__ = ["Row", "json_of", "read_csv", "read_json"]

Row = tuple[str, Mapping[str, Any]]
"""Where a row is, and its cells by their names."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""An escaped half of a character, of which JSON needs two."""


class _AsWritten(Decimal):
    """A number that is printed as it was written: `1e308`, where `Decimal` has `1E+308`."""

    def __new__(cls, text: str) -> "_AsWritten":
        number = super().__new__(cls, text)
        number._text = text
        return number

    def __str__(self) -> str:
        return self._text

    _text: str


def json_of(text: str, where: str) -> Any:
    """A value of JSON; its numbers with a point or an exponent stay as they are written.

    Args:
        where: the file and the line that the text begins in, with a colon between.

    Raises:
        DataError: the text is none, is nested too deeply, or has a number with thousands of digits
            or half a character.
    """
    try:
        value = json.loads(text, parse_float=_AsWritten, parse_constant=_no_json)
        if _HALF.search(text):
            json.dumps(value, ensure_ascii=False, default=str).encode()
        return value
    except json.JSONDecodeError as fault:
        path, _, line = where.rpartition(":")
        place = f"{path}:{int(line) + fault.lineno - 1}"
        raise _damaged(place, fault.doc[fault.pos :][:60] or "its end", fault.msg) from None
    except RecursionError:
        raise _damaged(where, text[:60], "it is nested too deeply") from None
    except UnicodeEncodeError as fault:
        half = f"U+{ord(fault.object[fault.start]):04X}, which is half a character"
        raise _damaged(where, half, "a text was cut within a character") from None
    except (ValueError, ArithmeticError) as fault:
        raise _damaged(where, text[:60], str(fault)) from None


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"`{name}` is no number of JSON")


def _damaged(where: str, found: str, cause: str) -> DataError:
    return DataError(
        "a line is no JSON",
        where=where,
        expected="a JSON object per line, or one list of objects",
        found=repr(found),
        cause=cause,
    )


def read_json(path: Path) -> Iterator[Row]:
    """The objects of a file, one per line or in one list.

    Raises:
        DataError: the file cannot be read, or is not made so; with file and line.
    """
    first = next((line.strip() for line in lines_in(path) if line.strip()), "{}")
    if first.startswith("[") or not first.endswith("}"):
        values = json_of("\n".join(lines_in(path)), f"{path}:1")
        each = enumerate(values if isinstance(values, list) else [values])
        rows = ((f"{path}, row {number}", value) for number, value in each)
    else:
        told = ((f"{path}:{n}", line) for n, line in enumerate(lines_in(path), 1) if line.strip())
        rows = ((where, json_of(line, where)) for where, line in told)
    for where, value in rows:
        if not isinstance(value, dict):
            raise _damaged(where, type(value).__name__, "a value is no object")
        yield where, value


def read_csv(path: Path) -> Iterator[Row]:
    """The rows of a file of comma-separated values whose first line names the columns; all cells
    are text, as they are written. Of columns with the same name the first counts.

    Raises:
        DataError: the file cannot be read, a row has more cells than there are columns, or quotes
            do not match; with file and line.
    """
    reader = csv.reader((f"{line}\n" for line in lines_in(path)), strict=True)
    try:
        names: Sequence[str] = next(reader, [])
        for cells in reader:
            if len(cells) > len(names):
                raise _uneven(f"{path}:{reader.line_num}", names, cells)
            if cells:
                own = [*zip(names, cells, strict=False)]
                yield f"{path}:{reader.line_num}", dict(reversed(own))
    except csv.Error as fault:
        raise DataError(
            "a row of comma-separated values cannot be read",
            where=f"{path}:{reader.line_num}",
            expected='a cell with commas, quotes or several lines in quotes: `"a ""b"""`',
            found=str(fault),
        ) from None


def _uneven(where: str, names: Sequence[str], cells: Sequence[str]) -> DataError:
    return DataError(
        "a row has more cells than there are columns",
        where=where,
        expected=f"{len(names)} cells: {', '.join(names)[:80]}",
        found=f"{len(cells)}: {cells!r}"[:80],
        cause="a text with a comma that is not in quotes",
    )
