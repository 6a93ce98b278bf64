"""F1 of one label of two, and its mean with accuracy, against scikit-learn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from hyperadapters.metrics import F1, METRICS, F1Accuracy

LABELS = ("different", "same")
texts = st.tuples(st.sampled_from(LABELS), st.sampled_from((*LABELS, "")))
corpora = st.lists(texts, min_size=1, max_size=30)


def counted(metric, pairs):
    return metric.pooled([metric.statistics([gold], [guess]) for gold, guess in pairs])


def wrong_one(gold, guess):
    """What an answer that is no label counts as."""
    return guess or next(label for label in LABELS if label != gold)


@given(corpora)
def test_they_are_those_of_scikit_learn(pairs):
    gold = [true for true, _ in pairs]
    predicted = [wrong_one(true, guess) for true, guess in pairs]
    f1 = float(f1_score(gold, predicted, pos_label="same", zero_division=0))
    accuracy = accuracy_score(gold, predicted)
    metric, both = F1(LABELS), F1Accuracy(LABELS)
    assert metric.score(counted(metric, pairs)) == pytest.approx(f1)
    assert both.values(counted(both, pairs)) == pytest.approx((f1, accuracy))
    assert both.score(counted(both, pairs)) == pytest.approx((f1 + accuracy) / 2)


@given(corpora)
def test_no_label_is_never_right(pairs):
    metric = F1Accuracy(LABELS)
    none = [(gold, "") for gold, _ in pairs]
    assert metric.score(counted(metric, none)) == 0


def test_the_second_label_is_looked_for():
    pairs = [("same", "same"), ("different", "same")]
    there, back = (F1(labels) for labels in (LABELS, LABELS[::-1]))
    assert there.score(counted(there, pairs)) == pytest.approx(2 / 3)
    assert back.score(counted(back, pairs)) == 0


def test_labels_that_are_not_two_cannot_be_counted():
    assert METRICS["f1"].refused(["a", "b"]) == []
    assert METRICS["f1"].refused(["a", "b", "c"]) == ["a", "b", "c"]
    assert METRICS["f1_accuracy"].refused(["a"]) == ["a"]


def test_the_label_of_no_label_is_none_of_the_two():
    metric = METRICS["f1"].over(("different", "same", ""))
    assert metric.statistics(["same"], ["same"]) == (1.0, 1.0, 1.0, 1.0, 1.0)


def test_each_is_told_beside_the_others():
    totals = (1.0, 2.0, 1.0, 3.0, 4.0)
    assert F1().beside(totals) == "accuracy: 75.0"
    assert F1Accuracy().beside(totals) == "f1: 66.7, accuracy: 75.0"
    assert F1Accuracy().score((0.0,) * 5) == 0
