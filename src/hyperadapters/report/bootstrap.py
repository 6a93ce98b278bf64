"""Intervals: over sentences by a paired bootstrap, over seeds by Student's t."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hyperadapters.errors import DataError
from hyperadapters.metrics import METRICS
from hyperadapters.scoring.matrix import Score

__all__ = ["Difference", "Interval", "PairedBootstrap", "over_seeds"]

Draws = NDArray[np.float64]

_NUMBERS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Interval:
    """A mean and its interval in the units of the values; no bounds where there is one value."""

    mean: float
    low: float | None
    high: float | None
    values: int


@dataclass(frozen=True)
class Difference:
    """How far the second run is above the first, in the units of the metric.

    Args:
        value: second minus first, on the sentences as they are.
        low, high: the 2.5th and 97.5th percentile over resamples.
        p: the share of resamples in which the second is not above the first, in [0, 1].
        cells: how many cells the value is the mean of.
    """

    value: float
    low: float
    high: float
    p: float
    cells: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


class PairedBootstrap:
    """Differences between two runs under resampling of the sentences that both scored.

    Sentences of a cell are drawn with replacement, the same for both runs; cells are independent of
    each other (Koehn, 2004). Each cell is resampled once, and means over cells reuse its draws, so
    every figure of a report rests on the same resamples.

    Args:
        first, second: the cells of both runs, by (task, language); pairs in only one of them are
            ignored.
        resamples: how many.
        seed: of the draws; a cell's draws depend on nothing but this, its place and its sentences.

    Raises:
        DataError: the runs scored different sentences of a pair.
    """

    def __init__(
        self,
        first: Mapping[tuple[str, str], Score],
        second: Mapping[tuple[str, str], Score],
        *,
        resamples: int = 1000,
        seed: int = 0,
    ) -> None:
        self._values: dict[tuple[str, str], float] = {}
        self._draws: dict[tuple[str, str], Draws] = {}
        for place, pair in enumerate(pair for pair in first if pair in second):
            a, b = first[pair], second[pair]
            _check(a, b)
            generator = np.random.default_rng([seed, place])
            self._values[pair] = b.score - a.score
            self._draws[pair] = _resampled(a, b, resamples, generator)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs that both runs scored with sentence statistics."""
        return tuple(self._values)

    def difference(self, pairs: Sequence[tuple[str, str]]) -> Difference | None:
        """The difference of the unweighted means over some cells; None where both share none."""
        chosen = [pair for pair in pairs if pair in self._values]
        if not chosen:
            return None
        draws = self.draws(chosen)
        value = float(np.mean([self._values[pair] for pair in chosen]))
        low, high = np.percentile(draws, [2.5, 97.5])
        return Difference(value, float(low), float(high), float((draws <= 0).mean()), len(chosen))

    def draws(self, pairs: Sequence[tuple[str, str]]) -> Draws:
        """The difference of the unweighted means over some cells in each resample.

        Bootstraps with the same seed, over the same cells with as many sentences, draw the same
        sentences: their draws can be added.

        Args:
            pairs: of `pairs`, at least one.
        """
        found: Draws = np.mean([self._draws[pair] for pair in pairs], axis=0)
        return found


def _check(first: Score, second: Score) -> None:
    a, b = len(first.statistics), len(second.statistics)
    if (a, first.counted) != (b, second.counted) or a == 0:
        raise DataError(
            f"the runs cannot be compared on `{first.task}` in `{first.language}`",
            expected="statistics of the same sentences, by the same metric and tokenizer",
            found=f"{a} sentences by {first.counted}, {b} by {second.counted}",
            remedy="evaluate both runs again, on the same data and the same split",
        )


def _resampled(
    first: Score, second: Score, resamples: int, generator: np.random.Generator
) -> Draws:
    """Second minus first in each resample."""
    a = np.asarray(first.statistics, dtype=np.float64)
    b = np.asarray(second.statistics, dtype=np.float64)
    pool = METRICS[first.metric].pool
    step = max(1, _NUMBERS_AT_ONCE // (a.size + b.size))
    differences: list[float] = []
    for start in range(0, resamples, step):
        drawn = generator.integers(0, len(a), (min(step, resamples - start), len(a)))
        pairs = zip(pool(a[drawn]).tolist(), pool(b[drawn]).tolist(), strict=True)
        differences += [second.rescored(new) - first.rescored(old) for old, new in pairs]
    return np.asarray(differences)


def over_seeds(values: Sequence[float]) -> Interval:
    """The mean over seeds with its 95% t interval.

    Args:
        values: one score per seed, or one difference per seed for a paired comparison.

    Raises:
        DataError: no value.
    """
    if not values:
        raise DataError("no score to take an interval over", expected="one score per seed")
    mean, count = float(np.mean(values)), len(values)
    if count == 1:
        return Interval(mean, None, None, 1)
    half = float(stats.sem(values) * stats.t.ppf(0.975, count - 1))
    return Interval(mean, mean - half, mean + half, count)
