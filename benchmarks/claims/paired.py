"""How far one system is above another: an interval over seeds and sentences at once.

Both systems have the same seeds, and every run is scored on the same sentences, so seeds and
sentences are crossed. A bootstrap of two levels gives the variances: the sentences of each cell are
drawn anew, the same for all runs (`PairedBootstrap`), and the seeds differ as they do. The interval
is studentised: the percentiles of three seeds drawn anew cover the truth in 70% of cases, not 95%.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hyperadapters.errors import DataError
from hyperadapters.report.bootstrap import PairedBootstrap
from hyperadapters.scoring.matrix import Score

__all__ = ["RESAMPLES", "Cells", "Gap", "Pair", "gap", "interval", "over_seeds_alone"]

RESAMPLES = 1000

Pair = tuple[str, str]
"""A task and a language."""
Cells = Mapping[Pair, Score]
"""What one run, or several that became one, scored."""
Numbers = NDArray[np.float64]


class Gap(NamedTuple):
    """How far the first system is above the second, with a 95% interval.

    Without bounds nothing can be said of chance: there is one number only.

    Args:
        value: the mean, in the units of what was compared.
        low, high: the bounds.
        over: what was drawn anew, in words.
    """

    value: float
    low: float | None
    high: float | None
    over: str


def interval(observed: Numbers, drawn: Numbers) -> Gap:
    """The mean over seeds and its 95% interval.

    With one seed it is that of the sentences alone, by percentiles. With more, the variance of the
    mean is that between seeds, plus what sentences add that all seeds share,

        v = s²(observed) / S + max(0, Var_b(mean_s drawn) - mean_b s²(drawn - observed) / S)

    because the scatter between seeds holds already what seeds and sentences do together. The bounds
    are Student's t with the degrees of freedom of Satterthwaite (1946), v² / ((s²/S)² / (S - 1)).

    Args:
        observed: (seed), the difference of each seed.
        drawn: (seed, resample), the same under resampled sentences, which all seeds share.
    """
    seeds, value = len(observed), float(observed.mean())
    if seeds == 1:
        low, high = np.percentile(drawn[0], [2.5, 97.5])
        return Gap(value, float(low), float(high), "sentences only: one seed")
    between = float(observed.var(ddof=1)) / seeds
    together = float((drawn - observed[:, None]).var(axis=0, ddof=1).mean()) / seeds
    variance = between + max(0.0, float(drawn.mean(axis=0).var(ddof=1)) - together)
    half = _quantile(variance, between, seeds - 1) * variance**0.5
    return Gap(value, value - half, value + half, f"{seeds} seeds and sentences")


def _quantile(variance: float, between: float, freedom: int) -> float:
    """The 97.5% point of Student's t with the degrees of freedom of the mixed variance."""
    degrees = freedom * (variance / between) ** 2 if between else np.inf
    return float(stats.t.ppf(0.975, degrees))


def over_seeds_alone(observed: Sequence[float]) -> Gap:
    """The mean of numbers that have no sentences, one per seed, with its t-interval."""
    values = np.asarray(observed, dtype=np.float64)
    if len(values) == 1:
        return Gap(float(values[0]), None, None, "one seed")
    gap = interval(values, values[:, None].repeat(2, axis=1))
    return gap._replace(over=f"{len(values)} seeds")


def gap(
    above: Mapping[int, Cells],
    below: Mapping[int, Cells],
    pairs: Sequence[Pair],
    *,
    resamples: int = RESAMPLES,
) -> Gap:
    """How far the mean over some cells is above that of another system, in units of the metric.

    Args:
        above, below: by seed, what the runs of both systems scored; seeds that only one of them has
            do not count. Every seed has all of `pairs`.
        pairs: the cells; languages are taken as given and not drawn anew.
        resamples: of the sentences.

    Raises:
        DataError: no common seed, or runs that scored different sentences.
    """
    seeds = [seed for seed in above if seed in below]
    if not seeds:
        raise DataError(
            "the systems have no seed in common",
            found=f"seeds {sorted(above)} and {sorted(below)}",
            remedy="train both with the same seeds",
        )
    _check_sentences([one[seed] for one in (above, below) for seed in seeds], pairs)
    observed, drawn = [], []
    for seed in seeds:
        first = {pair: below[seed][pair] for pair in pairs}
        second = {pair: above[seed][pair] for pair in pairs}
        observed.append(np.mean([second[pair].score - first[pair].score for pair in pairs]))
        drawn.append(PairedBootstrap(first, second, resamples=resamples).draws(pairs))
    return interval(np.asarray(observed), np.asarray(drawn))


def _check_sentences(runs: Sequence[Cells], pairs: Sequence[Pair]) -> None:
    for task, language in pairs:
        counted = sorted({run[task, language].sentences for run in runs})
        if len(counted) > 1:
            raise DataError(
                f"the runs scored different sentences of `{task}` in `{language}`",
                expected="as many in every run",
                found=", ".join(map(str, counted)),
                remedy="evaluate the runs again, on the same data and the same split",
            )
