"""What a deck deals: every example once an epoch, blocks within their budget and of like length."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.data.deck import MULTIPLE, Deck, Examples, Tokens
from hyperadapters.errors import TrainingError

LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=100)
BUDGETS = st.integers(30 * MULTIPLE, 1000)


def epochs(deck: Deck, count: int) -> list[list[list[int]]]:
    """The blocks of the first epochs of a deck that is measured in tokens."""
    found: list[list[list[int]]] = []
    while len(found) <= count:
        epoch = deck.dealt[0]
        block = deck.deal()
        found += [[] for _ in range(epoch + 1 - len(found))]
        found[epoch].append(block)
    return found[:count]


@given(LENGTHS, BUDGETS)
def test_an_epoch_in_tokens_deals_every_example(lengths: list[int], budget: int) -> None:
    for blocks in epochs(Tokens(budget).deck(lengths, "seed"), 3):
        dealt = Counter(place for block in blocks for place in block)
        assert set(dealt) == set(range(len(lengths)))
        again = sum(dealt.values()) - len(lengths)
        assert again == -len(lengths) % MULTIPLE


@given(LENGTHS, BUDGETS)
def test_no_block_exceeds_its_tokens_padding_included(lengths: list[int], budget: int) -> None:
    for blocks in epochs(Tokens(budget).deck(lengths, "seed"), 2):
        for block in blocks:
            assert len(block) * max(lengths[place] for place in block) <= budget
            assert len(block) % MULTIPLE == 0


def test_blocks_fill_their_tokens() -> None:
    lengths = random.Random(0).choices(range(5, 60), k=5000)
    blocks = epochs(Tokens(4096).deck(lengths, "seed"), 1)[0]
    useful = sum(lengths[place] for block in blocks for place in block)
    assert useful / (4096 * len(blocks)) > 0.85
    assert [len(block) for block in blocks] != sorted(len(block) for block in blocks)


@given(LENGTHS, BUDGETS, st.integers(0, 40))
def test_a_deck_goes_on_where_another_stood(lengths: list[int], budget: int, deals: int) -> None:
    first, second = (Tokens(budget).deck(lengths, "seed") for _ in range(2))
    for _ in range(deals):
        first.deal()
    second.dealt = json.loads(json.dumps(first.dealt))
    assert [first.deal() for _ in range(20)] == [second.deal() for _ in range(20)]


def test_epochs_and_seeds_differ() -> None:
    lengths = [10] * 64
    one, two = epochs(Tokens(320).deck(lengths, "seed"), 2)
    other = epochs(Tokens(320).deck(lengths, "other"), 1)[0]
    assert one != two
    assert one != other


def test_eight_of_the_longest_must_fit() -> None:
    with pytest.raises(TrainingError, match="cannot hold the longest examples") as caught:
        Tokens(200).deck([5, 30], "seed")
    assert "room for 8 examples of 30 tokens" in str(caught.value)
    assert "`recipe.batch_tokens`" in str(caught.value)


@pytest.mark.parametrize(("budget", "part"), [(Examples(12), Examples(3)), (Tokens(9), Tokens(2))])
def test_a_budget_is_shared(budget: Examples | Tokens, part: Examples | Tokens) -> None:
    assert budget.shared(4) == part
