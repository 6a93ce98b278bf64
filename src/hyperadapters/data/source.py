"""What every source of corpora is made of: a place, a reader, and a rule for splits."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar, final, runtime_checkable

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.limits import Limit, limited
from hyperadapters.errors import HyperadaptersError
from hyperadapters.examples import Example
from hyperadapters.routes import Route

__all__ = ["Parts", "Place", "Reader", "Rule", "Sample", "Source", "listed", "sides"]


@runtime_checkable
class Found(Protocol):
    """A text as its place finds it; as a string it says where it is, for messages."""

    @property
    def certain(self) -> bool:
        """Whether it has the split that was asked for, as far as that can be told unread."""


T = TypeVar("T", bound=Found)


class Sample(NamedTuple):
    """An example as a reader gives it.

    Args:
        mark: what chooses its split by its hash: its text, or what is the same in all languages.
        line: its line, 1-based, in texts that are aligned by line.
    """

    example: Example
    mark: str
    line: int | None = None


class Place(ABC, Generic[T]):
    """Where texts are: which there are of a language or direction and a split."""

    @abstractmethod
    def find(self, route: Route, split: str, root: Path | None) -> Sequence[T]:
        """The texts; none where there are none."""

    @abstractmethod
    def routes(self, root: Path | None) -> Iterable[Route]:
        """The languages or directions that have any text; best effort."""

    @abstractmethod
    def missing(self, route: Route, split: str, root: Path | None) -> HyperadaptersError:
        """What to say where `find` finds nothing."""


Reader = Callable[[T, Route], Iterable[Sample]]
"""The examples of a text, in its order."""
Rule = Callable[[Iterable[Sample], str, Path | None], Iterator[Example]]
"""The examples of a split, in the order of the samples."""


@final
@dataclass(frozen=True, kw_only=True)
class Parts(Generic[T]):
    """The parts of a source.

    Args:
        gives: the kind of all examples: `Tagged`, `Text` or `Pair`.
        limit: most examples, of every split or by split.
        apart: whether two languages can have different examples.
    """

    place: Place[T]
    gives: type[Example]
    reader: Reader[T]
    rule: Rule
    limit: Limit = None
    apart: bool = True


class Source(ABC):
    """Where corpora come from: a frozen dataclass that a run file writes as a mapping with
    `format: ...`.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}
    format: str

    @property
    @abstractmethod
    def parts(self) -> Parts[Any]:
        """Its place, reader and rule."""

    @property
    def gives(self) -> type[Example]:
        """The kind of all its examples: `Tagged`, `Text` or `Pair`."""
        return self.parts.gives

    @property
    def tells_languages_apart(self) -> bool:
        """Whether two languages can have different examples."""
        return self.parts.apart

    def read(self, task: str, route: Route, split: str, root: Path | None) -> Corpus:
        """The examples of a language or direction and a split (`train`, `dev`, `test`).

        Raises:
            DataError: missing, or broken.
            ContextError: one language, of a source that has directions only.
        """
        parts = self.parts
        texts = parts.place.find(route, split, root)
        if not texts:
            raise parts.place.missing(route, split, root)
        samples = chain.from_iterable(parts.reader(text, route) for text in texts)
        examples = limited(tuple(parts.rule(samples, split, root)), parts.limit, split)
        return Corpus(task, route, split, examples, ", ".join(dict.fromkeys(map(str, texts))))

    def routes(self, root: Path | None) -> tuple[Route, ...]:
        """The languages or directions that it has, sorted; best effort."""
        return tuple(sorted(set(self.parts.place.routes(root))))

    def has(self, route: Route, split: str, root: Path | None) -> bool:
        """Whether `read` would find examples of this language or direction and split."""
        return any(text.certain for text in self.parts.place.find(route, split, root))


def sides(route: Route, beside: str) -> tuple[str, str]:
    """The two languages of parallel text: those of a direction, or one and the one beside it."""
    return route.direction if len(route.languages) > 1 else (route.languages[0], beside)


def listed(routes: Iterable[Route], nothing: str = "no language") -> str:
    """Languages or directions, sorted, for messages."""
    return ", ".join(map(str, sorted(set(routes)))) or nothing
