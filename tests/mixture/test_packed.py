"""Packed examples are the examples."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.mixture.packed import Packed
from hyperadapters.tasks.batch import IGNORED, Encoded

IDS = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=9)
SOME = st.none() | IDS
PARTS = st.tuples(IDS, st.lists(st.integers(IGNORED, 9)), IDS, SOME, SOME, SOME)


@given(st.lists(PARTS, max_size=8))
def test_every_example_comes_back(parts: list[tuple[Any, ...]]) -> None:
    examples = [
        Encoded(
            ids,
            {"labels": labels, "words": words},
            positions=positions,
            types=types,
            decoder_ids=decoder_ids,
            uncut=len(ids) % 2 == 0,
            target_uncut=len(ids) % 3 == 0,
        )
        for ids, labels, words, positions, types, decoder_ids in parts
    ]
    packed = Packed(examples)
    assert list(packed) == examples
    assert packed[1:-1] == examples[1:-1]
    assert [packed[-place] for place in range(1, len(examples) + 1)] == examples[::-1]
    with pytest.raises(IndexError):
        packed[len(examples)]


def test_all_have_the_same_targets() -> None:
    one = Encoded([1], {"labels": [2]})
    with pytest.raises(KeyError):
        Packed([one, replace(one, targets={})])


def test_other_numbers_have_another_checksum() -> None:
    def checksum(*examples: Encoded) -> str:
        return Packed(examples).checksum()

    one, two = Encoded([1, 2], {"labels": [3]}), Encoded([1], {"labels": [2, 3]})
    assert checksum(one, two) == checksum(one, two)
    others = [checksum(two, one), checksum(one), checksum(Encoded([1], {"labels": [2, 3]}), two)]
    assert len({checksum(one, two), *others}) == 4
