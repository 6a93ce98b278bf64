"""What every source of corpora is made of: a place, a reader, and a rule for splits."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, final

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.limits import Limit, most
from hyperadapters.errors import DataError, HyperadaptersError, UnknownName
from hyperadapters.examples import Example
from hyperadapters.routes import Route

__all__ = [
    "Found",
    "Passed",
    "Place",
    "Rule",
    "Sample",
    "Source",
    "by_place",
    "lacking",
    "sides",
]


class Sample(NamedTuple):
    """An example as a reader gives it.

    Args:
        mark: what chooses its split by its hash: its text, or what is the same in all languages.
        line: its line, 1-based, in texts that are aligned by line.
    """

    example: Example
    mark: str
    line: int | None = None


Found = Sample | DataError
"""What a reader finds in a row: an example, or what to say of a row that lacks a text.

Such rows are skipped and counted, as long as there are others.
"""


def lacking(
    languages: Sequence[str], texts: Sequence[str], where: str, **more: str | None
) -> DataError:
    """What to say of a row that lacks a text in one of two languages.

    Args:
        more: `expected`, `found` and `remedy`, where more is known.
    """
    name = next(name for name, text in zip(languages, texts, strict=True) if not text.strip())
    return DataError(f"no text in `{name}`", where=where, **more)


class Place(ABC):
    """Where texts are: which there are of a language or direction and a split."""

    @abstractmethod
    def find(self, route: Route, split: str, root: Path | None) -> Sequence[Any]:
        """The texts, each of which says as a string where it is; none where there are none."""

    @abstractmethod
    def routes(self, root: Path | None) -> Iterable[Route]:
        """The languages or directions that have any text; best effort."""

    def files(self, texts: Sequence[Any]) -> Sequence[Path]:
        """The files that texts are read from; none where they do not come from local files."""
        return ()

    def contents(self, texts: Sequence[Any]) -> list[Any]:
        """What texts that come from files depend on, as plain values: checksums, not places."""
        return []

    def overlooked(
        self, texts: Sequence[Any], route: Route, split: str, root: Path | None
    ) -> tuple[str, ...]:
        """Files that look like those of a language, beside the texts that were found."""
        return ()

    def missing(self, route: Route, split: str, root: Path | None) -> HyperadaptersError:
        """What to say where `find` finds nothing."""
        return UnknownName("language", str(route), map(str, self.routes(root)))


Rule = Callable[[Iterable[Sample], str, Path | None], Iterator[Example]]
"""The examples of a split, in the order of the samples."""


def by_place(samples: Iterable[Sample], split: str, root: Path | None) -> Iterator[Example]:
    """All: the place found the text by its split."""
    return (sample.example for sample in samples)


class Source(ABC):
    """Where corpora come from: a frozen dataclass that a run file writes as a mapping with
    `format: ...`.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}
    format: str
    limit: Limit = None

    @property
    @abstractmethod
    def gives(self) -> type[Example]:
        """The kind of all its examples: `Tagged`, `Tree`, `Text`, `Pair`, `Asked`, ..."""

    @property
    def tells_languages_apart(self) -> bool:
        """Whether two languages can have different examples."""
        return True

    @property
    @abstractmethod
    def _place(self) -> Place:
        """Where its texts are."""

    @property
    def _rule(self) -> Rule:
        """Which examples are of a split."""
        return by_place

    @abstractmethod
    def _samples(self, text: Any, route: Route, split: str) -> Iterable[Found]:
        """The examples of a text that its place found, in its order, and the rows that lack one."""

    def read(self, task: str, route: Route, split: str, root: Path | None) -> Corpus:
        """The examples of a language or direction and a split (`train`, `dev`, `test`).

        Raises:
            DataError: missing, or broken, or every row lacks a text.
            ContextError: one language, of a source that has directions only.
        """
        texts = self.located(route, split, root)
        passed = self.passed(texts, route, split, root)
        unread = self.unread(texts, task, route, split, root)
        return replace(unread, examples=tuple(passed), skipped=passed.skipped)

    def located(self, route: Route, split: str, root: Path | None) -> Sequence[Any]:
        """The texts of a language or direction and a split, unread.

        Raises:
            DataError: there are none.
        """
        place = self._place
        texts = place.find(route, split, root)
        if not texts:
            raise place.missing(route, split, root)
        return texts

    def passed(self, texts: Sequence[Any], route: Route, split: str, root: Path | None) -> "Passed":
        """Texts to be gone through."""
        found = chain.from_iterable(self._samples(text, route, split) for text in texts)
        rule = self._rule
        return Passed(found, lambda kept: rule(kept, split, root), most(self.limit, split))

    def unread(
        self, texts: Sequence[Any], task: str, route: Route, split: str, root: Path | None
    ) -> Corpus:
        """What is known of the corpus of texts before they are read."""
        source = ", ".join(dict.fromkeys(map(str, texts)))
        overlooked = self._place.overlooked(texts, route, split, root)
        return Corpus(task, route, split, (), source, overlooked=overlooked)

    def files(self, texts: Sequence[Any]) -> Sequence[Path]:
        """The files of texts; none where they do not come from local files."""
        return self._place.files(texts)

    def depends_on(
        self, texts: Sequence[Any], route: Route, split: str, root: Path | None
    ) -> dict[str, Any]:
        """All that the examples of texts in files depend on, as plain values: settings, and
        checksums of the files.
        """
        return {
            "source": repr(self),
            "route": str(route),
            "split": split,
            "texts": self._place.contents(texts),
            "beside": self._beside_texts(root),
        }

    def _beside_texts(self, root: Path | None) -> str:
        """A digest of what else than the texts decides which examples are of a split."""
        return ""

    def routes(self, root: Path | None) -> tuple[Route, ...]:
        """The languages or directions that it has, sorted; best effort."""
        return tuple(sorted(set(self._place.routes(root))))

    def has(self, route: Route, split: str, root: Path | None) -> bool:
        """Whether `read` would find examples of this language or direction and split."""
        return bool(self._place.find(route, split, root))


@final
class Passed:
    """The examples of a split, gone through once.

    Args:
        found: what a reader finds, row by row.
        rule: which of them are of the split.
        most: examples; None for all.

    Attributes:
        skipped: rows that lack a text, when all are read.
    """

    def __init__(
        self,
        found: Iterable[Found],
        rule: Callable[[Iterable[Sample]], Iterator[Example]],
        most: int | None,
    ) -> None:
        self._found = found
        self._rule = rule
        self._most = most
        self._fault: DataError | None = None
        self._sound = False
        self.skipped = 0

    def __iter__(self) -> Iterator[Example]:
        """The examples; all rows are read, also those behind the last that is wanted.

        Raises:
            DataError: at the end, of the first row, where every row lacks a text.
        """
        for number, example in enumerate(self._rule(self._samples())):
            if self._most is None or number < self._most:
                yield example
        if self._fault is not None and not self._sound:
            raise self._fault

    def _samples(self) -> Iterator[Sample]:
        for one in self._found:
            if isinstance(one, DataError):
                self._fault = self._fault or one
                self.skipped += 1
            else:
                self._sound = True
                yield one


def sides(route: Route, beside: str) -> tuple[str, str]:
    """The two languages of parallel text: those of a direction, or one and the one beside it."""
    return route.direction if len(route.languages) > 1 else (route.languages[0], beside)
