"""Built-in questions: the answer is a phrase of the sentence, the same in every language."""

import pytest

from hyperadapters.data import Cldr
from hyperadapters.data.cldr.meanings import meanings_that
from hyperadapters.data.cldr.pieces import pieces_of
from hyperadapters.data.cldr.questions import _asks, asked
from hyperadapters.data.cldr.sentences import CLDR_LANGUAGES
from hyperadapters.data.cldr.words import text_of
from hyperadapters.errors import UnknownName
from hyperadapters.routes import Route


@pytest.mark.parametrize("language", CLDR_LANGUAGES)
def test_answers_are_spans_without_blanks_around_of_sentences_as_they_are(language: str) -> None:
    found = asked(language, "test", 25)
    wanted = meanings_that(_asks, "test", 25)
    for one, meaning in zip(found, wanted, strict=True):
        assert one.context == text_of(pieces_of(language, meaning))
        (answer,) = one.gold
        assert answer and answer == answer.strip() and answer != one.context
        assert one.question.split()[0] in {
            "DATE",
            "TIME",
            "RELATIVE",
            "QUANTITY",
            "MONEY",
            "PLACE",
        } | {"LANG"}


def test_known_questions() -> None:
    first = {one: asked(one, "train", 3)[0] for one in ("en", "tr", "zh")}
    assert {one.question for one in first.values()} == {"MONEY CURRENCY"}
    assert [one.gold for one in first.values()] == [
        ("Turkish Lira",),
        ("Türk lirası",),
        ("土耳其里拉",),
    ]
    assert asked("en", "train", 3)[2].gold == ("3rd quarter 2037",)


def test_fewer_are_a_prefix_of_more_and_no_split_has_a_sentence_of_another() -> None:
    assert asked("en", "train", 5) == asked("en", "train", 50)[:5]
    contexts = [
        {one.context for one in asked("en", split, 100)} for split in ("train", "dev", "test")
    ]
    assert not contexts[0] & contexts[1] and not contexts[0] & contexts[2]


def test_phrases_and_their_parts_are_asked_for() -> None:
    kinds = {one.question for one in asked("en", "train", 400)}
    expected = {"DATE", "DATE YEAR", "MONEY", "MONEY CURRENCY", "MONEY NUMBER", "QUANTITY UNIT"}
    assert expected <= kinds


def test_they_are_a_content_of_the_built_in_source() -> None:
    source = Cldr(content="questions", train=7, test=3)
    assert source.read("qa", Route.of("tr"), "train", None).examples == asked("tr", "train", 7)
    assert len(source.read("qa", Route.of("tr"), "test", None)) == 3
    with pytest.raises(UnknownName, match="unknown language `xx`"):
        source.read("qa", Route.of("xx"), "train", None)
