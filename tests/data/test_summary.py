"""What corpora hold, counted with a tokenizer that knows its unknowns."""

import string
import sys
from dataclasses import replace

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from hyperadapters.data import Corpus, Pair, Tagged, Text, summary
from hyperadapters.metrics import METRICS
from hyperadapters.routes import Route
from hyperadapters.tasks import Tagging
from tiny_tokenizers import of_family


@pytest.fixture
def characters() -> PreTrainedTokenizerFast:
    """A tokenizer of lower-case Latin letters; anything else is unknown."""
    return letters(unk_token="[UNK]")


def letters(**special: str) -> PreTrainedTokenizerFast:
    names = [*special.values(), *string.ascii_lowercase]
    model = models.BPE({name: place for place, name in enumerate(names)}, [], **special)
    inner = Tokenizer(model)
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, **special)


def corpus(*examples: Tagged | Text | Pair) -> Corpus:
    return Corpus("ner", Route.of("tr"), "train", examples, "here")


def test_labels_are_counted_and_what_was_skipped_is_kept(
    characters: PreTrainedTokenizerFast,
) -> None:
    sentences = Tagged(("a", "b"), ("O", None)), Tagged(("c",), ("O",)), Text("d")
    found = summary(replace(corpus(*sentences), skipped=4), characters)
    assert (found.labels, found.skipped) == ({"O": 2, None: 1}, 4)


def test_counts(characters: PreTrainedTokenizerFast) -> None:
    found = summary(corpus(Tagged(("ab", "c"), ("O", "O")), Text("d ef")), characters)
    assert (found.sentences, found.words, found.tokens) == (2, 4, 6)
    assert (found.unknown, found.flagged) == (0.0, False)


@pytest.mark.parametrize(
    ("text", "share", "flagged"), [("abcdĞ", 0.2, False), ("abcĞ", 0.25, True)]
)
def test_more_than_a_fifth_unknown_is_flagged(
    characters: PreTrainedTokenizerFast, text: str, share: float, flagged: bool
) -> None:
    found = summary(corpus(Text(text)), characters)
    assert (found.unknown, found.flagged) == (share, flagged)


def test_long_corpora_are_sampled_and_scaled(
    characters: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[summary.__module__], "_SAMPLE", 1500)
    whole = corpus(*[Text("abc")] * 1500, *[Text("a")] * 1500)
    found = summary(whole, characters, length=2)
    assert (found.sentences, found.tokens, found.longer) == (3000, 9000, 3000)


def test_empty_corpora_and_tokenizers_without_unknowns() -> None:
    tokenizer = letters()
    empty = summary(corpus(), tokenizer)
    pair = summary(corpus(Pair("Ğa", "b", ("tr", "en"))), tokenizer)
    assert (empty.tokens, empty.unknown, empty.longer) == (0, 0.0, 0)
    assert (pair.tokens, pair.unknown, pair.words) == (2, 0.0, 2)


def test_what_is_longer_than_is_read(characters: PreTrainedTokenizerFast) -> None:
    examples = (Text("ab cd"), Text("abc"), Pair("ab", "cd", ("tr", "en")), Text("a"))
    found = summary(corpus(*examples), characters, length=3)
    assert (found.length, found.longer) == (3, 2)
    apart = summary(corpus(*examples), characters, tokens_of=max, length=3)
    assert apart.longer == 1
    assert summary(corpus(*examples), characters).longer == 0


def test_words_without_a_token_that_have_a_label() -> None:
    """A letter that this tokenizer passes over stands in a name, and outside of one."""
    words = ("ab", "Ğ", "cd", "Ğ", "Ğ")
    one = Tagged(words, ("B-PER", "I-PER", "O", "O", "B-LOC"))
    found = summary(corpus(one, Tagged(("a",), ("B-PER",))), letters())
    assert (found.unread, found.words, found.tokens) == (2, 6, 5)


def test_tokens_are_counted_as_a_task_reads_them() -> None:
    byte_level = of_family("roberta")
    words = tuple("Morika went to the market with two friends".split())
    found = summary(corpus(Tagged(words, ("O",) * len(words))), byte_level)
    task = Tagging("ner", ("O",), METRICS["accuracy"])
    read = task.encode(byte_level, Tagged(words, ()), 99).ids
    assert found.tokens + 2 == len(read) == len(byte_level(" ".join(words))["input_ids"])
