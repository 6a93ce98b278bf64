"""Corpora as values: the examples of a task in a language or direction, and their source."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import final, overload

from hyperadapters.examples import Example
from hyperadapters.routes import Route

__all__ = ["SPLITS", "Corpus", "ReadAnew"]

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Corpus:
    """The examples of a task, a language or direction, and a split (`train`, `dev` or `test`).

    Args:
        source: where they came from, for messages: a file, or the name of a built-in set.
        left_out: examples that the source has and that are not among these, because they are
            scored.
        skipped: rows of the source, for all splits, that lack a text or an answer.
        overlooked: files whose names look like this language, in another script, territory or
            variety, and that were not read.
        digest: of everything that the examples depend on; empty where nobody counted that.
    """

    task: str
    route: Route
    split: str
    examples: Sequence[Example]
    source: str
    left_out: int = 0
    skipped: int = 0
    overlooked: tuple[str, ...] = ()
    digest: str = ""

    def __len__(self) -> int:
        return len(self.examples)


@final
class ReadAnew(Sequence[Example]):
    """Examples that are not held: whoever goes through them reads their files again.

    Args:
        read: goes through them.
        number: of the examples.
    """

    def __init__(self, read: Callable[[], Iterable[Example]], number: int) -> None:
        self._read = read
        self._number = number

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Example]:
        return iter(self._read())

    @overload
    def __getitem__(self, place: int) -> Example: ...
    @overload
    def __getitem__(self, place: slice) -> list[Example]: ...
    def __getitem__(self, place: int | slice) -> Example | list[Example]:
        if isinstance(place, int):
            return next(islice(self, range(self._number)[place], None))
        wanted = range(self._number)[place]
        found = dict(self._among(frozenset(wanted)))
        return [found[one] for one in wanted]

    def _among(self, places: frozenset[int]) -> Iterator[tuple[int, Example]]:
        last = max(places, default=-1)
        return ((n, one) for n, one in enumerate(islice(self, last + 1)) if n in places)
