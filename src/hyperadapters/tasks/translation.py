"""Translation: a sequence-to-sequence task over directions such as `de-en`."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast, final

import torch
from jaxtyping import Int
from torch import Tensor

from hyperadapters.context import Context
from hyperadapters.data.reading import pieces_kept
from hyperadapters.examples import Pair
from hyperadapters.metrics import Bleu, Metric, Perplexity, Statistics
from hyperadapters.routes import Route
from hyperadapters.tasks.base import (
    Answering,
    Head,
    Model,
    Question,
    Scorer,
    Task,
    Tokenizer,
    Writer,
    Written,
)
from hyperadapters.tasks.batch import IGNORED, Encoded, of_part, padded
from hyperadapters.tasks.cutting import Tokenize, counted
from hyperadapters.tasks.decoding import decoded, generated
from hyperadapters.tasks.directions import Marking, TargetToken
from hyperadapters.tasks.tokens import TokenTask

__all__ = ["Search", "Translation", "Translations"]

_LEFT_OUT = "unknown pieces are left out of translations"
_AT_ONCE = 1000
"""Pairs that are tokenized in one call."""


@final
@dataclass(frozen=True)
class Search(Writer):
    """Beam search; a longer route goes on with what its last hop found.

    Args:
        beams: of the search.
        generates: most tokens of a translation, with those that are given but the first.
        given: tokens that each begins with.
    """

    beams: int = 5
    generates: int = 128
    given: int = 1

    def translate(
        self,
        model: Model,
        context: Context,
        inputs: Mapping[str, Int[Tensor, "example token"]],
        tokenizer: Tokenizer,
    ) -> list[str]:
        """The best translation of each source, in the language of its first decoder tokens."""
        return decoded(tokenizer, self._generated(model, context, inputs, tokenizer))

    def _generated(
        self,
        model: Model,
        context: Context,
        inputs: Mapping[str, Int[Tensor, "example token"]],
        tokenizer: Tokenizer,
    ) -> Int[Tensor, "example found"]:
        found = self.generates + 1 - self.given
        limits = {"beams": self.beams, "given": self.given, "most": found}
        return generated(model, context, inputs, tokenizer, **limits)

    def written(self, question: Question) -> list[Written]:
        """The translation of each example; of nothing it is nothing. Unknown pieces are left out,
        which is told.
        """
        tokenizer = question.tokenizer
        tokens = self._generated(question.model, question.context, question.batch.inputs, tokenizer)
        unknown = _unknown(tokenizer, tokens)
        found = zip(question.examples, decoded(tokenizer, tokens), unknown, strict=True)
        return [
            Written(text, {_LEFT_OUT: number} if number else {}) if example.first else Written("")
            for example, text, number in found
        ]

    def source(self, example: Pair) -> Hashable:
        """The text, and its direction."""
        return example.first, example.languages

    def judged(self, task: Task, example: Pair, text: str) -> Statistics:
        """What a translation adds to the metric."""
        return _metric(task, example).statistics([example.second], [text])

    def carried(self, example: Pair, text: str) -> Pair:
        """The pair with its translation as new source."""
        return replace(example, first=text)

    def address(self, examples: Sequence[Pair], hop: Route) -> Sequence[Pair]:
        """Pairs in the languages of the hop, which its target token comes from."""
        return [replace(example, languages=hop.direction) for example in examples]

    def remark(self, task: Task, examples: Sequence[Pair]) -> str:
        """The score of copying every source, and how scores are counted."""
        copied = [_metric(task, one).statistics([one.second], [one.first]) for one in examples]
        metric = _metric(task, examples[0])
        score = metric.score(tuple(map(sum, zip(*copied, strict=True))))
        return f"copying the source: {100 * score:.1f}; {metric.signature}"


def _metric(task: Task, example: Pair) -> Metric:
    return task.metric_in(Route(example.languages))


@final
class Translations(Answering):
    """The translation of a line."""

    cut = "its end is not translated"
    nothing, named = "", "translation"

    def ask(self, text: str, hop: Route) -> Pair:
        """A pair whose other side is not known."""
        return Pair(text.strip(), "", hop.direction)

    def answer(self, task: Task, question: Question) -> list[Any]:
        """What the task's search finds."""
        return list(cast(Search, task.scorer).found(question))

    def line(self, answer: str) -> str:
        """The translation itself."""
        return answer


