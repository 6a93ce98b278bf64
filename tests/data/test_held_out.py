"""What a data root keeps for dev and test is recognised in every format."""

import json
import time
import unicodedata
from pathlib import Path

import pytest

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.held_out import held_out, key, keys_of, without
from hyperadapters.examples import Pair, Tagged, Text
from hyperadapters.routes import Route


@pytest.mark.parametrize(
    ("name", "content", "held"),
    [
        ("ud/a-ud-test.conllu", "# text = it's on\n1-2\tit's\n1\tit\n2\t's\n3\ton\n", "It's on"),
        ("ud/a-ud-dev.conllu", "1-2\tit's\n1\tit\n2\t's\n3\ton\n", "it 's on"),
        ("uner/a-ud-dev.iob2", "1\tnew\tO\n2\tyork\tB-LOC\n", "new york"),
        ("ner/yor/dev.txt", "Ilé O\nÌwà B-ORG\n\nb O\n", "Ilé Ìwà"),
        ("ner/yor/test.tsv", "yo:Ilé\tO\nyo:Ìwà\tB-ORG\n", "Ilé Ìwà"),
        ("pos/dev-ar.tsv", "ab\tX\ncd\tY\n", "ab cd"),
        ("nli/test.tsv", "a cat sleeps\tnothing sleeps\tno\n", "nothing sleeps"),
        ("glue/dev.csv", 'a,"one, two",0\n', "one, two"),
        ("qa/validation.json", json.dumps({"data": [{"question": "who goes?"}]}), "who goes?"),
        ("mt/en-fr/test.jsonl", '{"en": "go on"}\n{"en": "come in"}\n', "come in"),
        ("mt/en-fr/dev.jsonl", '{"en": "half \\ud83d"}\n{"en": "go on"}\n', "go on"),
        ("mt/en-fr/dev.jsonl", f'{"[" * 3000}\n{"1" * 5000}\n{{"en": "go on"}}\n', "go on"),
        ("mt/en-fr/dev.json", '{"en": "go on"}\nnot json\n', "not json"),
        ("text/dev.txt", "two words\nand three words\n", "two words"),
        ("text/en.val.txt", "one two\nthree four\n", "three four"),
        ("flores/devtest/deu.txt", "two words\n", "two words"),
    ],
)
def test_sentences_of_dev_and_test_files(
    tmp_path: Path, name: str, content: str, held: str
) -> None:
    for path in (tmp_path / name, tmp_path / "train.txt"):
        path.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "train.txt").write_text("never held\n")
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert key(held) in held_out(tmp_path)
    assert key("never held") not in held_out(tmp_path)


def test_text_is_held_whatever_its_name_ends_with(tmp_path: Path) -> None:
    names = ("mt/de-en/dev.de", "mt/test.de-en.de", "flores/dev/deu_Latn")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"aus {name}\n", encoding="utf-8")
    assert held_out(tmp_path) >= {key(f"aus {name}") for name in names}


def test_what_is_no_text_holds_no_sentence(tmp_path: Path) -> None:
    (tmp_path / "test.zip").write_bytes(b"PK\xff\xfe")
    (tmp_path / "dev").mkdir()
    assert held_out(tmp_path) == frozenset()


def test_keys_ignore_case_and_spaces() -> None:
    assert key("Ilé, Ẹjọ́") == key("ilé , ẹjọ́\n")
    assert key("a b") != key("a c")


def test_what_has_a_held_text_is_left_out_and_counted() -> None:
    route = Route.of("de", "en")
    scored = Corpus("mt", route, "test", (Pair("Haus", "house", ("de", "en")),), "")
    held = keys_of(
        (scored, Corpus("pos", Route.of("de"), "dev", (Tagged(("a", "b"), ("X", "X")),), ""))
    )
    assert held == {key("haus"), key("House"), key("ab")}
    pairs = [("House", "Haus"), ("x", "House"), ("y", "z"), ("a b", "c")]
    train = Corpus("mt", route, "train", [Pair(*both, ("en", "de")) for both in pairs], "here")
    kept = without(train, held)
    assert [pair.texts for pair in kept.examples] == [("y", "z")]
    assert (kept.left_out, kept.route, kept.source) == (3, route, "here")
    plain = Corpus("mlm", Route.of("de"), "train", (Text("A b"), Text("c")), "")
    assert without(plain, held).examples == [Text("c")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ilé Ẹjọ́", unicodedata.normalize("NFD", "Ilé Ẹjọ́")),
        ("한국어 문장", unicodedata.normalize("NFD", "한국어 문장")),
        ("ﬁne ½ cup", "fine 1⁄2 cup"),
        ("１２％，ＡＢ", "12%,AB"),
        ("10\u00a0000 €", "10 000 €"),
        ("co\u00adope\u200brate ☺\ufe0f", "cooperate ☺"),
        ("ΌΣΟΣ", unicodedata.normalize("NFD", "όσος")),
    ],
)
def test_keys_ignore_the_form_that_a_text_is_written_in(one: str, other: str) -> None:
    assert one != other and key(one) == key(other)
    route = Route.of("de", "en")
    held = keys_of([Corpus("mt", route, "test", (Pair("x", other, ("de", "en")),), "")])
    for left in (Pair(one, "y", ("de", "en")), Text(one), Tagged(tuple(one.split()), ())):
        corpus = Corpus("mt", route, "train", [left, Text("kept")], "")
        assert without(corpus, held).examples == [Text("kept")]


@pytest.mark.parametrize("times", [1, 1000, 100_000])
def test_keys_of_giant_texts_ignore_the_form_too(times: int) -> None:
    began = time.monotonic()
    one, other = ("Ẹjọ́ ﬁ½" * times, unicodedata.normalize("NFD", "Ẹjọ́ fi1⁄2") * times)
    assert key(one) == key(other) != key(one + "x")
    assert time.monotonic() - began < 10


def test_other_forms_in_files_are_held_out(tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text(unicodedata.normalize("NFD", "Ìlú ńlá\n"), encoding="utf-8")
    assert key("Ìlú ńlá") in held_out(tmp_path)
