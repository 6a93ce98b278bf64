"""A vocabulary is a function of its text; nothing in it is special but the five tokens."""

import subprocess
import sys

import pytest

from hyperadapters.data.vocabulary import train_tokenizer

# Every pair of letters is as frequent as every other: only ties decide which are merged.
TEXTS = [f"{a}{b}{c}{d}" for a in "pqrs" for b in "tuvw" for c in "xyzä" for d in "bcdß"]
PROGRAM = f"""
from hyperadapters.data.vocabulary import train_tokenizer
print(sorted(train_tokenizer({TEXTS!r}, 60, 16).get_vocab().items()))
"""


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TEXTS, 60, 16)


def test_another_process_learns_the_same(tokenizer):
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == str(sorted(tokenizer.get_vocab().items()))


def test_size_is_kept_and_merges_were_learned(tokenizer):
    vocabulary = tokenizer.get_vocab()
    assert len(vocabulary) == 60
    assert any(len(piece.removeprefix("##")) > 1 for piece in vocabulary if piece[0] != "[")


def test_only_the_five_tokens_are_special(tokenizer):
    assert set(tokenizer.all_special_tokens) == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    assert tokenizer.tokenize("p##t [MASK]") == ["p", "[UNK]", "[UNK]", "t", "[MASK]"]


def test_words_come_back(tokenizer):
    ids = tokenizer("ptxb swäß")["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == "ptxb swäß"
    assert tokenizer.unk_token_id not in ids
