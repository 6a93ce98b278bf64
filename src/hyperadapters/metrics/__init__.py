"""Scores as sums: each sentence gives a few numbers, their totals give the score.

So scores of a corpus, of a resample of it and of several ranks are one function of added numbers.
"""

from hyperadapters.metrics.answers import AnswerF1, ExactMatch
from hyperadapters.metrics.base import Loss, Metric, Statistics
from hyperadapters.metrics.binary import F1, F1Accuracy
from hyperadapters.metrics.classes import MacroF1, Matthews
from hyperadapters.metrics.degrees import Pearson, PearsonSpearman, Spearman
from hyperadapters.metrics.labels import Accuracy, SpanF1
from hyperadapters.metrics.texts import Bleu, ChrF, Perplexity
from hyperadapters.metrics.trees import Arc, Las, Uas

__all__ = [
    "F1",
    "METRICS",
    "Accuracy",
    "AnswerF1",
    "Arc",
    "Bleu",
    "ChrF",
    "ExactMatch",
    "F1Accuracy",
    "Las",
    "Loss",
    "MacroF1",
    "Matthews",
    "Metric",
    "Pearson",
    "PearsonSpearman",
    "Perplexity",
    "SpanF1",
    "Spearman",
    "Statistics",
    "Uas",
]

_ALL: tuple[Metric, ...] = (
    Accuracy(),
    SpanF1(),
    MacroF1(),
    Matthews(),
    F1(),
    F1Accuracy(),
    Pearson(),
    Spearman(),
    PearsonSpearman(),
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
