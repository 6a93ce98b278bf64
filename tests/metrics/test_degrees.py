"""Correlations of numbers, against scipy."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.metrics import METRICS, Pearson, PearsonSpearman, Spearman

tenths = st.integers(-10, 50).map(lambda number: number / 10)
corpora = st.lists(st.tuples(tenths, tenths), min_size=2, max_size=30)


def counted(metric, pairs):
    rows = [metric.statistics([str(gold)], [str(guess)]) for gold, guess in pairs]
    return metric.pooled(rows)


@given(corpora)
def test_they_are_those_of_scipy(pairs):
    gold, predicted = zip(*pairs, strict=True)
    constant = len(set(gold)) == 1 or len(set(predicted)) == 1
    oracles = {Pearson(): scipy.stats.pearsonr, Spearman(): scipy.stats.spearmanr}
    expected = [0.0 if constant else float(of(gold, predicted)[0]) for of in oracles.values()]
    for metric, value in zip(oracles, expected, strict=True):
        assert metric.score(counted(metric, pairs)) == pytest.approx(value, abs=1e-9)
    both = PearsonSpearman()
    assert both.values(counted(both, pairs)) == pytest.approx(expected, abs=1e-9)
    assert both.score(counted(both, pairs)) == pytest.approx(sum(expected) / 2, abs=1e-9)


@given(corpora, st.randoms())
def test_the_order_of_sentences_makes_no_difference(pairs, random):
    metric = PearsonSpearman()
    shuffled = random.sample(pairs, len(pairs))
    once, again = (metric.score(counted(metric, some)) for some in (pairs, shuffled))
    assert once == pytest.approx(again, abs=1e-12)


@given(corpora, st.floats(0.5, 3), st.floats(-2, 2))
def test_pearson_is_blind_to_scale_and_spearman_to_every_increasing_map(pairs, scale, shift):
    moved = [(gold, scale * guess + shift) for gold, guess in pairs]
    bent = [(gold, math.exp(guess)) for gold, guess in pairs]
    for metric, other in ((Pearson(), moved), (Spearman(), bent)):
        once, again = metric.score(counted(metric, pairs)), metric.score(counted(metric, other))
        assert once == pytest.approx(again, abs=1e-6)


def test_several_resamples_are_pooled_at_once_each_for_itself():
    generator = np.random.default_rng(0)
    numbers = generator.integers(0, 6, (5, 7, 2)).astype(float)
    metric = Spearman()
    for row, own in zip(metric.pool(numbers).tolist(), numbers, strict=True):
        expected = scipy.stats.spearmanr(own[:, 0], own[:, 1])[0]
        assert metric.score(tuple(row)) == pytest.approx(expected)


def test_two_models_side_by_side_are_pooled_one_behind_the_other():
    generator = np.random.default_rng(1)
    numbers = generator.random((9, 4))
    totals = Pearson().pool(numbers)
    for model in (0, 1):
        own = numbers[:, 2 * model : 2 * model + 2]
        half = tuple(totals[18 * model : 18 * model + 18].tolist())
        assert Pearson().score(half) == pytest.approx(np.corrcoef(own.T)[0, 1])


def test_what_is_no_number_cannot_be_counted():
    assert Pearson().refused(["0.0", "3.8", "same", "nan"]) == ["same", "nan"]


def test_each_is_told_beside_the_others():
    pairs = [(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)]
    spearman = Spearman()
    assert spearman.beside(counted(spearman, pairs)) == "pearson: 50.0"
    both = PearsonSpearman()
    assert both.beside(counted(both, pairs)) == "pearson: 50.0, spearman: 50.0"


@pytest.mark.parametrize("name", ["pearson", "spearman", "pearson_spearman"])
def test_an_answer_that_is_no_number_counts_as_minus_one(name):
    metric = METRICS[name]
    assert metric.statistics(["2.0"], [metric.missing]) == (2.0, -1.0)
    assert metric.least < -1 and metric.range == (-1.0, 1.0)
