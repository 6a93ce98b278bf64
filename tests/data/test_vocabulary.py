"""A vocabulary is a function of its text; nothing in it is special but the five tokens."""

import subprocess
import sys
import time
import unicodedata

import pytest

from hyperadapters.data.vocabulary import _parts, _sample, train_joint_tokenizer, train_tokenizer
from hyperadapters.errors import DataError

# Every pair of letters is as frequent as every other: only ties decide which are merged.
TEXTS = [f"{a}{b}{c}{d}" for a in "pqrs" for b in "tuvw" for c in "xyzä" for d in "bcdß"]
BOTH = {"xx": TEXTS, "yy": [text[::-1] for text in TEXTS[:40]]}
ADDED = ["<2xx>", "<2yy>"]
PROGRAM = f"""
from hyperadapters.data.vocabulary import train_joint_tokenizer, train_tokenizer
print(sorted(train_tokenizer({TEXTS!r}, 60, 16).get_vocab().items()))
print(sorted(train_joint_tokenizer({BOTH!r}, 60, 16, added={ADDED!r}).get_vocab().items()))
"""


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TEXTS, 60, 16)


@pytest.fixture(scope="module")
def joint():
    return train_joint_tokenizer(BOTH, 60, 16, added=ADDED)


def test_another_process_learns_the_same(tokenizer, joint):
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout
    own = [str(sorted(one.get_vocab().items())) for one in (tokenizer, joint)]
    assert printed.splitlines() == own


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


def test_a_joint_vocabulary_has_its_added_tokens_and_gives_words_back(joint):
    assert len(joint) <= 60
    assert [joint.convert_ids_to_tokens(joint.convert_tokens_to_ids(t)) for t in ADDED] == ADDED
    ids = joint("ptxb  swäß")["input_ids"]
    assert ids[-1] == joint.eos_token_id
    assert joint.decode(ids, skip_special_tokens=True) == "ptxb swäß"
    assert joint.convert_tokens_to_ids("<2xx>") in joint("<2xx> ptxb")["input_ids"]


def test_temperature_lifts_small_languages():
    texts = {"big": [f"b{n}" for n in range(1000)], "small": [f"s{n}" for n in range(10)]}
    kept = _sample(texts, 5.0, 0)
    shares = {mark: sum(text[0] == mark for text in kept) / 1010 for mark in "bs"}
    odds = (1000 / 10) ** 0.2
    assert shares == pytest.approx({"b": odds / (1 + odds), "s": 1 / (1 + odds)}, abs=1e-3)
    times = [kept.count(text) for text in texts["small"]]
    assert max(times) - min(times) <= 1, "all of them, then some once more"
    assert max(map(kept.count, texts["big"])) == 1
    assert _sample(texts, 5.0, 0) == kept != _sample(texts, 5.0, 1)
    fewer = _sample(texts, 5.0, 0, most=101)
    assert [sum(text[0] == mark for text in fewer) / 101 for mark in "bs"] == pytest.approx(
        [shares["b"], shares["s"]], abs=1e-2
    )
    assert len(fewer) == 101


def test_a_vocabulary_that_is_too_small_says_so():
    written = [
        "".join(chr(0x4E00 + (37 * i + 11 * j) % 3000) for j in range(20)) for i in range(400)
    ]
    with pytest.raises(DataError, match=r"(?s)architecture.vocabulary.*required_chars.*raise"):
        train_joint_tokenizer({"zh": written}, 1000, 16, added=["<2zh>"])


def test_long_lines_count_too():
    long = {"xx": ["ab cd " * 1000] * 3}
    assert "▁cd" in train_joint_tokenizer(long, 20, 16, added=[]).get_vocab()


WRITTEN = ["你好，世界！ ½ 杯", "10\u00a0000 € … ﬁne", "１２％　ＡＢ", "naïve café, déjà vu"] * 5


@pytest.mark.parametrize("text", WRITTEN[:4])
def test_a_joint_vocabulary_gives_back_what_it_read(text):
    learned = train_joint_tokenizer({"zh": WRITTEN}, 120, 64, added=[])
    ids = learned(text)["input_ids"]
    assert learned.decode(ids, skip_special_tokens=True) == text
    apart = learned(unicodedata.normalize("NFD", text))["input_ids"]
    assert apart == ids, "two ways to write a character are one"
    other = train_joint_tokenizer({"zh": WRITTEN}, 120, 64, added=[], form="nfkc")
    read = other.decode(other(text)["input_ids"], skip_special_tokens=True)
    assert read == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(("form", "equal"), [("nfc", False), ("nfkc", True)])
def test_an_encoder_reads_in_the_form_that_was_chosen(form, equal):
    texts = ["ﬁne fine café"] * 5
    learned = train_tokenizer(texts, 60, 16, form=form)
    read = [learned(text)["input_ids"] for text in ("ﬁne", "fine", "café", "cafe\u0301")]
    assert (read[0] == read[1]) is equal
    assert read[2] == read[3]


@pytest.mark.parametrize("unit", ["ab", "你好世界", "ab "])
def test_a_giant_text_takes_no_giant_time(unit):
    giant = (unit * 200_000)[:200_000]
    began = time.monotonic()
    assert len(train_tokenizer([*TEXTS, giant], 300, 16)) <= 300
    assert len(train_joint_tokenizer({"xx": [*TEXTS, giant]}, 100, 16, added=[])) <= 100
    assert time.monotonic() - began < 20


def test_long_texts_are_learned_from_in_parts_that_hold_all_of_them():
    text = " ".join(f"w{n}" for n in range(1000)) + " " + "x" * 2500
    parts = _parts(text)
    assert "".join(parts) == text and max(map(len, parts)) <= 1001
    assert sum(map(str.split, parts), [])[:1000] == text.split()[:1000], "no short word is cut"
    assert _parts("as it is") == ["as it is"] and _parts("") == [""]
