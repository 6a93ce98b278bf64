"""Every metric: of words, spans, texts and answers."""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, final

import torch

from hyperadapters.answers import AnswerF1, ExactMatch
from hyperadapters.metric import Loss, Metric, Statistics

__all__ = [
    "METRICS",
    "Accuracy",
    "AnswerF1",
    "Bleu",
    "ChrF",
    "ExactMatch",
    "Loss",
    "Metric",
    "Perplexity",
    "SpanF1",
    "Statistics",
]


@final
class Accuracy(Metric):
    """Correct words over words."""

    name = "accuracy"

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """(correct, words)."""
        return float(sum(g == p for g, p in zip(gold, predicted, strict=True))), float(len(gold))

    def score(self, totals: Statistics) -> float:
        """Correct over all, 0 for an empty corpus."""
        return totals[0] / totals[1] if totals[1] else 0.0


@final
class SpanF1(Metric):
    """Micro-averaged F1 over labelled spans, as `seqeval` counts them by default (conlleval)."""

    name = "span_f1"
    width = 3
    missing = "O"

    def refused(self, labels: Sequence[str]) -> list[str]:
        """Those that are not `O` and do not mark a place in a span: `B-PER`, `I-PER`, ..."""
        return [label for label in labels if not re.fullmatch(r"O|[BIES](-.+)?", label)]

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """(correct spans, predicted spans, gold spans)."""
        from seqeval.metrics.sequence_labeling import get_entities

        true, guess = set(get_entities(list(gold))), set(get_entities(list(predicted)))
        return float(len(true & guess)), float(len(guess)), float(len(true))

    def score(self, totals: Statistics) -> float:
        """2·correct / (predicted + gold), 0 where there are no spans."""
        correct, predicted, gold = totals
        return 2 * correct / (predicted + gold) if predicted + gold else 0.0


@final
class Perplexity(Metric):
    """exp of the mean negative log-likelihood; at least 1, lower is better.

    Its statistics, (nats, predictions), come from the loss, not from labels.
    """

    name = "perplexity"
    higher_is_better = False
    range = (1.0, math.inf)

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """Not defined on labels.

        Raises:
            TypeError: always.
        """
        raise TypeError("perplexity is counted from losses, not from labels")

    def score(self, totals: Statistics) -> float:
        """exp(nats / predictions), computed in float64."""
        return float(torch.tensor(totals[0] / max(totals[1], 1.0), dtype=torch.float64).exp())


@cache
def _counters(tokenizer: str) -> Mapping[str, Any]:
    """The metrics of `sacrebleu` by our names, with its defaults but for the tokenizer."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    return {"bleu": BLEU(tokenize=tokenizer), "chrf": CHRF()}


_COUNTS = {"bleu": slice(0, 10), "chrf": slice(10, 28)}
"""Where the counts of each stand among the statistics: n-grams and lengths."""
_USUAL = "13a"


class _Sacre(Metric):
    """A corpus score of `sacrebleu` over whole texts, in [0, 1] here, 0..100 there.

    BLEU and chrF have the same statistics, the counts of both, so that each is known beside the
    other.

    Args:
        tokenizer: of `sacrebleu`, which cuts texts into the words that BLEU counts.
        instead_of: the one that would be right, and is not installed.
    """

    width = 28

    def __init__(self, tokenizer: str = _USUAL, instead_of: str = "") -> None:
        self.tokenizer = tokenizer
        self.instead_of = instead_of

    def cut_by(self, tokenizer: str, instead_of: str = "") -> "Metric":
        """The same score of texts that are cut otherwise."""
        return type(self)(tokenizer, instead_of)

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """Counts of n-grams and lengths of one text against one reference."""
        counts: list[float] = []
        for counter in _counters(self.tokenizer).values():
            (own,) = counter._extract_corpus_statistics(list(predicted), [list(gold)])
            counts += map(float, own)
        return tuple(counts)

    def score(self, totals: Statistics) -> float:
        """The corpus score of summed counts; 0 for an empty corpus."""
        return self._sacre(self.name, totals) / 100

    @property
    def signature(self) -> str:
        """The signature of `sacrebleu`, for one reference."""
        return self._signature(self.name)

    def beside(self, totals: Statistics) -> str:
        """The other score of the two, 0..100, and its signature."""
        other = next(name for name in _COUNTS if name != self.name)
        return f"{other}: {self._sacre(other, totals):.1f} ({self._signature(other)})"

    def _signature(self, name: str) -> str:
        counter = _counters(self.tokenizer)[name]
        counter.corpus_score([""], [[""]])  # it knows the number of references then
        lacking = self.instead_of if name == "bleu" else ""
        return f"{counter.get_signature()}{f', `{lacking}` is not installed' if lacking else ''}"

    def _sacre(self, name: str, totals: Statistics) -> float:
        counts = [int(number) for number in totals[_COUNTS[name]]]
        return float(_counters(self.tokenizer)[name]._compute_score_from_stats(counts).score)


@final
class Bleu(_Sacre):
    """BLEU up to 4-grams (Papineni et al., 2002; Post, 2018)."""

    name = "bleu"

    @property
    def variant(self) -> str:
        """Another tokenizer than `13a`, such as `tok:zh`."""
        return "" if self.tokenizer == _USUAL else f"tok:{self.tokenizer}"


@final
class ChrF(_Sacre):
    """chrF2: F-score of character 6-grams, recall twice as heavy (Popović, 2015)."""

    name = "chrf"


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Accuracy(),
        SpanF1(),
        Perplexity(),
        Bleu(),
        ChrF(),
        ExactMatch(),
        AnswerF1(),
    )
}
"""Every metric by the name that run files use."""
