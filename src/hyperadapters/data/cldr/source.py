"""The built-in data as a source: sentences made from Unicode CLDR, nothing to download."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, final

from annotated_types import Le

from hyperadapters.data.cldr import questions, sentences
from hyperadapters.data.limits import Count
from hyperadapters.data.source import Place, Sample, Source, sides
from hyperadapters.errors import ConfigError, HyperadaptersError, UnknownName
from hyperadapters.examples import Asked, Example, Labelled, LabelledPair, Pair, Tagged, Text
from hyperadapters.routes import Route

__all__ = ["Cldr"]

Size = Annotated[Count, Le(20_000)]
"""Sentences of a split; more would take minutes to write, and say nothing new."""


_GIVES: Mapping[str, type[Example]] = {
    "text": Text,
    "pairs": Pair,
    "kinds": Labelled,
    "same": LabelledPair,
    "same-across": LabelledPair,
    "questions": Asked,
}
"""What a content is made of, where it is no tagging."""
_BESIDE = ("pairs", "same-across")
"""The contents in two languages."""


@final
@dataclass(frozen=True, kw_only=True)
class Cldr(Source):
    """The built-in data made from Unicode CLDR; every language has the same meanings under the same
    index.

    Args:
        content: `fields` and `spans` are tagging tasks, `text` is for MLM, `pairs` for
            translation and translation LM: their test sentences have templates that no training
            sentence has, not only other values. For classification `kinds` has phrases with what
            they are (DATE, MONEY, ...), `same` two phrases that say the same value or not, both in
            the language, and `same-across` the second of them in the language `beside`.
            `questions` are for `qa`: a key such as `DATE` or `MONEY CURRENCY` asks for a phrase of
            a sentence, or for a part of one.
        train, dev, test: sentences of each split, 20,000 at most.
        seed: of what the sentences say.
        beside: the other language of `same-across`, and of `pairs` where the run file lists single
            languages and no directions such as `de-en`.
        codes: our language name -> CLDR's, where they differ.
        shares: our language name -> (k, n): it has the k-th of n equal shares of the train split,
            k from 1; with `codes`, one language falls into several artificial ones.

    Raises:
        ConfigError: a share outside 1..n.
        UnknownName: a share of no language.
    """

    format: Literal["cldr"] = "cldr"
    content: Literal[
        "fields", "spans", "text", "pairs", "kinds", "same", "same-across", "questions"
    ] = "fields"
    train: Size = 500
    dev: Size = 100
    test: Size = 200
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
    def gives(self) -> type[Example]:
        """By the `content`."""
        return _GIVES.get(self.content, Tagged)

    @property
    def _place(self) -> Place:
        return _Tongues(self)

    def has(self, route: Route, split: str, root: Path | None) -> bool:
        """Whether CLDR covers the route, no language beside itself, and the split is not empty."""
        names = self._names(route)
        apart = len(set(names)) == len(names)
        return apart and self._size(split) > 0 and super().has(route, split, root)

    def _size(self, split: str) -> int:
        return {"train": self.train, "dev": self.dev, "test": self.test}.get(split, 0)

    def _names(self, route: Route) -> tuple[str, ...]:
        return sides(route, self.beside) if self.content in _BESIDE else (str(route),)

    def _codes(self, route: Route) -> tuple[str, ...]:
        return tuple(self.codes.get(name, name) for name in self._names(route))

    def _samples(self, text: str, route: Route, split: str) -> Iterator[Sample]:
        """The sentences of the languages' shares of the train split; all of another."""
        names, examples = self._names(route), self._written(route, split)
        for name in names if split == "train" else ():
            own, every = self.shares.get(name, (1, 1))
            examples = examples[own - 1 :: every]
        return (Sample(example, example.text) for example in examples)

    def _written(self, route: Route, split: str) -> Sequence[Example]:
        codes, size, seed = self._codes(route), self._size(split), self.seed
        match self.content:
            case "text":
                return sentences.texts(codes[0], split, size, seed)
            case "kinds":
                return sentences.kinds(codes[0], split, size, seed)
            case "same" | "same-across":
                return sentences.same(codes[0], codes[-1], split, size, seed)
            case "questions":
                return questions.asked(codes[0], split, size, seed)
            case "pairs":
                found = sentences.pairs(codes[0], codes[1], split, size, seed, train=self.train)
                return tuple(replace(pair, languages=sides(route, self.beside)) for pair in found)
        return sentences.tagged(codes[0], self.content, split, size, seed)


@final
@dataclass(frozen=True)
class _Tongues(Place):
    """The languages that CLDR covers, by themselves or in pairs."""

    source: Cldr

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[str]:
        """What the built-in data are called, if CLDR covers the language or both of a direction."""
        covered = set(self.source._codes(route)) <= set(sentences.CLDR_LANGUAGES)
        return [f"cldr ({self.source.content})"] if covered else ()

    def routes(self, root: Path | None) -> Sequence[Route]:
        """All languages that are covered in full."""
        return [Route.of(name) for name in (*sentences.CLDR_LANGUAGES, *self.source.codes)]

    def missing(self, route: Route, split: str, root: Path | None) -> HyperadaptersError:
        """The first language that is not covered."""
        codes = self.source._codes(route)
        return sentences.unknown(next(c for c in codes if c not in sentences.CLDR_LANGUAGES))
