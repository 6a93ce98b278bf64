"""Rows of the `datasets` library, loaded with certain columns and checked one by one."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged

__all__ = ["Cells", "DataSet", "made_of", "read_rows", "tagged_in", "text_in"]

_KINDS = {".parquet": "parquet", ".json": "json", ".jsonl": "json", ".csv": "csv"}
Cells = tuple[Any, ...]
"""What a row has in the columns."""


class DataSet(NamedTuple):
    """What `datasets.load_dataset` is asked for: the names and options of the call, and where the
    data set is.
    """

    names: tuple[str, ...]
    options: Mapping[str, Any]
    source: str

    def __str__(self) -> str:
        return self.source


@contextmanager
def made_of(files: Sequence[Path]) -> Iterator[DataSet]:
    """Local files as a data set, of which nothing is kept afterwards."""
    kind = _KINDS.get(files[0].suffix, "json")
    names = [str(file) for file in files]
    with tempfile.TemporaryDirectory() as cache:
        options: dict[str, Any] = {"data_files": names, "split": "train"}
        options |= {"cache_dir": cache, "keep_in_memory": True}
        if kind == "csv":  # a sentence may be `null`, which is German for zero
            options["keep_default_na"] = False
        yield DataSet((kind,), options, ", ".join(names))


def read_rows(
    wanted: DataSet, columns: Sequence[str], what: str
) -> tuple[Sequence[str], Iterator[tuple[str, Cells]]]:
    """The label names that the last of some columns carries, if any; and each row: where it is, and
    its cells.

    Args:
        what: the language and split, for messages.

    Raises:
        DataError: the data set cannot be loaded, or does not have the columns.
    """
    import datasets

    try:
        rows: Any = datasets.load_dataset(*wanted.names, **wanted.options)
    except Exception as fault:  # every builder of `datasets` has errors of its own
        raise DataError(
            f"`datasets` cannot load {what}",
            where=wanted.source,
            found=f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}",
            cause="no such data set, subset or split; or no network and no copy in the cache",
            remedy="for files on this machine give `path` in place of `dataset`",
        ) from fault
    for column in columns:
        if column not in rows.column_names:
            raise DataError(
                f"no column `{column}`",
                where=wanted.source,
                expected="the column that the run file names",
                found=", ".join(rows.column_names),
            )
    feature = rows.features[columns[-1]]
    names = getattr(getattr(feature, "feature", feature), "names", None) or ()
    cells = enumerate(zip(*(rows[column] for column in columns), strict=True))
    return names, ((f"{wanted.source}, row {number}", own) for number, own in cells)


def text_in(cell: Any, where: str) -> str:
    """A cell that is text.

    Raises:
        DataError: it is not.
    """
    if isinstance(cell, str):
        return cell
    raise DataError("no text", where=where, expected="a text in every row", found=repr(cell)[:80])


def tagged_in(cells: Cells, names: Sequence[str], where: str) -> Tagged:
    """A list of words and a list of their labels, as text or as numbers that `names` names.

    Raises:
        DataError: they are not, or differ in number, or a number has no name.
    """
    words, labels = cells
    kinds = ((words, str), (labels, (str, int)))
    if not all(
        isinstance(own, list) and all(isinstance(one, k) for one in own) for own, k in kinds
    ):
        raise DataError(
            "no words with labels",
            where=where,
            expected="a list of words, and a list of labels as text or whole numbers",
            found=f"{words!r}, {labels!r}"[:80],
        )
    if len(words) != len(labels):
        raise DataError(
            "words and labels differ in number",
            where=where,
            found=f"{len(words)} words, {len(labels)} labels",
        )
    return Tagged(tuple(words), tuple(_label(label, names, where) for label in labels))


def _label(label: int | str, names: Sequence[str], where: str) -> str:
    if isinstance(label, str):
        return label
    if 0 <= label < len(names):
        return names[label]
    raise DataError(
        f"label {label} has no name",
        where=where,
        expected=f"numbers below {len(names)}" if names else "labels as text",
        remedy="give their names in order, `label_names: [O, B-PER, ...]`",
    )
