"""Intervals against independent formulas."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from hyperadapters.errors import DataError
from hyperadapters.report.bootstrap import PairedBootstrap, over_seeds
from hyperadapters.scoring.matrix import Matrix, Score


def cells(matrix: Matrix) -> dict[tuple[str, str], Score]:
    return {(cell.task, cell.language): cell for cell in matrix.cells}


def words(name: str, right: list[float]) -> dict[tuple[str, str], Score]:
    score = float(np.mean(right))
    statistics = tuple((one, 1.0) for one in right)
    return {
        ("pos", name): Score("pos", name, "accuracy", score, len(right), "unseen pair", statistics)
    }


def test_one_cell_agrees_with_the_normal_interval_of_paired_differences() -> None:
    rng = np.random.default_rng(0)
    a = (rng.random(400) < 0.6).astype(float)
    b = np.where(rng.random(400) < 0.8, a, 1.0)  # paired: mostly the same sentences right
    found = PairedBootstrap(words("tr", list(a)), words("tr", list(b)), resamples=4000)
    difference = found.difference([("pos", "tr")])
    assert difference is not None
    half = 1.96 * float(np.std(b - a)) / 400**0.5
    assert difference.value == pytest.approx(float(np.mean(b - a)))
    assert difference.low == pytest.approx(difference.value - half, abs=0.15 * half)
    assert difference.high == pytest.approx(difference.value + half, abs=0.15 * half)
    assert difference.clear and difference.p < 0.001 and difference.cells == 1


def test_a_mean_over_cells_adds_their_variances() -> None:
    rng = np.random.default_rng(1)
    first, second, variance = {}, {}, 0.0
    for name in ("tr", "ta", "fi", "et"):
        a, b = (rng.random((2, 200)) < 0.5).astype(float)
        first |= words(name, list(a))
        second |= words(name, list(b))
        variance += float(np.var(b - a)) / 200
    difference = PairedBootstrap(first, second, resamples=2000).difference(list(first))
    assert difference is not None and difference.cells == 4
    half = 1.96 * variance**0.5 / 4
    assert (difference.high - difference.low) / 2 == pytest.approx(half, rel=0.12)


def test_swapping_the_runs_mirrors_the_difference(good: Matrix, poor: Matrix) -> None:
    pairs = [("ner", "az"), ("ner", "te")]
    there = PairedBootstrap(cells(poor), cells(good), resamples=200).difference(pairs)
    back = PairedBootstrap(cells(good), cells(poor), resamples=200).difference(pairs)
    assert there is not None and back is not None
    assert (back.low, back.value, back.high) == pytest.approx(
        (-there.high, -there.value, -there.low)
    )
    assert there.clear and back.clear and there.p == 0.0 and back.p == 1.0


def test_a_run_against_itself_is_no_difference(good: Matrix) -> None:
    difference = PairedBootstrap(cells(good), cells(good), resamples=50).difference([("ner", "tr")])
    assert difference is not None
    assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)
    assert difference.p == 1.0 and not difference.clear


def test_seeded_and_without_common_cells_nothing(good: Matrix, poor: Matrix) -> None:
    pairs = list(cells(good))
    one, two = (PairedBootstrap(cells(poor), cells(good), seed=5, resamples=100) for _ in range(2))
    assert one.difference(pairs) == two.difference(pairs)
    other = PairedBootstrap(cells(poor), cells(good), seed=6, resamples=100)
    assert other.difference(pairs) != one.difference(pairs)
    assert one.difference([("pos", "xx")]) is None
    assert set(one.pairs) == set(cells(good))


def test_other_sentences_are_refused(good: Matrix) -> None:
    other = {
        pair: replace(cell, statistics=cell.statistics[1:]) for pair, cell in cells(good).items()
    }
    with pytest.raises(DataError, match="cannot be compared on `ner` in `en`"):
        PairedBootstrap(cells(good), other)


def test_over_seeds_is_the_t_interval() -> None:
    values = [0.6, 0.7, 0.65]
    found = over_seeds(values)
    low, high = stats.t.interval(0.95, 2, np.mean(values), np.std(values, ddof=1) / 3**0.5)
    assert (found.mean, found.low, found.high) == pytest.approx((0.65, low, high))
    alone = over_seeds([0.4])
    assert (alone.mean, alone.low, alone.high, alone.values) == (0.4, None, None, 1)
    with pytest.raises(DataError, match="no score to take an interval over"):
        over_seeds([])


def test_what_another_tokenizer_counted_is_refused(good: Matrix) -> None:
    """As a score in Japanese is that was counted in characters for want of `mecab`."""
    other = {pair: replace(cell, variant="tok:char") for pair, cell in cells(good).items()}
    with pytest.raises(DataError, match=r"(?s)cannot be compared.*, \d+ by \w+ tok:char"):
        PairedBootstrap(cells(good), other)
    assert PairedBootstrap(other, other, resamples=10).pairs
