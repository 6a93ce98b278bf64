"""Words, texts and pairs become tokens as in running text, whatever the tokenizer."""

import time

import pytest

import tiny_tokenizers
from hyperadapters.data import reading
from hyperadapters.data.reading import (
    pieces,
    pieces_kept,
    read,
    read_each,
    read_words,
    special_ids,
)
from hyperadapters.data.vocabulary import train_tokenizer
from tiny_tokenizers import FAMILIES, of_family

SENTENCES = [
    "Morika went to the market with two friends , and they bought 12 ripe mangoes .".split(),
    "Ilé Ìwà wà ní ìlú".split(),
    ["10\u00a0000", "mangoes"],
    ["New York", "opens"],
    ["a", "\u00a0", "b", "\u00a0\u00a0"],
    ["\u00a0friends", "it's\u3000"],
    ["▁a", "▁", "b▁"],
    ["Ilé", "\u200b", "market", "\ufe0f"],
    ["e\u0301te\u0301", "ﬁne", "½"],
    ["", "market", ""],
    ["你好", "，", "世界"],
]


def words_of(tokenizer, words, length=99):
    """Ids, and per word its pieces."""
    (found,) = read_words(tokenizer, [words], length)
    own: list[list[str]] = [[] for _ in words]
    for token, word in zip(found.ids, found.parts, strict=True):
        if word is not None:
            own[word].append(tokenizer.convert_ids_to_tokens(token))
    return found, own


@pytest.mark.parametrize("family", [one for one in FAMILIES if one != "llama"])
@pytest.mark.parametrize("words", SENTENCES, ids="/".join)
def test_words_are_read_as_in_running_text(family, words):
    tokenizer = of_family(family)
    found, own = words_of(tokenizer, words)
    assert found.ids == tokenizer(" ".join(words))["input_ids"]
    assert sum(own, []) == tokenizer.convert_ids_to_tokens(found.ids)[1:-1], "in their order"
    assert found.uncut and found.parts[0] is found.parts[-1] is None


@pytest.mark.parametrize("family", FAMILIES)
def test_pieces_are_of_the_word_that_they_stand_in(family):
    words = ["two", "went", "nine", "and", "two", "there"]
    _, own = words_of(of_family(family), words)
    marks = "▁Ġ#"
    assert ["".join(piece.strip(marks) for piece in one) for one in own] == words


def test_a_byte_level_tokenizer_marks_every_word_but_the_first():
    words = "Morika went to the market".split()
    _, own = words_of(of_family("roberta"), words)
    assert own == [["Morika"], ["Ġwent"], ["Ġto"], ["Ġthe"], ["Ġmarket"]]
    _, own = words_of(of_family("roberta-prefix"), words)
    assert own[0] == ["ĠMorika"]


def test_a_word_that_the_tokenizer_passes_over_has_no_piece():
    """The words around it keep their own."""
    _, own = words_of(of_family("bert"), ["Ilé", "\u200b", "market"])
    assert own[1] == [] and own[0] and own[2] == ["market"]
    _, own = words_of(of_family("xlm-roberta"), ["two", "\u00a0", "two"])
    assert own[1] == [] and own[0] == own[2] != []


@pytest.mark.parametrize("tokenizer", [tiny_tokenizers.over_words(), of_family("llama")])
def test_words_that_share_a_piece_are_read_apart(tokenizer):
    words = "friends , and they bought".split()
    ends = "▁Ġ"
    running = tokenizer.convert_ids_to_tokens(tokenizer(" ".join(words))["input_ids"])
    assert any(end in piece.strip(ends) for piece in running for end in ends)
    found, own = words_of(tokenizer, words)
    assert all(own)
    assert ["".join(one).lstrip(ends) for one in own] == words
    assert all("".join(one)[0] in ends and "".join(one)[1] not in ends for one in own[1:])
    assert found.ids[0] == tokenizer.bos_token_id and found.ids[-1] == tokenizer.eos_token_id


@pytest.mark.parametrize("family", FAMILIES)
def test_control_tokens_in_a_text_are_text(family):
    tokenizer = of_family(family)
    control = special_ids(tokenizer, len(tokenizer)) - {tokenizer.unk_token_id}
    words = ["two", "<s>", "</s>", "<mask>", "<pad>", "[y]"]
    found, own = words_of(tokenizer, words)
    assert control.isdisjoint(found.ids[1:-1]) and all(own)
    assert len(own[1]) >= 3, "its characters"
    text = " ".join(words)
    (alone,) = pieces(tokenizer, [text])
    assert control.isdisjoint(alone) and len(alone) > 12
    whole = read(tokenizer, text, length=99)
    assert (whole.ids[1:-1], whole.parts[1:-1]) == (alone, [0] * len(alone))
    pair = read(tokenizer, text, "two", length=99)
    inside = [one for one, part in zip(pair.ids, pair.parts, strict=True) if part is not None]
    assert control.isdisjoint(inside)


