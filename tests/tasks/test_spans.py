"""The best span of a window, and the probabilities of its ends, against loops."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from hyperadapters.tasks.spans import best_spans, end_scores, nats


def drawn(seed: int, tokens: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits of three windows, and which tokens can be an end; of the last none can."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(3, tokens, 2, generator=generator, dtype=torch.float64)
    known = torch.rand(3, tokens, generator=generator) < 0.6
    known[0, seed % tokens], known[2] = True, False
    return logits, known


@given(st.integers(0, 99), st.integers(1, 8))
def test_the_best_span_is_that_of_all_pairs(seed: int, most: int) -> None:
    logits, known = drawn(seed)
    scores = end_scores(logits, known)
    values, firsts, lasts = best_spans(scores, known, most)
    for example in range(3):
        own = known[example].nonzero().flatten().tolist()
        pairs = [(i, j) for i in own for j in own if i <= j < i + most]
        if not pairs:
            assert values[example] == -math.inf
            continue
        sums = {(i, j): float(scores[example, i, 0] + scores[example, j, 1]) for i, j in pairs}
        best = max(pairs, key=lambda pair: sums[pair])
        assert (int(firsts[example]), int(lasts[example])) == best
        assert float(values[example]) == pytest.approx(sums[best])


def test_of_equal_spans_the_first_is_taken() -> None:
    known = torch.ones(1, 4, dtype=torch.bool)
    _, first, last = best_spans(end_scores(torch.zeros(1, 4, 2), known), known, 3)
    assert (int(first), int(last)) == (0, 0)


@given(st.integers(0, 99))
def test_probabilities_are_over_the_tokens_that_can_be_an_end(seed: int) -> None:
    logits, known = drawn(seed)
    scores = end_scores(logits, known)
    for example in range(2):
        own = known[example]
        if own.any():
            expected = logits[example, own].log_softmax(0)
            torch.testing.assert_close(scores[example, own], expected)
        assert (scores[example, ~own] == -math.inf).all()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_smoothed_cross_entropy_over_these_tokens(smoothing: float) -> None:
    logits = torch.randn(2, 6, 2, dtype=torch.float64, requires_grad=True)
    known = torch.tensor([[1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0]]).bool()
    gold = torch.tensor([[2, 5], [0, 0]])
    expected = sum(
        functional.cross_entropy(
            logits[example, known[example], end],
            known[example, : gold[example, end]].sum(),
            label_smoothing=smoothing,
        )
        for example in range(2)
        for end in range(2)
    )
    found = nats(end_scores(logits, known), known, gold, smoothing)
    torch.testing.assert_close(found, expected)
    found.backward()
    assert logits.grad is not None and torch.isfinite(logits.grad).all()
    assert (logits.grad[~known] == 0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_padding_changes_nothing(dtype: torch.dtype) -> None:
    logits, known = (one[:1] for one in drawn(3))
    logits = logits.to(dtype)
    wider = functional.pad(logits, (0, 0, 0, 5), value=9.0), functional.pad(known, (0, 5))
    one = best_spans(end_scores(logits, known), known, 3)
    other = best_spans(end_scores(*wider), wider[1], 3)
    torch.testing.assert_close(one, other)
