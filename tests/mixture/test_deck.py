"""What a deck deals, and what a budget lets into a batch."""

import json
import random
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.errors import TrainingError
from hyperadapters.mixture.deck import Deck, Examples, Tokens, by_width, generator_of


def deck_of(lengths: dict[int, int], block: int) -> Deck:
    return Deck(np.array([*lengths]), np.array([*lengths.values()]), block, "seed")


LENGTHS = st.dictionaries(st.integers(0, 500), st.integers(1, 30), min_size=1, max_size=60)


@given(LENGTHS, st.integers(1, 9))
def test_every_epoch_deals_every_place_once(lengths: dict[int, int], block: int) -> None:
    deck = deck_of(lengths, block)
    dealt = [place for _ in range(3 * len(lengths)) for place in deck.deal()]
    for start in range(0, len(dealt) - len(lengths), len(lengths)):
        assert sorted(dealt[start : start + len(lengths)]) == sorted(lengths)


@given(LENGTHS, st.integers(1, 3))
def test_an_epoch_is_made_of_sorted_pools(lengths: dict[int, int], block: int) -> None:
    """The first epoch, spelt out in lists: blocks of a pool that is sorted by length, shuffled."""
    every = [*lengths]
    chance = generator_of("seed/0")
    places = [every[place] for place in torch.randperm(len(every), generator=chance).tolist()]
    end, expected = len(places) // block * block, []
    for start in range(0, end, 32 * block):
        pool = sorted(places[start : min(start + 32 * block, end)], key=lengths.__getitem__)
        order = torch.randperm(len(pool) // block, generator=chance).tolist()
        expected += [pool[place * block + at] for place in order for at in range(block)]
    deck = deck_of(lengths, block)
    assert [place for _ in range(end // block) for place in deck.deal()] == expected


@given(LENGTHS, st.integers(1, 9), st.integers(0, 40))
def test_a_deck_goes_on_where_another_stood(
    lengths: dict[int, int], block: int, deals: int
) -> None:
    first, second = (deck_of(lengths, block) for _ in range(2))
    for _ in range(deals):
        first.deal()
    second.dealt = json.loads(json.dumps(first.dealt))
    assert [first.deal() for _ in range(20)] == [second.deal() for _ in range(20)]


@given(st.integers(1, 3000))
def test_a_width_holds_its_lengths_with_little_padding(length: int) -> None:
    width = Tokens(1).width(length)
    assert length <= width
    assert width == 8 or width <= 1.125 * length
    assert Tokens(1).width(width) == width


def test_widths_are_an_eighth_of_a_power_apart() -> None:
    widths = sorted({Tokens(1).width(length) for length in range(1, 65)})
    assert widths == [*range(8, 16), *range(16, 32, 2), *range(32, 64, 4), 64]


@given(st.lists(st.integers(1, 90), min_size=1, max_size=50))
def test_classes_hold_every_example_once(lengths: list[int]) -> None:
    classes = by_width(np.array(lengths), Tokens(1000))
    places = Counter(int(place) for own in classes.values() for place in own)
    assert places == Counter(range(len(lengths)))
    for width, own in classes.items():
        assert all(Tokens(1000).width(lengths[place]) == width for place in own)
        assert [*own] == sorted(own)
    assert set(by_width(np.array(lengths), Examples(4))) == {0}


@given(st.integers(1, 5000), st.integers(8, 128), st.integers(1, 8), st.integers(1, 8))
def test_equal_blocks_fit_the_tokens(number: int, width: int, blocks: int, least: int) -> None:
    budget = Tokens(number, least=least)
    try:
        block = budget.block(width, blocks)
    except TrainingError:
        assert number // width // blocks * blocks < least
        return
    assert block * blocks * width <= number < (block + 1) * blocks * width
    assert block * blocks >= least


def test_the_longest_must_fit() -> None:
    with pytest.raises(TrainingError, match="cannot hold the longest examples") as caught:
        Tokens(100).block(32, 4)
    assert "room for 4 examples of 32 tokens" in str(caught.value)
    assert "`recipe.batch_tokens`" in str(caught.value)


def test_pools_hold_examples_of_like_length_in_any_order() -> None:
    lengths = dict(enumerate(random.Random(0).choices(range(1, 31), k=512)))
    deck = deck_of(lengths, 16)
    blocks = [[lengths[place] for place in deck.deal()] for _ in range(32)]
    assert sum(max(block) - min(block) for block in blocks) / 32 < 3
    assert [max(block) for block in blocks] != sorted(max(block) for block in blocks)
