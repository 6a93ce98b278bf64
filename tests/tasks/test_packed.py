"""Packed examples are the examples."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.mixture.stored import load_part, save_part
from hyperadapters.tasks.batch import IGNORED, Encoded
from hyperadapters.tasks.packed import Behind, Packed, Part, lengths_of, pack

IDS = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=9)
SOME = st.none() | IDS
PARTS = st.tuples(IDS, st.lists(st.integers(IGNORED, 9)), IDS, SOME, SOME, SOME)


@given(st.lists(PARTS, max_size=8), st.integers(0, 8))
def test_every_example_comes_back(parts: list[tuple[Any, ...]], cut: int) -> None:
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
    whole = Packed([pack(examples)])
    packed = Packed([_from_disk(pack(own)) for own in (examples[:cut], examples[cut:]) if own])
    assert list(packed) == list(whole) == examples
    assert packed.checksum() == whole.checksum()
    assert lengths_of(packed).tolist() == lengths_of(whole).tolist() == [*map(len, examples)]
    assert packed[1:-1] == examples[1:-1]
    assert [packed[-place] for place in range(1, len(examples) + 1)] == examples[::-1]
    with pytest.raises(IndexError):
        packed[len(examples)]


def _from_disk(part: Part) -> Part:
    with tempfile.TemporaryDirectory() as folder:
        save_part(part, Path(folder, "part.arrow"))
        return load_part(Path(folder, "part.arrow"))


@given(st.lists(st.tuples(IDS, IDS), min_size=1, max_size=6))
def test_what_a_decoder_reads_is_not_stored_twice(parts: list[Any]) -> None:
    examples = [
        Encoded(ids, {"labels": labels}, decoder_ids=[3, *labels[:-1]]) for ids, labels in parts
    ]
    whole, stored = pack(examples), _from_disk(pack(examples))
    assert isinstance(stored.columns["decoder_ids"], Behind)
    assert [*Packed([stored])] == examples
    assert Packed([stored]).checksum() == Packed([whole]).checksum()
    odd = [
        replace(one, decoder_ids=[*labels, 1])
        for one, (_, labels) in zip(examples, parts, strict=True)
    ]
    assert not isinstance(_from_disk(pack(odd)).columns["decoder_ids"], Behind)


def test_numbers_are_stored_in_few_bytes(tmp_path: Path) -> None:
    for most, width in ((255, 1), (65535, 2), (65536, 4)):
        part = pack([Encoded([most] * 1000, {"labels": [IGNORED]})])
        save_part(part, tmp_path / "part.arrow")
        found = load_part(tmp_path / "part.arrow")
        assert found.columns["ids"].numbers.dtype.itemsize == width
        assert (tmp_path / "part.arrow").stat().st_size < 1000 * width + 2000


def test_all_have_the_same_targets() -> None:
    one = Encoded([1], {"labels": [2]})
    with pytest.raises(KeyError):
        pack([one, replace(one, targets={})])


def test_other_numbers_have_another_checksum() -> None:
    def checksum(*examples: Encoded) -> str:
        return Packed([pack(examples)]).checksum()

    one, two = Encoded([1, 2], {"labels": [3]}), Encoded([1], {"labels": [2, 3]})
    assert checksum(one, two) == checksum(one, two)
    others = [checksum(two, one), checksum(one), checksum(Encoded([1], {"labels": [2, 3]}), two)]
    assert len({checksum(one, two), *others}) == 4
