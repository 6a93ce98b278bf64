"""Windows of examples: an example that is longer than a model reads may be read in several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar, final

from hyperadapters.tasks.batch import Encoded

__all__ = ["Windows"]

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
