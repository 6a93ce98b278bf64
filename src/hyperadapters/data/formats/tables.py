"""Rows of files with certain columns: tables with or without a header, JSON, and Parquet."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperadapters.data.formats.objects import read_json
from hyperadapters.data.formats.rows import Cells, Rows, read_files
from hyperadapters.data.formats.text import read_lines
from hyperadapters.errors import DataError

__all__ = ["Layout", "read_columns"]

_JSON = (".json", ".jsonl")
_Line = tuple[str, list[str]]
"""Where a line is, and its cells."""


@dataclass(frozen=True)
class Layout:
    """How a table is written.

    Args:
        columns: their names, for files whose first line does not have the names that are asked for.
        separator: what stands between columns; None for a comma in `.csv` files, a tab in others.
            With one that is given, the last of `columns` has the rest of a line.
        quotes: whether cells may stand in quotes, which then mean nothing else; None for `.csv`
            files only: in others a quote is a quote, whether or not there is a second one.
    """

    columns: tuple[str, ...] = ()
    separator: str | None = None
    quotes: bool | None = None

    def lines(self, path: Path) -> Iterator[_Line]:
        """The lines that are not blank.

        Raises:
            DataError: the file cannot be read, or quotes do not match; with file and line.
        """
        commas = path.suffix == ".csv"
        mark = self.separator or ("," if commas else "\t")
        quoted = commas if self.quotes is None else self.quotes
        if quoted:
            return _quoted(path, mark)
        most = len(self.columns) - 1 if self.separator and self.columns else -1
        each = enumerate(read_lines(path), 1)
        return ((f"{path}:{n}", line.split(mark, most)) for n, line in each if line.strip())


def _quoted(path: Path, mark: str) -> Iterator[_Line]:
    reader = csv.reader((f"{line}\n" for line in read_lines(path)), delimiter=mark, strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield f"{path}:{start}", cells
            start = reader.line_num + 1
    except csv.Error as fault:
        raise DataError(
            "a row with quotes cannot be read",
            where=f"{path}:{start}",
            expected='a cell with separators, quotes or several lines in quotes: `"a ""b"""`',
            found=str(fault),
            cause="quotes that are text: `quotes: false` reads them so",
        ) from None


def read_columns(files: Sequence[Path], wanted: Sequence[str], layout: Layout, what: str) -> Rows:
    """The cells of some columns, row by row, of files that are all of the kind of the first:
    .parquet, .json, .jsonl, or tables.

    Args:
        wanted: the columns. A Parquet file may carry the names of the last one's numbers.
        layout: of tables.
        what: the language and split, for messages.

    Raises:
        DataError: a file cannot be read, a column is missing, or a line has more or fewer cells
            than there are columns; with file and line.
    """
    if files[0].suffix == ".parquet":
        return read_files(files, wanted, what)
    read = _of_objects if files[0].suffix in _JSON else _of_lines
    return (), (row for file in files for row in read(file, wanted, layout))


def _of_objects(path: Path, wanted: Sequence[str], layout: Layout) -> Iterator[tuple[str, Cells]]:
    for where, row in read_json(path):
        for column in wanted:
            if column not in row:
                raise _no_column(column, where, [*row], "the keys that the run file names")
        yield where, tuple(row[column] for column in wanted)


def _of_lines(path: Path, wanted: Sequence[str], layout: Layout) -> Iterator[tuple[str, Cells]]:
    lines = layout.lines(path)
    start, first = next(lines, ("", []))
    has_header = set(wanted) <= set(first)
    names: Sequence[str] = first if has_header or not layout.columns else layout.columns
    for column in wanted if first else ():
        if column not in names:
            raise _no_column(column, start, names, "a first line with the names of the columns")
    places = [names.index(column) for column in wanted] if first else []
    for where, cells in lines if has_header else _again(start, first, lines):
        if len(cells) != len(names):
            raise _uneven(where, names, cells)
        yield where, tuple(cells[place] for place in places)


def _again(where: str, first: list[str], lines: Iterator[_Line]) -> Iterator[_Line]:
    """All lines, the first too, if there is one."""
    if first:
        yield where, first
        yield from lines


def _no_column(column: str, where: str, found: Sequence[str], expected: str) -> DataError:
    return DataError(
        f"no column `{column}`",
        where=where,
        expected=expected,
        found=_cut(", ".join(map(str, found))),
        remedy="name the columns that are read, `texts: [...]` and `label: ...`; of a table "
        "without such a line all of them, `columns: [...]`",
    )


def _uneven(where: str, names: Sequence[str], cells: Sequence[Any]) -> DataError:
    more = len(cells) > len(names)
    return DataError(
        f"a line has {'more' if more else 'fewer'} cells than there are columns",
        where=where,
        expected=f"{len(names)} cells: {', '.join(names)[:80]}",
        found=_cut(f"{len(cells)}: {list(cells)!r}"),
        cause="a text with a separator in it" if more else "a line was cut, or has no label",
    )


def _cut(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:120]}..."
