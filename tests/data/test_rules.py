"""Which examples are of a split, whatever place and reader they come from."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.data.held_out import key, split_of
from hyperadapters.data.rules import by_hash, by_line, by_place, rule_of, unseen
from hyperadapters.data.source import Sample
from hyperadapters.examples import Pair, Text

SPLITS = ("train", "dev", "test")
SAMPLES = st.lists(st.text(max_size=3).map(lambda text: Sample(Text(text), text)))


@given(SAMPLES)
def test_by_place_all_are_of_the_split(samples: list[Sample]) -> None:
    for split in SPLITS:
        assert [*by_place(samples, split, None)] == [sample.example for sample in samples]


@given(SAMPLES)
def test_by_hash_each_is_in_the_split_of_its_mark_in_order(samples: list[Sample]) -> None:
    for split in SPLITS:
        expected = [one.example for one in samples if split_of(key(one.mark)) == split]
        assert [*by_hash(samples, split, None)] == expected


def test_the_mark_and_not_the_text_chooses() -> None:
    samples = [Sample(Text(str(number)), "the same") for number in range(40)]
    sizes = [len([*by_hash(samples, split, None)]) for split in SPLITS]
    assert sorted(sizes) == [0, 0, 40]


@given(st.integers(1, 9), st.integers(0, 9))
def test_by_line_both_ends_are_in(first: int, more: int) -> None:
    samples = [Sample(Text(str(n)), str(n), n) for n in range(1, 21)]
    lines = {"dev": (first, first + more)}
    found = by_line(samples, "dev", None, lines=lines)
    assert [one.text for one in found] == [str(n) for n in range(first, first + more + 1)]
    assert not [*by_line(samples, "test", None, lines=lines)]


@given(SAMPLES)
def test_where_lines_do_not_count_it_is_by_hash(samples: list[Sample]) -> None:
    for split in SPLITS:
        found = by_line(samples, split, None, lines={"train": (1, 1)})
        assert [*found] == [*by_hash(samples, split, None)]


@pytest.mark.parametrize(("path", "rule"), [("a/{split}.txt", by_place), ("a.txt", by_hash)])
def test_a_path_with_the_split_needs_no_hash(path: str, rule: object) -> None:
    assert rule_of(path) is rule


def test_unseen_examples_are_distinct_and_none_of_their_texts_is_held_out(tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("held\n")
    pairs = [("a", "b"), ("a", "c"), ("held", "d"), ("e", "Held"), ("A", "b ")]
    samples = [Sample(Pair(*both, ("x", "y")), both[1]) for both in pairs]
    found = [pair for split in SPLITS for pair in unseen(samples, split, tmp_path)]
    assert {one.texts for one in found} == {("a", "b"), ("a", "c")} and len(found) == 2