@pytest.mark.parametrize("length", range(2, 20))
@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_what_is_cut_is_what_transformers_cuts(family, length):
    tokenizer = of_family(family)
    texts = ["two friends", "the market of New York opens at nine", "Ilé"]
    for text in texts:
        found = read(tokenizer, text, length=length)
        limit = {"truncation": True, "max_length": length}
        expected = tokenizer(text, **limit)["input_ids"]
        assert found.ids == expected
        assert found.uncut == (len(tokenizer(text)["input_ids"]) <= length)
        (words,) = read_words(tokenizer, [text.split()], length)
        assert (words.ids, words.uncut) == (found.ids, found.uncut)
        for other in texts if length > 3 else ():
            both = read(tokenizer, text, other, length=length)
            assert both.ids == tokenizer(text, other, **limit)["input_ids"]
            assert both.uncut == (len(tokenizer(text, other)["input_ids"]) <= length)


def test_many_are_read_as_each_alone():
    tokenizer = of_family("roberta")
    many = list(read_words(tokenizer, SENTENCES, 12))
    assert many == [next(read_words(tokenizer, [one], 12)) for one in SENTENCES]
    assert list(read_words(tokenizer, [], 12)) == pieces(tokenizer, []) == []
    texts = [" ".join(words) for words in SENTENCES]
    assert pieces(tokenizer, texts) == [pieces(tokenizer, [text])[0] for text in texts]
    assert [list(ids) for ids in pieces_kept(tokenizer, texts)] == pieces(tokenizer, texts)


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
@pytest.mark.parametrize("letter", ["a", "你", "é"])
def test_a_giant_word_takes_no_giant_time(family, letter):
    tokenizer, word = of_family(family), letter * 200_000
    began = time.monotonic()
    (found,) = read_words(tokenizer, [["two", word, "two"]], 64)
    pair = read(tokenizer, word, word, length=64)
    assert time.monotonic() - began < 20
    assert len(found.ids) <= 64 and 1 in found.parts
    assert len(pair.ids) <= 64 and {0, 1} <= set(pair.parts)


def test_special_tokens_are_those_that_are_no_text():
    tokenizer = of_family("bert")
    assert special_ids(tokenizer, len(tokenizer)) == {0, 1, 2, 3, 4}


def test_what_was_read_is_forgotten_in_the_end(monkeypatch):
    tokenizer = of_family("mt5")
    monkeypatch.setattr(reading, "_REMEMBERED", 2)
    kept = [pieces_kept(tokenizer, [text]) for text in "abcabc"]
    assert kept[:3] == kept[3:]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_empty_second_text_is_read_alike_alone_and_among_others(family):
    """A tokenizer takes the empty second text of a single pair for none at all."""
    tokenizer = of_family(family)
    alone = read(tokenizer, "two friends", "", length=99)
    among, _ = read_each(tokenizer, [("two friends", ""), ("two", "friends")], 99)
    (as_pair,) = tokenizer(["two friends"], [""])["input_ids"]
    assert alone == among and alone.ids == as_pair
    assert len(alone.ids) > len(read(tokenizer, "two friends", length=99).ids)
    first = read(tokenizer, "", "two friends", length=99)
    assert first.ids == tokenizer([""], ["two friends"])["input_ids"][0]


@pytest.mark.parametrize("length", [4, 7, 12, 99])
def test_segments_are_those_of_the_template_whatever_is_cut_or_spelt(length):
    """Of BERT: the second text, and what closes it, are the second segment."""
    texts = ["the market of New York", "[SEP] opens at [CLS] nine", "two"]
    tokenizer = train_tokenizer(texts * 3, 200, 99)
    limit = {"truncation": True, "max_length": length, "return_token_type_ids": True}
    for first in texts:
        for second in texts:
            found = read(tokenizer, first, second, length=length)
            mask = [0 if part == 0 else 1 for part in found.parts]
            mask[0] = mask[found.ids.index(tokenizer.sep_token_id)] = 0
            assert found.types == mask and len(found.types) == len(found.ids)
            if "[" not in first + second:
                whole = tokenizer(first, second, **limit)
                assert (found.ids, found.types) == (whole["input_ids"], whole["token_type_ids"])


def test_nothing_is_read_of_nothing():
    assert list(read_each(of_family("bert"), [], 9)) == []
