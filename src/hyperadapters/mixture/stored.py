"""A part of encoded examples as an Arrow file, which is mapped into memory and not read.

The file has one record batch. Its columns are lists of whole numbers, each column in the narrowest
type that holds its numbers: a vocabulary of up to 65,536 pieces takes 2 bytes a token. Of what a
decoder reads only the first token is written, where the others are those that it learns.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyperadapters.tasks.packed import Behind, Part, Rows

__all__ = ["load_part", "save_part"]

_TARGET = "target."
_BEGINS = "begins"
"""In place of what a decoder reads, what each list of it begins with: the rest are `labels`."""
_UNCUT = "uncut"
_MOST = 2**31 - 1
"""Numbers whose places have 32 bits."""


def save_part(part: Part, file: Path) -> None:
    """Writes a part into a file."""
    columns = dict(part.columns)
    first = _begins(columns.get("decoder_ids"), part.targets.get("labels"))
    named = {}
    if first is not None:
        columns.pop("decoder_ids")
        named[_BEGINS] = pa.array(_narrow(first))
    named |= {name: _list_array(rows) for name, rows in columns.items()}
    named |= {f"{_TARGET}{name}": _list_array(rows) for name, rows in part.targets.items()}
    batch = pa.record_batch({**named, _UNCUT: pa.array(part.uncut)})
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def load_part(file: Path) -> Part:
    """The part that `save_part` wrote; its numbers stay on disk until they are asked for."""
    with pa.memory_map(str(file)) as source:
        batch = pa.ipc.open_file(source).get_batch(0)
    columns = dict(_columns(batch))
    uncut, begins = columns.pop(_UNCUT), columns.pop(_BEGINS, None)
    targets = {name: rows for name, rows in columns.items() if name.startswith(_TARGET)}
    own: dict[str, Rows | Behind] = {n: rows for n, rows in columns.items() if n not in targets}
    if begins is not None:
        own["decoder_ids"] = Behind(begins.numbers, columns[f"{_TARGET}labels"])
    named = {name.removeprefix(_TARGET): rows for name, rows in targets.items()}
    return Part(own, named, uncut.numbers)


def _begins(read: Rows | Behind | None, learned: Rows | None) -> NDArray[Any] | None:
    """What each list of `read` begins with, if behind that stands what is `learned`; else None."""
    if read is None or learned is None or not np.array_equal(read.ends, learned.ends):
        return None
    if not learned.lengths.all():
        return None
    first: NDArray[Any] = read.numbers[read.ends[:-1]]
    same = np.array_equal(Behind(first, learned).numbers, read.numbers)
    return first if same else None


def _list_array(rows: Rows | Behind) -> Any:
    numbers = pa.array(_narrow(rows.numbers))
    if len(numbers) > _MOST:
        return pa.LargeListArray.from_arrays(pa.array(rows.ends), numbers)
    return pa.ListArray.from_arrays(pa.array(rows.ends.astype(np.int32)), numbers)


def _narrow(numbers: NDArray[Any]) -> NDArray[Any]:
    """Numbers in the narrowest type that holds them all."""
    least, most = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    return numbers.astype(np.promote_types(np.min_scalar_type(least), np.min_scalar_type(most)))


def _columns(batch: Any) -> Iterator[tuple[str, Rows]]:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name in (_UNCUT, _BEGINS):
            yield name, Rows(column.to_numpy(), np.zeros(0, np.int64))
        else:
            yield name, Rows(column.values.to_numpy(), column.offsets.to_numpy())
