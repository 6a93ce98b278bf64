"""How examples are worded: templates, names of labels, and degrees."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.tasks.wordings import Degrees, Named, Template, alike

SIMILARITY = Degrees(Decimal(0), Decimal(5), Decimal("0.2"))


@given(st.text(), st.text())
def test_texts_stand_in_their_places_whatever_is_in_them(first, second):
    pair = LabelledPair(first, second, "same")
    filled = Template("premise: {first} hypothesis {second}").filled(pair)
    assert filled == "premise: " + first + " hypothesis " + second
    one = Template("{{x}} {text}", prefix="cola").filled(Labelled(first, None))
    assert one == "cola {x} " + first


def test_a_template_reads_one_text_or_two():
    assert Template("{text}").reads is Labelled
    assert Template("{second} {first}").reads is LabelledPair


@pytest.mark.parametrize(
    "pattern",
    ["", "no place", "{first}", "{text} {first}", "{0}", "{text!r}", "{text:>9}", "{premise}"],
)
def test_other_places_are_refused(pattern):
    with pytest.raises(ValueError, match="and no other place"):
        Template(pattern)


def test_a_label_is_written_and_read_back():
    wording = Named({"entailment": "0", "neutral": "1"})
    assert wording.texts == ("0", "1") and wording.labels == ("entailment", "neutral")
    for label in wording.labels:
        assert wording.said(wording.written(label)) == label
    assert wording.written("contradiction") is None
    assert wording.said("2") is wording.said("entailment") is wording.said("") is None
    assert wording.kept() == {"labels": {"entailment": "0", "neutral": "1"}}


def test_degrees_of_similarity_are_26():
    expected = [f"{number:.1f}" for number in np.arange(0, 5.1, 0.2)]
    assert list(SIMILARITY.texts) == expected and len(expected) == 26


@given(st.integers(0, 5000).map(lambda number: number / 1000))
def test_degrees_are_rounded_as_t5_does(number):
    rounded = np.round(np.float32(number) * np.float32(5)) / np.float32(5)
    written = SIMILARITY.written(str(number))
    if abs(number * 5 % 1 - 0.5) > 1e-4:  # halfway the rounding of float32 decides
        assert written == f"{rounded:.1f}"
    assert abs(float(written) - number) <= 0.1 + 1e-9
    assert SIMILARITY.written(written) == written, "numbers of the scale stay"
    assert SIMILARITY.said(written) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [("3.8", "3.8"), ("3.799999952316284", "3.8"), ("2.5", "2.4"), ("0.5", "0.4"), ("2.3", "2.4")],
)
def test_halfway_the_even_number_of_steps_is_written(number, written):
    assert SIMILARITY.written(number) == written


@pytest.mark.parametrize("text", ["", "high", "5.1", "-0.2", "nan", "inf", "1,0"])
def test_what_is_no_degree_says_nothing(text):
    assert SIMILARITY.said(text) is None and SIMILARITY.written(text) is None


def test_a_number_between_the_numbers_of_the_scale_is_one():
    assert SIMILARITY.said("3.7") == "3.7"


def test_a_text_twice_is_found():
    assert alike(("a", "b", "a")) == "a" and alike(("a", "b")) is None
    assert alike(("a", " a")) == "a"


def test_space_around_a_label_is_written_and_not_asked_for():
    spaced = Named({"1": " yes", "0": " no"})
    assert spaced.written("1") == " yes" and spaced.texts == (" yes", " no")
    assert spaced.said("yes") == spaced.said(" yes") == "1" and spaced.said("y es") is None
