"""Rows of local files or of the `datasets` library, with certain columns, checked one by one."""

import reprlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from hyperadapters.data.formats.objects import Row, read_csv, read_json
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged

__all__ = [
    "Cells",
    "DataSet",
    "Rows",
    "read_files",
    "read_rows",
    "said_in",
    "tagged_in",
    "text_in",
    "text_or_none",
]

Cells = tuple[Any, ...]
"""What a row has in the columns; None where it has nothing."""
Rows = tuple[Sequence[str], Iterator[tuple[str, Cells]]]
"""The label names that the last of some columns carries, if any; and each row: where it is, and its
cells.
"""


class DataSet(NamedTuple):
    """What `datasets.load_dataset` is asked for: the names and options of the call, where the data
    set is, and what may be the cause if it cannot be loaded.
    """

    names: tuple[str, ...]
    options: Mapping[str, Any]
    source: str
    cause: str = "no such data set, subset or split; or no network and no copy in the cache"
    remedy: str | None = "for files on this machine give `path` in place of `dataset`"

    def __str__(self) -> str:
        return self.source


@contextmanager
def _parquet(files: Sequence[Path]) -> Iterator[DataSet]:
    """Local files as a data set, of which nothing is kept afterwards."""
    names = [str(file) for file in files]
    with tempfile.TemporaryDirectory() as cache:
        options: dict[str, Any] = {"data_files": names, "split": "train"}
        options |= {"cache_dir": cache, "keep_in_memory": True}
        yield DataSet(("parquet",), options, ", ".join(names), "a file is damaged", None)


def read_files(files: Sequence[Path], columns: Sequence[str], what: str) -> Rows:
    """The rows of local files, all of the kind of the first: .parquet, .csv or JSON.

    Args:
        what: the language and split, for messages.

    Raises:
        DataError: a file is damaged, or no row has one of the columns.
    """
    if files[0].suffix == ".parquet":
        with _parquet(files) as wanted:
            names, cells = read_rows(wanted, columns, what)
            return names, iter([*cells])
    read: Callable[[Path], Iterator[Row]] = read_csv if files[0].suffix == ".csv" else read_json
    rows = [row for file in files for row in read(file)]
    found = dict.fromkeys(name for _, row in rows for name in row)
    _check_columns(columns, [*found], ", ".join(map(str, files)))
    return (), ((where, tuple(row.get(column) for column in columns)) for where, row in rows)


def read_rows(wanted: DataSet, columns: Sequence[str], what: str) -> Rows:
    """The rows of a data set.

    Args:
        what: the language and split, for messages.

    Raises:
        DataError: the data set cannot be loaded, or does not have the columns.
    """
    import datasets

    try:
        rows: Any = datasets.load_dataset(*wanted.names, **wanted.options)
        _check_columns(columns, rows.column_names, wanted.source)
        cells = [*zip(*(rows[column] for column in columns), strict=True)]
        _check_types([rows.features[column] for column in columns], columns, cells, wanted)
    except DataError:
        raise
    except Exception as fault:  # every builder of `datasets` has errors of its own
        raise DataError(
            f"`datasets` cannot load {what}",
            where=wanted.source,
            found=f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}",
            cause=wanted.cause,
            remedy=wanted.remedy,
        ) from fault
    feature = rows.features[columns[-1]]
    names = getattr(getattr(feature, "feature", feature), "names", None) or ()
    return names, ((f"{wanted.source}, row {number}", own) for number, own in enumerate(cells))


def _check_columns(columns: Sequence[str], found: Sequence[str], where: str) -> None:
    for column in columns:
        if column not in found:
            raise DataError(
                f"no column `{column}`",
                where=where,
                expected="the column that the run file names",
                found=", ".join(found),
            )


def _check_types(
    features: Sequence[Any], columns: Sequence[str], cells: Sequence[Cells], wanted: DataSet
) -> None:
    """Texts beside values of other types are not read: `datasets` keeps such a column as JSON, and
    what was the text `007` or `null` comes back as another value.
    """
    for place, (feature, column) in enumerate(zip(features, columns, strict=True)):
        if _has_json(feature) and any(_is_loose(feature, row[place]) for row in cells):
            raise DataError(
                f"the column `{column}` mixes texts with values of other types",
                where=wanted.source,
                expected="one type in all rows",
                cause="`datasets` reads texts such as `007`, `true` and `null` there as values",
                remedy="give the files themselves as `path`, where every value is read as written",
            )


def _has_json(feature: Any) -> bool:
    import datasets

    if isinstance(feature, dict):
        return any(map(_has_json, feature.values()))
    json: Any = getattr(datasets.features, "Json", ())  # not there before datasets 4.7
    return isinstance(feature, json) or _has_json_inside(feature)


def _has_json_inside(feature: Any) -> bool:
    inner = getattr(feature, "feature", None)
    return inner is not None and _has_json(inner)


def _is_loose(feature: Any, cell: Any) -> bool:
    """Whether a cell has something kept as JSON that is no object; texts inside an object are as
    they were.
    """
    if cell is None or not _has_json(feature):
        return False
    if isinstance(feature, dict):
        return any(_is_loose(inner, cell[name]) for name, inner in feature.items())
    if _has_json_inside(feature):
        return any(_is_loose(feature.feature, one) for one in cell)
    return not isinstance(cell, dict)


def said_in(cell: Any) -> str | None:
    """What a cell says: text, or a number, date, time or boolean as it is written; None for nothing
    or anything else.
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if cell != cell:  # no number
        return None
    return str(cell) if isinstance(cell, (str, int, float, Decimal, date, time)) else None


def text_in(cell: Any, where: str) -> str:
    """A cell that says something.

    Raises:
        DataError: it does not.
    """
    text = said_in(cell)
    if text is not None:
        return text
    found = reprlib.repr(cell)
    raise DataError("no text", where=where, expected="a text in every row", found=found)


def text_or_none(cell: Any, where: str) -> str:
    """A cell that says something; the empty text where there is nothing.

    Raises:
        DataError: there is something that is no text.
    """
    return "" if cell is None else text_in(cell, where)


def tagged_in(cells: Cells, names: Sequence[str], where: str) -> Tagged:
    """A list of words and a list of their labels, as text or as numbers that `names` names.

    Raises:
        DataError: they are not, or differ in number, or a number has no name.
    """
    words, labels = cells
    if not (_are(words, lambda one: said_in(one) is not None) and _are(labels, _is_label)):
        raise DataError(
            "no words with labels",
            where=where,
            expected="a list of words, and a list of labels as text or whole numbers",
            found=f"{reprlib.repr(words)}, {reprlib.repr(labels)}",
        )
    if len(words) != len(labels):
        raise DataError(
            "words and labels differ in number",
            where=where,
            found=f"{len(words)} words, {len(labels)} labels",
        )
    said = tuple(text_in(word, where) for word in words)
    return Tagged(said, tuple(_label(label, names, where) for label in labels))


def _are(cells: Any, fit: Callable[[Any], bool]) -> bool:
    """Whether something is a list, and all in it are fit."""
    return isinstance(cells, list) and all(map(fit, cells))


def _is_label(cell: Any) -> bool:
    return isinstance(cell, (str, int))


def _label(label: int | str, names: Sequence[str], where: str) -> str:
    if isinstance(label, (str, bool)):
        return text_in(label, where)
    if 0 <= label < len(names):
        return names[label]
    raise DataError(
        f"label {label} has no name",
        where=where,
        expected=f"numbers below {len(names)}" if names else "labels as text",
        remedy="give their names in order, `label_names: [O, B-PER, ...]`",
    )
