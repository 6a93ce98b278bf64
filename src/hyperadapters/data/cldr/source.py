"""The built-in data as a source: sentences made from Unicode CLDR, nothing to download."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, final

from hyperadapters.data.cldr import sentences
from hyperadapters.data.limits import Count
from hyperadapters.data.rules import by_place
from hyperadapters.data.source import Parts, Place, Sample, Source, sides
from hyperadapters.errors import ConfigError, HyperadaptersError, UnknownName
from hyperadapters.examples import Example, Pair, Tagged, Text
from hyperadapters.routes import Route

__all__ = ["Cldr"]


class _Meant(NamedTuple):
    """Sentences of a split that CLDR can write, before they are written.

    Args:
        languages: one, or the two of pairs.
        codes: what CLDR calls them.
        size: sentences of the split.
        content: of the source, for messages.
    """

    languages: tuple[str, ...]
    codes: tuple[str, ...]
    split: str
    size: int
    content: str

    @property
    def certain(self) -> bool:
        """Whether there are any, and no language is beside itself."""
        return self.size > 0 and len(set(self.languages)) == len(self.languages)

    def __str__(self) -> str:
        return f"cldr ({self.content})"


@final
@dataclass(frozen=True, kw_only=True)
class Cldr(Source):
    """The built-in data made from Unicode CLDR; every language has the same meanings under the same
    index.

    Args:
        content: `fields` and `spans` are tagging tasks, `text` is for MLM, `pairs` for
            translation and translation LM: their test sentences have templates that no training
            sentence has, not only other values.
        train, dev, test: sentences of each split.
        seed: of what the sentences say.
        beside: the other language of `pairs`, where the run file lists single languages and no
            directions such as `de-en`.
        codes: our language name -> CLDR's, where they differ.
        shares: our language name -> (k, n): it has the k-th of n equal shares of the train split,
            k from 1; with `codes`, one language falls into several artificial ones.

    Raises:
        ConfigError: a share outside 1..n.
        UnknownName: a share of no language.
    """

    format: Literal["cldr"] = "cldr"
    content: Literal["fields", "spans", "text", "pairs"] = "fields"
    train: Count = 500
    dev: Count = 100
    test: Count = 200
    seed: int = 0
    beside: str = "en"
    codes: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (own, all_) in self.shares.items():
            if name not in self.codes and name not in sentences.CLDR_LANGUAGES:
                raise UnknownName("language", name, self.codes, where="`shares`")
            if not 1 <= own <= all_:
                raise ConfigError(
                    f"`{name}` has a share that does not exist",
                    expected="[k, n] with 1 ≤ k ≤ n",
                    found=str([own, all_]),
                )

    @property
    def parts(self) -> Parts[_Meant]:
        """Sentences that are written when they are read."""
        gives, write = _CONTENTS[self.content]
        place = _Tongues(self, gives is Pair)
        reader = partial(_samples, write=write, source=self)
        return Parts(place=place, gives=gives, reader=reader, rule=by_place)


@final
@dataclass(frozen=True)
class _Tongues(Place[_Meant]):
    """The languages that CLDR covers, by themselves or in pairs."""

    source: Cldr
    paired: bool

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[_Meant]:
        """The sentences of a split, if CLDR covers the language or both of a direction."""
        own, names = self.source, self._names(route)
        codes = tuple(own.codes.get(name, name) for name in names)
        if not set(codes) <= set(sentences.CLDR_LANGUAGES):
            return ()
        size = {"train": own.train, "dev": own.dev, "test": own.test}.get(split, 0)
        return [_Meant(names, codes, split, size, own.content)]

    def _names(self, route: Route) -> tuple[str, ...]:
        return sides(route, self.source.beside) if self.paired else (str(route),)

    def routes(self, root: Path | None) -> Sequence[Route]:
        """All languages that are covered in full."""
        return [Route.of(name) for name in (*sentences.CLDR_LANGUAGES, *self.source.codes)]

    def missing(self, route: Route, split: str, root: Path | None) -> HyperadaptersError:
        """The first language that is not covered."""
        codes = [self.source.codes.get(name, name) for name in self._names(route)]
        return sentences.unknown(next(c for c in codes if c not in sentences.CLDR_LANGUAGES))


def _samples(text: _Meant, route: Route, *, write: "_Write", source: Cldr) -> Iterator[Sample]:
    """The sentences of the languages' shares of the train split; all of another."""
    examples = write(text, source)
    for name in text.languages if text.split == "train" else ():
        own, every = source.shares.get(name, (1, 1))
        examples = examples[own - 1 :: every]
    return (Sample(example, example.text) for example in examples)


def _tagged(text: _Meant, of: Cldr) -> Sequence[Example]:
    return sentences.tagged(text.codes[0], of.content, text.split, text.size, of.seed)


def _texts(text: _Meant, of: Cldr) -> Sequence[Example]:
    return sentences.texts(text.codes[0], text.split, text.size, of.seed)


def _pairs(text: _Meant, of: Cldr) -> Sequence[Example]:
    (first, second), (one, other) = text.codes, text.languages
    found = sentences.pairs(first, second, text.split, text.size, of.seed, train=of.train)
    return tuple(Pair(pair.first, pair.second, (one, other)) for pair in found)


_Write = Callable[[_Meant, Cldr], Sequence[Example]]
_CONTENTS: Mapping[str, tuple[type[Example], _Write]] = {
    "fields": (Tagged, _tagged),
    "spans": (Tagged, _tagged),
    "text": (Text, _texts),
    "pairs": (Pair, _pairs),
}
