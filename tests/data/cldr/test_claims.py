"""Laws of the claims of the built-in data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.data import Cldr, Labelled, LabelledPair, cldr
from hyperadapters.data.cldr.claims import claims, phrases
from hyperadapters.routes import Route

SPLITS = st.sampled_from(("train", "dev", "test"))


@given(split=SPLITS, seed=st.integers(0, 9))
def test_a_claim_is_true_where_both_say_one_value(split: str, seed: int) -> None:
    for one in claims(split, 40, seed):
        assert one.same == (one.first.values == one.second.values)
        assert one.first.kind == one.second.kind or not one.same
        assert one.first[:2] != one.second[:2], "never the same pattern"


@given(split=SPLITS, seed=st.integers(0, 9), few=st.integers(1, 30), more=st.integers(0, 40))
def test_fewer_are_a_prefix_of_more(split: str, seed: int, few: int, more: int) -> None:
    for drawn in (claims, phrases):
        every = drawn(split, few + more, seed)
        assert every[:few] == drawn(split, few, seed) and len(set(every)) == few + more


@given(seeds=st.tuples(*[st.integers(0, 9)] * 3))
def test_splits_share_no_value_under_any_seeds(seeds: tuple[int, int, int]) -> None:
    found = []
    for split, seed in zip(("train", "dev", "test"), seeds, strict=True):
        both = [(side.kind, side.values) for c in claims(split, 40, seed) for side in c[:2]]
        found.append({*both, *((one.kind, one.values) for one in phrases(split, 40, seed))})
    train, dev, test = found
    assert not (train & dev or train & test or dev & test)


def test_half_of_the_claims_are_true_and_half_of_the_others_have_two_kinds() -> None:
    drawn = claims("train", 1000)
    assert 450 < sum(one.same for one in drawn) < 550
    assert 200 < sum(one.first.kind != one.second.kind for one in drawn) < 300


@pytest.mark.parametrize("language", cldr.CLDR_LANGUAGES)
def test_every_language_writes_both_texts_and_labels_are_those_of_english(language: str) -> None:
    own, english = (cldr.same(name, name, "test", 8) for name in (language, "en"))
    assert [pair.label for pair in own] == [pair.label for pair in english]
    assert all(text.strip() for pair in own for text in pair.texts)
    across = cldr.same(language, "en", "test", 8)
    assert [p.first for p in across] == [p.first for p in own]
    assert [p.second for p in across] == [p.second for p in english]
    kinds, others = (cldr.kinds(name, "test", 8) for name in (language, "en"))
    assert [one.label for one in kinds] == [one.label for one in others]
    assert all(one.text.strip() for one in kinds)


def test_they_are_contents_of_the_built_in_data() -> None:
    tr, en = Route.of("tr"), Route.of("en")
    same = Cldr(content="same", train=6).read("same", tr, "train", None)
    assert same.examples == cldr.same("tr", "tr", "train", 6)
    across = Cldr(content="same-across", train=6, beside="fi")
    assert across.read("same", tr, "train", None).examples == cldr.same("tr", "fi", "train", 6)
    assert not Cldr(content="same-across").has(en, "train", None), "no language beside itself"
    kinds = Cldr(content="kinds", train=6)
    assert kinds.read("kinds", tr, "train", None).examples == cldr.kinds("tr", "train", 6)
    assert (kinds.gives, across.gives) == (Labelled, LabelledPair)
    halves = Cldr(content="same", train=6, shares={"tr": (2, 2)}).read("same", tr, "train", None)
    assert tuple(halves.examples) == same.examples[1::2]
