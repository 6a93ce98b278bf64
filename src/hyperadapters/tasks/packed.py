"""Many encoded examples in little memory."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from itertools import accumulate
from typing import Any, NamedTuple, final, overload

import numpy as np
from numpy.typing import NDArray

from hyperadapters.tasks.batch import Encoded

__all__ = ["Behind", "Packed", "Part", "Rows", "lengths_of", "pack"]

_ALWAYS = ("ids", "positions", "decoder_ids")
"""What every example may have; `types` count where there are any."""


class Rows(NamedTuple):
    """Lists of whole numbers, one behind the other; one that is absent is empty.

    Args:
        numbers: of all lists.
        ends: where each begins, and where the last ends.
    """

    numbers: NDArray[Any]
    ends: NDArray[Any]

    def row(self, place: int) -> list[int]:
        """One of the lists."""
        found: list[int] = self.numbers[self.ends[place] : self.ends[place + 1]].tolist()
        return found

    @property
    def lengths(self) -> NDArray[Any]:
        """Numbers of each list."""
        return np.diff(self.ends)


class Behind(NamedTuple):
    """Lists that are others, one place later: what a decoder reads, behind the token that it begins
    with, is what it learns, but for the last.

    Args:
        first: the number that each begins with.
        others: of the same lengths, none of them empty.
    """

    first: NDArray[Any]
    others: Rows

    def row(self, place: int) -> list[int]:
        """One of the lists."""
        return [int(self.first[place]), *self.others.row(place)[:-1]]

    @property
    def numbers(self) -> NDArray[Any]:
        """Of all lists, made anew."""
        found = np.empty(len(self.others.numbers), dtype=np.int32)
        found[1:] = self.others.numbers[:-1]
        found[self.others.ends[:-1]] = self.first
        return found

    @property
    def ends(self) -> NDArray[Any]:
        """Where each begins, and where the last ends."""
        return self.others.ends

    @property
    def lengths(self) -> NDArray[Any]:
        """Numbers of each list."""
        return self.others.lengths


@final
@dataclass(frozen=True)
class Part:
    """Some examples of one task.

    Args:
        columns: their lists by name: `ids`, `positions`, `types`, `decoder_ids`; those that none
            has are not there.
        targets: the same of their targets; all of them.
        uncut: of each, 2 if nothing was cut off its ids, and 1 if nothing off its targets.
    """

    columns: Mapping[str, Rows | Behind]
    targets: Mapping[str, Rows]
    uncut: NDArray[np.uint8]

    def example(self, place: int) -> Encoded:
        """One of them, made anew."""
        found = {name: rows.row(place) for name, rows in self.columns.items()}
        return Encoded(
            found.get("ids", []),
            {name: rows.row(place) for name, rows in self.targets.items()},
            positions=found.get("positions") or None,
            types=found.get("types") or None,
            decoder_ids=found.get("decoder_ids") or None,
            uncut=bool(self.uncut[place] & 2),
            target_uncut=bool(self.uncut[place] & 1),
        )

    def lengths(self) -> NDArray[Any]:
        """Tokens of the longer side of each."""
        sides = (self.columns[name].lengths for name in ("ids", "decoder_ids") if self._has(name))
        nothing = np.zeros(len(self.uncut), dtype=np.int64)
        return reduce(np.maximum, sides, nothing)

    def _has(self, name: str) -> bool:
        return name in self.columns


@final
class Packed(Sequence[Encoded]):
    """Encoded examples in parts, in memory or on disk; made anew whenever they are asked for.

    Args:
        parts: all with targets of the same names.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._starts = [0, *accumulate(len(part.uncut) for part in self._parts)]

    def __len__(self) -> int:
        return self._starts[-1]

    def lengths(self) -> NDArray[Any]:
        """Tokens of the longer side of each example, in few bytes."""
        if not self._parts:
            return np.zeros(0, dtype=np.uint8)
        return np.concatenate([_narrow(part.lengths()) for part in self._parts])

    def checksum(self) -> str:
        """64 bits of all the numbers, as text: other examples have another one."""
        found = blake2b(digest_size=8)
        names = [*_ALWAYS]
        if any("types" in part.columns for part in self._parts):  # absent ones change no older sum
            names.append("types")
        for name in names:
            self._count_in(found, [part.columns.get(name) for part in self._parts])
        for name in self._parts[0].targets if self._parts else ():
            self._count_in(found, [part.targets[name] for part in self._parts])
        return found.hexdigest()

    def _count_in(self, found: "blake2b", rows: Sequence[Rows | Behind | None]) -> None:
        """All numbers of a column as 32 bits, then where its lists end as 64, from 0 on."""
        for one in rows:
            if one is not None:
                found.update(np.ascontiguousarray(one.numbers, dtype=np.int32).data)
        found.update(np.zeros(1, dtype=np.int64).data)
        before = 0
        for part, one in zip(self._parts, rows, strict=True):
            own = np.zeros(len(part.uncut), np.int64) if one is None else one.ends[1:]
            ends = before + own.astype(np.int64)
            found.update(ends.data)
            before = int(ends[-1]) if len(ends) else before

    @overload
    def __getitem__(self, place: int) -> Encoded: ...
    @overload
    def __getitem__(self, place: slice) -> list[Encoded]: ...
    def __getitem__(self, place: int | slice) -> Encoded | list[Encoded]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        part = bisect_right(self._starts, place) - 1
        return self._parts[part].example(place - self._starts[part])


def _narrow(numbers: NDArray[Any]) -> NDArray[Any]:
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def lengths_of(examples: Sequence[Encoded]) -> NDArray[Any]:
    """Tokens of the longer side of each example."""
    if isinstance(examples, Packed):
        return examples.lengths()
    return np.fromiter(map(len, examples), dtype=np.int64, count=len(examples))


def pack(examples: Iterable[Encoded]) -> Part:
    """Examples as numbers of 32 bits: 4 bytes a token and 8 a list, where Python's own lists take 8
    and 56, and an object per example some 200 more.

    Args:
        examples: of one task: all with targets of the same names.
    """
    columns = {name: _Growing() for name in (*_ALWAYS, "types")}
    targets: dict[str, _Growing] = {}
    uncut = bytearray()
    for example in examples:
        if not uncut:
            targets = {name: _Growing() for name in example.targets}
        columns["ids"].append(example.ids)
        columns["positions"].append(example.positions or ())
        columns["types"].append(example.types or ())
        columns["decoder_ids"].append(example.decoder_ids or ())
        for name, rows in targets.items():
            rows.append(example.targets[name])
        uncut.append(2 * example.uncut + example.target_uncut)
    return Part(
        {name: rows.rows() for name, rows in columns.items() if len(rows.numbers)},
        {name: rows.rows() for name, rows in targets.items()},
        np.frombuffer(uncut, dtype=np.uint8),
    )


class _Growing:
    """Lists of whole numbers, to which more come."""

    def __init__(self) -> None:
        self.numbers = array("i")
        self.ends = array("q", [0])

    def append(self, row: Sequence[int]) -> None:
        self.numbers.extend(row)
        self.ends.append(len(self.numbers))

    def rows(self) -> Rows:
        numbers = np.frombuffer(self.numbers, np.int32) if self.numbers else np.zeros(0, np.int32)
        return Rows(numbers, np.frombuffer(self.ends, np.int64))
