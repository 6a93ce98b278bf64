"""Scores of degrees, such as of similarity: correlations of predicted and gold numbers."""

from collections.abc import Sequence
from statistics import fmean
from typing import final

import numpy as np
from numpy.typing import NDArray

from hyperadapters.metrics.base import Metric, Statistics

__all__ = ["Pearson", "PearsonSpearman", "Spearman"]

_Numbers = NDArray[np.float64]


class _Correlation(Metric):
    """A score of predicted against gold numbers, over the pairs of all sentences.

    Ranks are known of a whole corpus only, so the numbers of its sentences are not added up but
    kept: (gold, predicted) of each. All of these scores have the same statistics, so that each is
    known beside another. 0 where all gold numbers are the same, or all predicted ones.
    """

    width = 2
    least = -np.inf
    range = (-1.0, 1.0)
    missing = "-1"

    def refused(self, labels: Sequence[str]) -> list[str]:
        """Those that are no numbers."""
        return [label for label in labels if not _is_number(label)]

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """(gold, predicted) of the one text that a sentence is."""
        ((true, guess),) = zip(gold, predicted, strict=True)
        return float(true), float(guess)

    def pool(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """All gold numbers, then all predicted ones."""
        columns = np.moveaxis(numbers, -1, -2)
        return columns.reshape(*columns.shape[:-2], -1)

    def score(self, totals: Statistics) -> float:
        """The mean of `values`."""
        return fmean(self.values(totals))

    def beside(self, totals: Statistics) -> str:
        """Both correlations, times 100, but for one that is the score itself."""
        others = {m.name: m.score(totals) for m in (Pearson(), Spearman()) if m.name != self.name}
        return ", ".join(f"{name}: {100 * score:.1f}" for name, score in others.items())


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _sides(totals: Statistics) -> tuple[_Numbers, _Numbers]:
    gold, predicted = np.asarray(totals, dtype=np.float64).reshape(2, -1)
    return gold, predicted


def _correlation(first: _Numbers, second: _Numbers) -> float:
    """Σ (x - x̄)(y - ȳ) / √(Σ (x - x̄)² · Σ (y - ȳ)²); 0 where one of them does not vary."""
    if not (len(first) and np.ptp(first) and np.ptp(second)):
        return 0.0
    x, y = first - first.mean(), second - second.mean()
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0))


@final
class Pearson(_Correlation):
    """Pearson's correlation coefficient, from -1 to 1."""

    name = "pearson"

    def values(self, totals: Statistics) -> tuple[float, ...]:
        """The coefficient."""
        return (_correlation(*_sides(totals)),)


@final
class Spearman(_Correlation):
    """Spearman's: Pearson's of the ranks, equal numbers sharing the mean of theirs."""

    name = "spearman"

    def values(self, totals: Statistics) -> tuple[float, ...]:
        """The coefficient."""
        from scipy.stats import rankdata

        gold, predicted = map(rankdata, _sides(totals))
        return (_correlation(gold, predicted),)


@final
class PearsonSpearman(_Correlation):
    """The mean of both correlations, as GLUE has it of STS-B (Wang et al., 2019)."""

    name = "pearson_spearman"

    def values(self, totals: Statistics) -> tuple[float, ...]:
        """Pearson's and Spearman's coefficient."""
        return (*Pearson().values(totals), *Spearman().values(totals))
