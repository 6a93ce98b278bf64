"""Many encoded examples in little memory."""

from array import array
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import final, overload

from hyperadapters.tasks.batch import Encoded

__all__ = ["Packed"]


@final
class Packed(Sequence[Encoded]):
    """Encoded examples as numbers of 32 bits, one list behind the other.

    4 bytes a token and 8 a list, where Python's own lists take 8 and 56, and an object per example
    some 200 more. Examples are made anew whenever they are asked for.

    Args:
        examples: of one task: all with targets of the same names.
    """

    def __init__(self, examples: Iterable[Encoded]) -> None:
        self._ids, self._positions, self._decoder_ids = _Rows(), _Rows(), _Rows()
        self._types = _Rows()
        self._targets: dict[str, _Rows] = {}
        self._uncut = bytearray()
        for example in examples:
            if not self._uncut:
                self._targets = {name: _Rows() for name in example.targets}
            self._ids.append(example.ids)
            self._positions.append(example.positions or ())
            self._types.append(example.types or ())
            self._decoder_ids.append(example.decoder_ids or ())
            for name, rows in self._targets.items():
                rows.append(example.targets[name])
            self._uncut.append(2 * example.uncut + example.target_uncut)

    def __len__(self) -> int:
        return len(self._uncut)

    def checksum(self) -> str:
        """64 bits of all the numbers, as text: other examples have another one."""
        found = blake2b(digest_size=8)
        types = [self._types] if self._types.some else []  # absent ones change no older sum
        own = (self._ids, self._positions, self._decoder_ids, *types)
        for rows in (*own, *self._targets.values()):
            for numbers in rows.arrays:
                found.update(numbers)
        return found.hexdigest()

    @overload
    def __getitem__(self, place: int) -> Encoded: ...
    @overload
    def __getitem__(self, place: slice) -> list[Encoded]: ...
    def __getitem__(self, place: int | slice) -> Encoded | list[Encoded]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        return Encoded(
            self._ids.row(place),
            {name: rows.row(place) for name, rows in self._targets.items()},
            positions=self._positions.row(place) or None,
            types=self._types.row(place) or None,
            decoder_ids=self._decoder_ids.row(place) or None,
            uncut=bool(self._uncut[place] & 2),
            target_uncut=bool(self._uncut[place] & 1),
        )


class _Rows:
    """Lists of whole numbers; one that is absent is empty."""

    def __init__(self) -> None:
        self._numbers = array("i")
        self._ends = array("q", [0])

    @property
    def arrays(self) -> tuple[memoryview, memoryview]:
        return memoryview(self._numbers), memoryview(self._ends)

    @property
    def some(self) -> bool:
        """Whether any row has a number."""
        return len(self._numbers) > 0

    def append(self, row: Sequence[int]) -> None:
        self._numbers.extend(row)
        self._ends.append(len(self._numbers))

    def row(self, place: int) -> list[int]:
        return self._numbers[self._ends[place] : self._ends[place + 1]].tolist()
