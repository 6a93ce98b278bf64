"""A part of encoded examples as an Arrow file, which is mapped into memory and not read.

The file has one record batch. Its columns are lists of whole numbers, each column in the narrowest
type that holds its numbers: a vocabulary of up to 65,536 pieces takes 2 bytes a token.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyperadapters.tasks.packed import Part, Rows

__all__ = ["load_part", "save_part"]

_TARGET = "target."
_UNCUT = "uncut"
_MOST = 2**31 - 1
"""Numbers whose places have 32 bits."""


def save_part(part: Part, file: Path) -> None:
    """Writes a part into a file."""
    named = {name: _list_array(rows) for name, rows in part.columns.items()}
    named |= {f"{_TARGET}{name}": _list_array(rows) for name, rows in part.targets.items()}
    batch = pa.record_batch({**named, _UNCUT: pa.array(part.uncut)})
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def load_part(file: Path) -> Part:
    """The part that `save_part` wrote; its numbers stay on disk until they are asked for."""
    with pa.memory_map(str(file)) as source:
        batch = pa.ipc.open_file(source).get_batch(0)
    columns = dict(_columns(batch))
    uncut = columns.pop(_UNCUT)
    targets = {name: rows for name, rows in columns.items() if name.startswith(_TARGET)}
    return Part(
        {name: rows for name, rows in columns.items() if name not in targets},
        {name.removeprefix(_TARGET): rows for name, rows in targets.items()},
        uncut.numbers,
    )


def _list_array(rows: Rows) -> Any:
    numbers = pa.array(rows.numbers.astype(_narrowest(rows.numbers)))
    if len(numbers) > _MOST:
        return pa.LargeListArray.from_arrays(pa.array(rows.ends), numbers)
    return pa.ListArray.from_arrays(pa.array(rows.ends.astype(np.int32)), numbers)


def _narrowest(numbers: NDArray[Any]) -> np.dtype[Any]:
    """The narrowest type of whole numbers that holds them all."""
    least, most = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    return np.promote_types(np.min_scalar_type(least), np.min_scalar_type(most))


def _columns(batch: Any) -> Iterator[tuple[str, Rows]]:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name == _UNCUT:
            yield name, Rows(column.to_numpy(), np.zeros(0, np.int64))
        else:
            yield name, Rows(column.values.to_numpy(), column.offsets.to_numpy())
