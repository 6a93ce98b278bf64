"""One vector per word and one for the root."""

import pytest
import torch

from hyperadapters.errors import BackboneError
from hyperadapters.tasks.vectors import POOLS, every_token, first_token, places_of, pooled

BERT = [None, 0, 0, 1, None]
T5 = [0, 1, 1, None]


def test_the_root_is_the_first_token_that_was_added() -> None:
    assert places_of(BERT, first_token) == [0, 1, -100, 2, -100]
    assert places_of(BERT, every_token) == [0, 1, 1, 2, -100]
    assert places_of(T5, first_token) == [1, 2, -100, 0]
    assert POOLS == {"first": first_token, "mean": every_token}


def test_a_tokenizer_that_adds_nothing_has_no_root() -> None:
    with pytest.raises(BackboneError, match=r"(?s)adds no token.*`\[CLS\]`.*kind `parsing`"):
        places_of([0, 1], first_token)


def test_vectors_are_means_over_the_tokens_of_a_place() -> None:
    hidden = torch.randn(2, 5, 3, dtype=torch.float64)
    at = torch.tensor([places_of(BERT, every_token), [0, 2, -100, -100, -100]])
    found = pooled(hidden, at, 4)
    expected = torch.zeros(2, 4, 3, dtype=torch.float64)
    expected[0, 0], expected[0, 1], expected[0, 2] = (
        hidden[0, 0],
        (hidden[0, 1] + hidden[0, 2]) / 2,
        hidden[0, 3],
    )
    expected[1, 0], expected[1, 2] = hidden[1, 0], hidden[1, 1]
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_the_first_token_is_taken_as_it_is() -> None:
    hidden = torch.randn(1, 5, 3)
    found = pooled(hidden, torch.tensor([places_of(BERT, first_token)]), 3)
    assert torch.equal(found, hidden[:, [0, 1, 3]])
