"""Scores as sums: each sentence gives a few numbers, their totals give the score.

So scores of a corpus, of a resample of it and of several ranks are one function of added numbers.
"""

from hyperadapters.metrics.answers import AnswerF1, ExactMatch
from hyperadapters.metrics.base import Loss, Metric, Statistics
from hyperadapters.metrics.classes import MacroF1, Matthews
from hyperadapters.metrics.labels import Accuracy, SpanF1
from hyperadapters.metrics.texts import Bleu, ChrF, Perplexity
from hyperadapters.metrics.trees import Arc, Las, Uas

__all__ = [
    "METRICS",
    "Accuracy",
    "AnswerF1",
    "Arc",
    "Bleu",
    "ChrF",
    "ExactMatch",
    "Las",
    "Loss",
    "MacroF1",
    "Matthews",
    "Metric",
    "Perplexity",
    "SpanF1",
    "Statistics",
    "Uas",
]

_ALL: tuple[Metric, ...] = (
    Accuracy(),
    SpanF1(),
    MacroF1(),
    Matthews(),
    Perplexity(),
    Bleu(),
    ChrF(),
    Las(),
    Uas(),
    ExactMatch(),
    AnswerF1(),
)
METRICS: dict[str, Metric] = {m.name: m for m in _ALL}
"""Every metric by the name that run files use."""
