"""Scores as sums: each sentence gives a few numbers, their totals give the score.

So scores of a corpus, of a resample of it and of several ranks are one function of added numbers.
"""

from hyperadapters.metrics.base import Loss, Metric, Statistics
from hyperadapters.metrics.labels import Accuracy, SpanF1
from hyperadapters.metrics.texts import Bleu, ChrF, Perplexity
from hyperadapters.metrics.trees import Arc, Las, Uas

__all__ = [
    "METRICS",
    "Accuracy",
    "Arc",
    "Bleu",
    "ChrF",
    "Las",
    "Loss",
    "Metric",
    "Perplexity",
    "SpanF1",
    "Statistics",
    "Uas",
]

METRICS: dict[str, Metric] = {
    m.name: m for m in (Accuracy(), SpanF1(), Perplexity(), Bleu(), ChrF(), Las(), Uas())
}
"""Every metric by the name that run files use."""
