"""Windows of examples: an example that is longer than a model reads may be read in several."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, TypeVar, final

from hyperadapters.tasks.batch import Encoded
from hyperadapters.tasks.packed import Packed, pack

__all__ = ["Once", "Windows"]

T = TypeVar("T")


@final
@dataclass(frozen=True)
class Windows:
    """The windows of some examples, one behind the other.

    Args:
        encoded: each window.
        of: the place of its example.
    """

    encoded: Sequence[Encoded]
    of: Sequence[int]

    @classmethod
    def laid_out(cls, each: Iterable[Sequence[Encoded]]) -> "Windows":
        """From the windows of each example."""
        pairs = [(one, place) for place, windows in enumerate(each) for one in windows]
        return cls([one for one, _ in pairs], [place for _, place in pairs])

    def gathered(self, found: Iterable[T]) -> list[list[T]]:
        """What was found in each window, by example."""
        each: list[list[T]] = [[] for _ in range(self.of[-1] + 1 if self.of else 0)]
        for place, one in zip(self.of, found, strict=True):
            each[place].append(one)
        return each


@final
class Once:
    """The windows of each example of a corpus, made when they are first asked for and kept packed:
    a test set is checked before training, read after it, and counted.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], tuple[Any, Packed, list[int]]] = {}

    def windows(
        self, of: tuple[Any, ...], how: tuple[Any, ...], make: Callable[[], Iterable[Any]]
    ) -> Iterable[Sequence[Encoded]]:
        """What `make` gives, or gave when it was asked for the same.

        Args:
            of: objects that it depends on, each of which is the same only as itself.
            how: values that it depends on.
        """
        key = (*map(id, of), *how)
        if key not in self._made:
            numbers = list[int]()
            packed = Packed([pack(one for own in make() for one in _counted(own, numbers))])
            self._made[key] = (of, packed, [0, *accumulate(numbers)])  # `of` keeps each id its own
        _, packed, starts = self._made[key]
        return (packed[start:end] for start, end in pairwise(starts))


def _counted(own: Sequence[Encoded], numbers: list[int]) -> Sequence[Encoded]:
    numbers.append(len(own))
    return own
