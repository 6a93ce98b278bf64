"""Span corruption: writing the spans that sentinels stand for in a text (Raffel et al., 2020)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count, takewhile
from typing import Annotated, ClassVar, Literal, final

import torch
from jaxtyping import Int
from pydantic import Field, Strict
from torch import Tensor

from hyperadapters.data import Corpus
from hyperadapters.data.reading import pieces_kept
from hyperadapters.document.values import Number
from hyperadapters.errors import BackboneError, DataError
from hyperadapters.examples import Tagged, Text, Tree
from hyperadapters.metrics import Metric, Perplexity
from hyperadapters.routes import Route
from hyperadapters.tasks.base import Head, Task, Tokenizer
from hyperadapters.tasks.batch import Encoded, of_part, padded
from hyperadapters.tasks.decoding import started
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.tokens import TokenTask

__all__ = ["SpanCorruption", "SpanCorruptionSettings", "sentinels_of", "spans"]

_SENTINELS = 100
"""Of a vocabulary that is learned, as in T5."""
_AT_ONCE = 1000
"""Texts that are tokenized in one call."""


def spans(
    tokens: int, *, probability: float, mean: float, generator: torch.Generator
) -> list[tuple[int, int]]:
    """Where the spans of a text are that sentinels stand for, as (start, end), 0-based and in
    order.

    round(probability · tokens) tokens are in spans, at least one, and not all of several; of them
    round(that / mean) spans are made, at least one. Both the lengths of the spans and of the gaps
    between them are drawn evenly from all ways to divide their sum (Raffel et al., 2020, section
    3.1.4); spans do not touch, and either end of the text may be in one.

    Args:
        tokens: of the text, one at least.
        probability: share of tokens in spans, in (0, 1).
        mean: tokens of a span, 1 at least.
    """
    inside, number = _numbers(tokens, probability, mean)
    outside = tokens - inside
    lengths = _divided(inside, number, generator)
    gaps = _divided(outside + 2, number + 1, generator)
    start, found = -1, []
    for gap, length in zip(gaps, lengths, strict=False):
        start += gap
        found.append((start, start + length))
        start += length
    return found


def _numbers(tokens: int, probability: float, mean: float) -> tuple[int, int]:
    inside = min(max(round(probability * tokens), 1), max(tokens - 1, 1))
    return inside, min(max(round(inside / mean), 1), inside, tokens - inside + 1)


def _divided(total: int, parts: int, generator: torch.Generator) -> list[int]:
    """A sum as so many numbers, each at least 1, every way to do so as likely as another."""
    cuts = torch.randperm(total - 1, generator=generator)[: parts - 1].sort().values + 1
    ends = [0, *cuts.tolist(), total]
    return [end - start for start, end in zip(ends, ends[1:], strict=False)]


@lru_cache(maxsize=8)
def sentinels_of(tokenizer: Tokenizer, size: int) -> tuple[int, ...]:
    """The ids of `<extra_id_0>`, `<extra_id_1>`, ... by their names, wherever they are in the
    vocabulary: in that of T5 they go down from its end.

    Args:
        size: `len(tokenizer)`, by which tokens that were added since are noticed.

    Raises:
        BackboneError: there are none.
    """
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    # mT5 has them as pieces of text, which begin with the mark of a word.
    names = ((f"<extra_id_{n}>", f"▁<extra_id_{n}>") for n in count())
    found = (next((vocabulary[one] for one in both if one in vocabulary), -1) for both in names)
    ids = tuple(takewhile(lambda token: token >= 0, found))
    if not ids:
        raise BackboneError(
            "the tokenizer of this backbone has no sentinels",
            expected="tokens `<extra_id_0>`, `<extra_id_1>`, ..., as T5 has them",
            cause="the backbone was not trained with span corruption",
            remedy="take t5 or mt5, or an `architecture` of `type: t5`, whose vocabulary gets them",
        )
    return ids


@final
@dataclass(frozen=True)
class SpanCorruption(TokenTask):
    """Spans of a text are replaced by sentinels, and the decoder writes what they stand for.

    Of `a b c d e`, with `b c` and `e` in spans, the encoder reads `a <0> d <1> </s>`, and the
    decoder learns `<0> b c <1> e <2> </s>`, whose last sentinel says that there is no more (Raffel
    et al., 2020, figure 2). The spans are drawn anew whenever a text is.

    Args:
        name: the task in the run file.
        probability: share of tokens in spans, in (0, 1).
        mean: tokens of a span.
    """

    name: str
    probability: float = 0.15
    mean: float = 3.0
    metric: Metric = field(default_factory=Perplexity, init=False, compare=False)
    heads: Mapping[str, Head] = field(
        default_factory=dict, init=False, repr=False, hash=False, compare=False
    )

    def encode(self, tokenizer: Tokenizer, example: Text | Tagged | Tree, length: int) -> Encoded:
        """The tokens of the text, cut so that what both towers read has at most `length`; beside
        them `marks`: how a decoder begins, how texts end, and the sentinels.

        Raises:
            BackboneError: the tokenizer has no sentinels, or fewer than a text of this length may
                need.
        """
        return next(self.encode_all(tokenizer, [example], length))

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Text | Tagged | Tree], length: int
    ) -> Iterator[Encoded]:
        """Each text as `encode` gives it, many at a time.

        Raises:
            DataError: a text has no token.
        """
        sentinels, most = sentinels_of(tokenizer, len(tokenizer)), self._most(length)
        needed = self._spans(most)[1] + 1
        if needed > len(sentinels):
            raise BackboneError(
                "the tokenizer has too few sentinels for texts of this length",
                expected=f"{needed}, for {most} tokens",
                found=f"{len(sentinels)}",
                remedy="make `recipe.length` or `probability` smaller, or `mean_span` larger",
            )
        marks = [started(tokenizer), tokenizer.eos_token_id, *sentinels[:needed]]
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            for example, ids in zip(
                part, pieces_kept(tokenizer, [one.text for one in part]), strict=True
            ):
                if not ids:
                    raise DataError(
                        f"a text of task `{self.name}` has no token",
                        found=repr(example.text[:60]),
                        remedy="leave such lines out of the data",
                    )
                yield Encoded(list(ids[:most]), {"marks": marks}, uncut=len(ids) <= most)

    def _spans(self, tokens: int) -> tuple[int, int]:
        """How many tokens of a text are in spans, and how many spans."""
        return _numbers(tokens, self.probability, self.mean)

    def _most(self, length: int) -> int:
        """The most tokens of a text of which neither side becomes longer than `length`."""
        fits = (n for n in range(length - 1, 1, -1) if sum(self._spans(n)) + 2 <= length)
        return next(fits, 2)

    def drawn(self, encoded: Encoded, generator: torch.Generator) -> Encoded:
        """The text with sentinels for its spans, and `labels` of the decoder."""
        ids, (start, end, *sentinels) = encoded.ids, encoded.targets["marks"]
        source, target, done = list[int](), list[int](), 0
        found = spans(len(ids), probability=self.probability, mean=self.mean, generator=generator)
        for sentinel, (first, last) in zip(sentinels, found, strict=False):
            source += [*ids[done:first], sentinel]
            target += [sentinel, *ids[first:last]]
            done = last
        source += [*ids[done:], end]
        target += [sentinels[len(found)], end]
        decoder = [start, *target[:-1]]
        return replace(encoded, ids=source, targets={"labels": target}, decoder_ids=decoder)

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Int[Tensor, "example token"] | None]:
        """`labels` (example, token of the decoder), padded with -100."""
        labels = [one.targets["labels"] for one in encoded]
        return {"labels": padded(labels, max(map(len, labels)))}, None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None


@final
class SpanCorruptionSettings(TaskSettings):
    """Writing the spans of a text that sentinels stand for: what T5 is pre-trained with.

    Args:
        probability: share of tokens in spans, in (0, 1).
        mean_span: tokens of a span, on average.
        data: one source, or several: the first that has a split of a language gives it, so train
            and test may come from different ones.
    """

    kind: Literal["span-corruption"]
    probability: Annotated[float, Strict(), Field(gt=0, lt=1)] = 0.15
    mean_span: Annotated[Number, Field(ge=1)] = 3.0

    takes: ClassVar[tuple[type, ...]] = (Text, Tagged)
    scored: ClassVar[bool] = False
    decodes: ClassVar[bool] = True

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; it reads no corpus."""
        return SpanCorruption(name, self.probability, self.mean_span)

    def tokens(self, route: Route) -> tuple[str, ...]:
        """A hundred sentinels."""
        return tuple(f"<extra_id_{number}>" for number in range(_SENTINELS))

    def tokens_read(self, tokenizer: Tokenizer, tokens: Sequence[int]) -> int:
        """Of the text with its end; sentinels stand for at least as many."""
        return sum(tokens) + 1
