"""What corpora hold, counted with a tokenizer that knows its unknowns."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hyperadapters.data import Corpus, Pair, Tagged, Text, summary
from hyperadapters.routes import Route


class Characters:
    """A tokenizer of lower-case Latin letters; anything else is unknown."""

    unk_token_id: int | None = 0

    def __call__(
        self, texts: Sequence[str], *, add_special_tokens: bool, verbose: bool
    ) -> dict[str, object]:
        assert not add_special_tokens
        assert not verbose
        known = "abcdefghijklmnopqrstuvwxyz"
        return {"input_ids": [[known.find(mark) + 1 for mark in t if mark != " "] for t in texts]}


def corpus(*examples: Tagged | Text | Pair) -> Corpus:
    return Corpus("ner", Route.of("tr"), "train", examples, "here")


def test_labels_are_counted_and_what_was_skipped_is_kept() -> None:
    sentences = Tagged(("a", "b"), ("O", None)), Tagged(("c",), ("O",)), Text("d")
    found = summary(replace(corpus(*sentences), skipped=4), Characters())
    assert (found.labels, found.skipped) == ({"O": 2, None: 1}, 4)


def test_counts() -> None:
    found = summary(corpus(Tagged(("ab", "c"), ("O", "O")), Text("d ef")), Characters())
    assert (found.sentences, found.words, found.tokens) == (2, 4, 6)
    assert (found.unknown, found.flagged) == (0.0, False)


@pytest.mark.parametrize(
    ("text", "share", "flagged"), [("abcdĞ", 0.2, False), ("abcĞ", 0.25, True)]
)
def test_more_than_a_fifth_unknown_is_flagged(text: str, share: float, flagged: bool) -> None:
    found = summary(corpus(Text(text)), Characters())
    assert (found.unknown, found.flagged) == (share, flagged)


def test_long_corpora_are_sampled_and_scaled() -> None:
    found = summary(corpus(*[Text("abc")] * 5000), Characters())
    assert (found.sentences, found.tokens) == (5000, 15000)


def test_empty_corpora_and_tokenizers_without_unknowns() -> None:
    tokenizer = Characters()
    tokenizer.unk_token_id = None
    empty = summary(corpus(), tokenizer)
    pair = summary(corpus(Pair("Ğ", "b", ("tr", "en"))), tokenizer)
    assert (empty.tokens, empty.unknown) == (0, 0.0)
    assert (pair.tokens, pair.unknown, pair.words) == (2, 0.0, 2)