@final
@dataclass(frozen=True)
class Translation(TokenTask):
    """From a sentence in one language to the same in another.

    The encoder reads `x`, the decoder predicts `y … </s>`, each with the tokens by which `marking`
    tells the languages. The row of a direction has `source_language` and `target_language`.

    Args:
        name: the task in the run file.
        metric: of the translations that beam search finds.
        beams: of the search.
        length: most tokens of a translation.
        ratio: training leaves out a pair one of whose sides has more than so many times the tokens
            of the other, and one with a side that is longer than what is read; None keeps all and
            cuts.
        tokenize: what cuts translations into the words that BLEU counts.
        marking: tells the model the languages of a direction.
    """

    name: str
    metric: Metric = Bleu()
    beams: int = 5
    length: int = 128
    ratio: float | None = None
    tokenize: Tokenize = "auto"
    marking: Marking = TargetToken()
    heads: Mapping[str, Head] = field(
        default_factory=dict, init=False, repr=False, hash=False, compare=False
    )

    @property
    def scorer(self) -> Scorer:
        """Beam search."""
        return Search(self.beams, self.length, self.marking.given)

    def metric_in(self, route: Route) -> Metric:
        """By the language that it leads into."""
        return counted(self.metric, self.tokenize, route.languages[-1])

    @property
    def answering(self) -> Answering:
        """A translation per line."""
        return Translations()

    @property
    def forced(self) -> Metric:
        """Perplexity of the references."""
        return Perplexity()

    def encode(self, tokenizer: Tokenizer, example: Pair, length: int) -> Encoded:
        """Both sides, each cut to `length` tokens; `labels` of the decoder.

        Raises:
            BackboneError: the tokenizer has no token for a language.
        """
        return next(self.encode_all(tokenizer, [example], length))

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Pair], length: int
    ) -> Iterator[Encoded]:
        """Each pair as `encode` gives it, many at a time, which a tokenizer does in parallel.

        A token such as `</s>` or `<2de>` that is written in a text is text.

        Raises:
            BackboneError: the tokenizer has no token for a language.
        """
        end = tokenizer.eos_token_id
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            sources = pieces_kept(tokenizer, [pair.first for pair in part])
            targets = pieces_kept(tokenizer, [pair.second for pair in part])
            for pair, source, target in zip(part, sources, targets, strict=True):
                before, behind, first = self.marking.marks(tokenizer, pair.languages)
                most = max(length - len(before) - len(behind), 0)
                most_written = max(length - len(first) - 1, 0)
                given = [IGNORED] * (len(first) - 1)  # what a decoder is given it need not learn
                yield Encoded(
                    [*before, *source[:most], *behind],
                    {"labels": [*given, *target[:most_written], end]},
                    decoder_ids=[*first, *target[:most_written]],
                    uncut=len(source) <= most,
                    target_uncut=len(target) <= most_written,
                )

    def admits(self, encoded: Encoded) -> bool:
        """Whether both sides are whole, and their lengths within `ratio`.

        Baziotis et al. (2022), section 4: at most 250 tokens, a ratio of 2.5.
        """
        if self.ratio is None:
            return True
        source = len(encoded.ids) - 2
        target = len(encoded.targets["labels"]) - self.marking.given
        longer, shorter = max(source, target), min(source, target)
        uncut = encoded.uncut and encoded.target_uncut
        return uncut and longer <= self.ratio * shorter

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`labels` (example, token of the decoder), padded with -100."""
        labels = [one.targets["labels"] for one in encoded]
        return {"labels": padded(labels, max(map(len, labels)))}, None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None


def _unknown(tokenizer: Tokenizer, tokens: Int[Tensor, "example found"]) -> list[int]:
    """How many pieces of each are unknown; none where the token for them has another meaning."""
    unknown = tokenizer.unk_token_id
    if unknown in (None, tokenizer.eos_token_id, tokenizer.pad_token_id):
        return [0] * len(tokens)
    counts: list[int] = (tokens == unknown).sum(dim=1).tolist()
    return counts
