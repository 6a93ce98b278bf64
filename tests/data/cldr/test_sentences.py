"""Laws of the built-in data, for every language that it covers."""

import re
import subprocess
import sys
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.data import cldr, families
from hyperadapters.data.cldr.meanings import meanings, meanings_in_new_templates, template
from hyperadapters.data.cldr.pieces import pieces_of
from hyperadapters.data.cldr.words import text_of
from hyperadapters.errors import UnknownName

LANGUAGES = st.sampled_from(cldr.CLDR_LANGUAGES)
SPLITS = st.sampled_from(("train", "dev", "test"))


def entities(labels: tuple[str, ...]) -> Counter[str]:
    return Counter(label[2:] for label in labels if label.startswith("B-"))


def test_at_least_a_hundred_languages_each_with_a_family() -> None:
    assert len(cldr.CLDR_LANGUAGES) == len(set(cldr.CLDR_LANGUAGES)) >= 100
    assert set(cldr.CLDR_LANGUAGES) <= set(families())


@pytest.mark.parametrize("language", cldr.CLDR_LANGUAGES)
def test_every_language_gives_whole_labelled_words(language: str) -> None:
    english = cldr.tagged("en", "spans", "test", 12)
    fields = cldr.tagged(language, "fields", "test", 12)
    spans = cldr.tagged(language, "spans", "test", 12)
    texts = cldr.texts(language, "test", 12)
    for field, span, text, other in zip(fields, spans, texts, english, strict=True):
        assert field.words == span.words
        assert len(field.words) == len(field.labels) == len(span.labels)
        assert set(field.labels) <= set(cldr.LABELS["fields"])
        assert set(span.labels) <= set(cldr.LABELS["spans"])
        assert all(word and not re.search(r"\s", word) for word in field.words)
        # the words are the text, but for the spaces
        assert "".join(field.words) == "".join(text.text.split())
        assert not re.search(r"[{}¤]", text.text)
        assert all(unicodedata.category(mark) != "Cc" for mark in text.text)
        assert entities(span.labels) == entities(other.labels)


@given(language=LANGUAGES, split=SPLITS, seed=st.integers(0, 5))
def test_an_inside_label_continues_its_own_kind(language: str, split: str, seed: int) -> None:
    for sentence in cldr.tagged(language, "spans", split, 8, seed):
        before = "O"
        for label in sentence.labels:
            assert not label.startswith("I-") or before[2:] == label[2:]
            before = label


@given(split=SPLITS, seed=st.integers(0, 9), few=st.integers(1, 30), more=st.integers(0, 40))
def test_fewer_sentences_are_a_prefix_of_more(split: str, seed: int, few: int, more: int) -> None:
    assert meanings(split, few + more, seed)[:few] == meanings(split, few, seed)
    assert len(set(meanings(split, few + more, seed))) == few + more


@given(seeds=st.tuples(*[st.integers(0, 9)] * 3), language=LANGUAGES)
def test_splits_share_no_meaning_under_any_seeds(
    seeds: tuple[int, int, int], language: str
) -> None:
    train, dev, test = (
        set(meanings(split, 30, seed))
        for split, seed in zip(("train", "dev", "test"), seeds, strict=True)
    )
    assert not (train & dev or train & test or dev & test)


def test_splits_share_no_english_sentence_and_no_dated_or_counted_phrase() -> None:
    shown = {split: {t.text for t in cldr.texts("en", split, 300)} for split in cldr_splits()}
    assert not (shown["train"] & shown["test"] or shown["train"] & shown["dev"])
    phrases = {
        split: {
            "".join(piece.text for piece in pieces_of("en", meaning))
            for meaning in meanings(split, 300)
            if not hasattr(meaning, "parts")
        }
        for split in cldr_splits()
    }
    assert len(phrases["test"]) > 20
    assert not phrases["train"] & phrases["test"]


def cldr_splits() -> tuple[str, ...]:
    return ("train", "dev", "test")


def test_the_same_in_another_process_with_another_hash_seed() -> None:
    code = (
        "from hyperadapters.data import cldr; "
        "print([t.text for t in cldr.texts('en', 'test', 40, 3)])"
    )
    path = ":".join(sys.path)
    there = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert there.stdout.strip() == str([t.text for t in cldr.texts("en", "test", 40, 3)])


def test_another_seed_gives_other_sentences() -> None:
    assert cldr.texts("en", "train", 30, 0) != cldr.texts("en", "train", 30, 1)


def test_pairs_are_the_two_texts() -> None:
    for pair, turkish, finnish in zip(
        cldr.pairs("tr", "fi", "dev", 9),
        cldr.texts("tr", "dev", 9),
        cldr.texts("fi", "dev", 9),
        strict=True,
    ):
        assert (pair.first, pair.second) == (turkish.text, finnish.text)
        assert pair.languages == ("tr", "fi")


@pytest.mark.parametrize("train", [500, 2500])
def test_sentences_to_test_translation_on_have_new_templates(train: int) -> None:
    known = {template(meaning) for meaning in meanings("train", train)}
    tested = meanings_in_new_templates(40, train)
    assert len(set(tested)) == 40
    assert known.isdisjoint(map(template, tested))
    assert known.intersection(map(template, meanings("test", 40))), "the split alone does not do it"
    assert meanings_in_new_templates(10, train) == tested[:10]
    assert meanings_in_new_templates(40, 50) == meanings_in_new_templates(40, 2000)
    found = cldr.pairs("de", "en", "test", 40, train=train)
    assert [pair.first for pair in found] == [
        text_of(pieces_of("de", meaning)) for meaning in tested
    ]


def test_a_template_is_what_a_sentence_has_beside_its_values() -> None:
    first, second = meanings("train", 400), meanings("dev", 400)
    same = [(a, b) for a in first for b in second if template(a) == template(b)]
    assert same, "two splits share templates"
    a, b = same[0]
    assert a != b
    mask = re.compile(r"values=\([^()]*\)")
    assert mask.sub("", repr(a)) == mask.sub("", repr(b))


def test_languages_differ_in_order_and_script() -> None:
    orders = {
        language: tuple(
            label for label in dict.fromkeys(sentence.labels) if label in ("DAY", "MONTH", "YEAR")
        )
        for language in ("en", "de", "hu")
        for sentence in cldr.tagged(language, "fields", "train", 200)
        if {"DAY", "MONTH", "YEAR"} <= set(sentence.labels)
    }
    assert len(set(orders.values())) > 1
    scripts = {
        unicodedata.name(letter).split()[0]
        for language in ("en", "ru", "ar", "hi", "th", "ko", "am", "ka", "chr")
        for text in cldr.texts(language, "train", 20)
        for letter in text.text
        if letter.isalpha()
    }
    assert len(scripts) >= 9


def test_labels_in_a_hundred_sentences_cover_the_set() -> None:
    sentences = cldr.tagged("vi", "spans", "train", 100)
    seen = {label for sentence in sentences for label in sentence.labels}
    assert seen == set(cldr.LABELS["spans"])


def test_unknown_language_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"(?s)unknown language `yor`.*did you mean `yo`"):
        cldr.texts("yor", "train", 1)


def test_unknown_task() -> None:
    with pytest.raises(UnknownName, match="unknown task of `cldr` `pos`"):
        cldr.tagged("en", "pos", "train", 1)


def test_unknown_split() -> None:
    with pytest.raises(ValueError, match="`validation` is none of"):
        meanings("validation", 1)
