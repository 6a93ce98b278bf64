"""Possible heads, their cross-entropy, and trees over the words that are seen."""

import pytest
import torch

from hyperadapters.tasks.arcs import best_heads, head_nats, possible

FIRST = torch.tensor([[1, 3, -1], [1, -100, -100]])


def test_a_head_is_the_root_or_another_word_that_is_seen() -> None:
    assert possible(FIRST).int().tolist() == [
        [[1, 0, 1, 0], [1, 1, 0, 0], [1, 1, 1, 0]],
        [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]],
    ]


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_nats_are_those_over_possible_heads(smoothing: float) -> None:
    scores = torch.randn(2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    among, heads = possible(FIRST)[0, :2], torch.tensor([2, 0])
    expected = 0.0
    for own, mask, head in zip(scores, among, heads.tolist(), strict=True):
        places = mask.nonzero().flatten().tolist()
        logs = (own[places] - own[places].exp().sum().log()).tolist()
        wanted = [smoothing / len(places) + (1 - smoothing) * (place == head) for place in places]
        expected -= sum(w * one for w, one in zip(wanted, logs, strict=True))
    assert head_nats(scores, heads, among, smoothing).item() == pytest.approx(expected, rel=1e-12)


def test_nothing_costs_nothing() -> None:
    none = torch.zeros(0, 4)
    assert head_nats(none, torch.zeros(0, dtype=torch.long), none.bool(), 0.1) == 0


def test_gradients_flow_through_the_nats_in_float64() -> None:
    scores = torch.randn(2, 4, dtype=torch.float64, requires_grad=True)
    among, heads = possible(FIRST)[0, :2], torch.tensor([2, 0])
    assert torch.autograd.gradcheck(lambda one: head_nats(one, heads, among, 0.1), (scores,))


def test_the_tree_is_over_the_words_that_are_seen() -> None:
    scores = torch.zeros(4, 5)
    scores[0, 2] = scores[1, 2] = scores[3, 2] = 9.0  # all want the word that is not seen
    scores[0, 4] = scores[2, 1] = scores[3, 0] = 1.0
    assert best_heads(scores, [1, -1, 2, 4]) == {0: 4, 2: 1, 3: 0}
    assert best_heads(scores, [-1, -1, -1, -1]) == {}
    with pytest.raises(ValueError, match="NaN"):
        best_heads(scores / 0.0, [1, 2, 3, 4])
