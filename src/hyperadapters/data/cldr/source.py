"""The built-in data as a source: sentences made from Unicode CLDR, nothing to download."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hyperadapters.data import cldr
from hyperadapters.data.corpora import Corpus
from hyperadapters.data.sources import STRICT, Source, sides
from hyperadapters.data.splits import Count
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.examples import Example, Pair

__all__ = ["Cldr"]


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

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

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
            if name not in self.codes and name not in cldr.CLDR_LANGUAGES:
                raise UnknownName("language", name, self.codes, where="`shares`")
            if not 1 <= own <= all_:
                raise ConfigError(
                    f"`{name}` has a share that does not exist",
                    expected="[k, n] with 1 ≤ k ≤ n",
                    found=str([own, all_]),
                )

    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """Never fails for a language of `languages` and a split that is not 0 sentences long."""
        code, count = self.codes.get(language, language), self._count(split)
        examples: Sequence[Example]
        if self.content == "text":
            examples = cldr.texts(code, split, count, self.seed)
        elif self.content == "pairs":
            names = sides(language, self.beside)
            first, second = (self.codes.get(name, name) for name in names)
            pairs = cldr.pairs(first, second, split, count, self.seed, train=self.train)
            examples = tuple(Pair(pair.first, pair.second, names) for pair in pairs)
        else:
            examples = cldr.tagged(code, self.content, split, count, self.seed)
        if split == "train":
            both = sides(language, self.beside) if self.content == "pairs" else (language,)
            for name in both:
                own, all_ = self.shares.get(name, (1, 1))
                examples = examples[own - 1 :: all_]
        return Corpus(task, language, split, examples, f"cldr ({self.content})")

    def _count(self, split: str) -> int:
        return {"train": self.train, "dev": self.dev, "test": self.test}.get(split, 0)

    def languages(self, root: Path | None) -> tuple[str, ...]:
        """All of CLDR's that are covered in full."""
        return tuple(sorted({*cldr.CLDR_LANGUAGES, *self.codes}))

    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether CLDR covers the language, or both of a direction."""
        names = sides(language, self.beside) if self.content == "pairs" else (language,)
        covered = all(self.codes.get(name, name) in cldr.CLDR_LANGUAGES for name in names)
        return covered and self._count(split) > 0 and len(set(names)) == len(names)
