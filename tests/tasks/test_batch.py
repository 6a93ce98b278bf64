"""Batches of examples of similar length, and where their labels are."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.tasks.batch import IGNORED, Share, fitting


@given(st.lists(st.integers(1, 50)), st.integers(1, 8), st.integers(1, 120))
def test_a_batch_holds_no_more_than_it_may(lengths: list[int], examples: int, tokens: int) -> None:
    batches = list(fitting(lengths, examples=examples, tokens=tokens))
    dealt = [place for batch in batches for place in batch]
    assert sorted(dealt) == list(range(len(lengths)))
    assert [lengths[place] for place in dealt] == sorted(lengths)
    for batch in batches:
        longest = max(lengths[place] for place in batch)
        assert len(batch) <= examples
        assert len(batch) == 1 or len(batch) * longest <= tokens
    for batch, following in zip(batches, batches[1:], strict=False):
        full = (len(batch) + 1) * lengths[following[0]] > tokens
        assert full or len(batch) == examples


def test_labels_are_found_in_order() -> None:
    labels = torch.tensor([[IGNORED, 4, 5], [IGNORED] * 3, [6, IGNORED, IGNORED]])
    places, tokens = Share(torch.tensor([2, 3, 7]), {"labels": labels}).labelled
    assert (places.tolist(), tokens.tolist()) == ([0, 0, 2], [1, 2, 0])
