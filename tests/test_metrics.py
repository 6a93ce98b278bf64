"""Scores as sums, against the libraries that define them."""

import math

import pytest
import sacrebleu
import torch
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from sklearn.metrics import accuracy_score

from hyperadapters.metrics import METRICS, Loss

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
sentence = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1)


def totals(metric, corpus):
    columns = [metric.statistics([g for g, _ in words], [p for _, p in words]) for words in corpus]
    return tuple(sum(column) for column in zip(*columns, strict=True))


@given(st.lists(sentence, min_size=1))
def test_span_f1_is_seqeval_micro_f1(corpus):
    metric = METRICS["span_f1"]
    expected = f1_score(
        [[g for g, _ in words] for words in corpus],
        [[p for _, p in words] for words in corpus],
        zero_division=0,
    )
    assert metric.score(totals(metric, corpus)) == pytest.approx(float(expected))


@given(st.lists(sentence, min_size=1))
def test_accuracy_is_over_all_words(corpus):
    metric = METRICS["accuracy"]
    words = [pair for words in corpus for pair in words]
    expected = accuracy_score([g for g, _ in words], [p for _, p in words])
    assert metric.score(totals(metric, corpus)) == pytest.approx(expected)


def test_empty_corpora_score_zero():
    assert METRICS["accuracy"].score((0.0, 0.0)) == 0
    assert METRICS["span_f1"].score((0.0, 0.0, 0.0)) == 0


def test_accuracy_needs_a_prediction_per_word():
    with pytest.raises(ValueError, match="shorter"):
        METRICS["accuracy"].statistics(["O", "O"], ["O"])


@pytest.mark.parametrize("name", ["accuracy", "span_f1"])
def test_a_missing_prediction_is_never_right(name):
    metric = METRICS[name]
    gold = ["B-PER", "I-PER", "B-LOC"]
    assert metric.statistics(gold, [metric.missing] * 3)[0] == 0


def test_perplexity_is_exp_of_mean_nats():
    metric = METRICS["perplexity"]
    assert metric.score((6.0, 4.0)) == pytest.approx(math.exp(1.5))
    assert metric.score((0.0, 0.0)) == 1
    assert not metric.higher_is_better
    with pytest.raises(TypeError, match="counted from losses, not from labels"):
        metric.statistics(["O"], ["O"])


def test_losses_add_as_sums():
    one = Loss(torch.tensor(6.0), torch.tensor(3))
    other = Loss(torch.tensor(2.0), torch.tensor(1))
    assert one + other == (8.0, 4)
    assert (one + other).mean() == 2
    assert sum((other,), one).mean() == 2


def test_a_loss_over_nothing_is_zero():
    assert Loss(torch.tensor(0.0), torch.tensor(0)).mean() == 0


def test_a_loss_adds_to_losses_only():
    with pytest.raises(TypeError, match="unsupported operand"):
        Loss(torch.tensor(0.0), torch.tensor(0)) + 1


HYPOTHESES = ["the cat sat on the mat today", "hello world", "a b c d e", ""]
REFERENCES = ["the cat sat on a mat today", "hello there world", "a b d c e", "not empty"]


@pytest.mark.parametrize(
    ("name", "oracle", "marks"),
    [
        ("bleu", sacrebleu.corpus_bleu, ("tok:13a", "smooth:exp")),
        ("chrf", sacrebleu.corpus_chrf, ("nc:6", "nw:0")),
    ],
)
def test_sums_give_the_corpus_score_of_sacrebleu(name, oracle, marks):
    metric = METRICS[name]
    pairs = zip(REFERENCES, HYPOTHESES, strict=True)
    rows = [metric.statistics([gold], [guess]) for gold, guess in pairs]
    totals = tuple(map(sum, zip(*rows, strict=True)))
    assert 100 * metric.score(totals) == pytest.approx(oracle(HYPOTHESES, [REFERENCES]).score)
    assert metric.score(tuple(0.0 for _ in totals)) == 0
    assert all(mark in metric.signature for mark in (*marks, "nrefs:1", "version:"))


def test_bleu_and_chrf_are_known_beside_each_other():
    bleu, chrf = METRICS["bleu"], METRICS["chrf"]
    rows = [
        bleu.statistics([gold], [guess]) for gold, guess in zip(REFERENCES, HYPOTHESES, strict=True)
    ]
    assert rows[0] == chrf.statistics(REFERENCES[:1], HYPOTHESES[:1])
    totals = tuple(map(sum, zip(*rows, strict=True)))
    oracle = sacrebleu.corpus_chrf(HYPOTHESES, [REFERENCES]).score
    assert bleu.beside(totals) == f"chrf: {oracle:.1f} ({chrf.signature})"
    oracle = sacrebleu.corpus_bleu(HYPOTHESES, [REFERENCES]).score
    assert chrf.beside(totals) == f"bleu: {oracle:.1f} ({bleu.signature})"
    assert METRICS["accuracy"].beside((1.0, 2.0)) == ""
