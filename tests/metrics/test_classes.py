"""Macro-F1 and Matthews' coefficient as sums, against scikit-learn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from hyperadapters.metrics import METRICS

pytestmark = pytest.mark.filterwarnings("ignore:A single label was found")

LABELS = ("a", "b", "c", "d")
label = st.sampled_from(LABELS)
corpus = st.lists(st.tuples(label, label), min_size=1, max_size=30)


def totals(name, texts):
    """Summed statistics, one text after the other."""
    metric = METRICS[name].over(LABELS)
    each = [metric.statistics([gold], [guess]) for gold, guess in texts]
    assert all(metric.fits(len(one)) for one in each)
    return tuple(map(sum, zip(*each, strict=True)))


@given(corpus)
def test_macro_f1_is_scikit_learns(texts):
    gold, guesses = zip(*texts, strict=True)
    expected = f1_score(gold, guesses, average="macro", zero_division=0)
    assert METRICS["macro_f1"].score(totals("macro_f1", texts)) == pytest.approx(float(expected))


@given(corpus)
def test_mcc_is_scikit_learns(texts):
    gold, guesses = zip(*texts, strict=True)
    expected = matthews_corrcoef(gold, guesses)
    assert METRICS["mcc"].score(totals("mcc", texts)) == pytest.approx(float(expected), abs=1e-12)


@given(corpus)
def test_the_other_scores_are_told_beside_one(texts):
    gold, guesses = zip(*texts, strict=True)
    accuracy, mcc = (100 * f(gold, guesses) for f in (accuracy_score, matthews_corrcoef))
    told = METRICS["macro_f1"].beside(totals("macro_f1", texts)).replace("-0.0", "0.0")
    assert told == f"accuracy: {accuracy:.1f}, mcc: {mcc:.1f}".replace("-0.0", "0.0")
    assert "macro_f1" in METRICS["mcc"].beside(totals("mcc", texts))


@given(corpus, corpus)
def test_parts_of_a_corpus_add_up(one, other):
    parts = zip(totals("mcc", one), totals("mcc", other), strict=True)
    assert tuple(map(sum, parts)) == totals("mcc", one + other)


@pytest.mark.parametrize("name", ["macro_f1", "mcc"])
def test_nothing_scores_nothing_and_counts_come_in_threes(name):
    metric = METRICS[name].over(LABELS)
    assert metric.score(metric.statistics([], [])) == 0
    assert [metric.fits(numbers) for numbers in (0, 3, 4, 12)] == [False, True, False, True]
    assert METRICS["accuracy"].over(LABELS) is METRICS["accuracy"]
    with pytest.raises(ValueError, match="shorter"):
        metric.statistics(["a"], [])
