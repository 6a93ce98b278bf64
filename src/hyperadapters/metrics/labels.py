"""Scores of labels of words: accuracy, and F1 over labelled spans."""

import re
from collections.abc import Sequence
from typing import final

from hyperadapters.metrics.base import Metric, Statistics

__all__ = ["Accuracy", "SpanF1"]


@final
class Accuracy(Metric):
    """Correct labels over labels, of words or of whole texts."""

    name = "accuracy"

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """(correct, labels)."""
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
