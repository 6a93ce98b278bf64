"""Rows and contexts: laws of projection."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.context import BASE, CONTEXT_FACTORS, Context, Row, names_of
from hyperadapters.errors import ContextError

FACTORS = ("task", "language")
rows = st.builds(
    Row, task=st.sampled_from(["ner", "pos"]), language=st.sampled_from(["en", "tr", "ta"])
) | st.just(BASE)
factors = st.lists(st.sampled_from(FACTORS), unique=True)


@given(rows, rows)
def test_rows_are_values(one, other):
    assert (one == other) == (str(one) == str(other))
    if one == other:
        assert hash(one) == hash(other)
    for copied in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert copied == one


def test_the_order_of_factors_does_not_matter():
    assert Row(task="ner", language="tr") == Row({"language": "tr", "task": "ner"})


def test_a_row_is_a_mapping():
    row = Row(task="ner", language="tr")
    assert dict(row) == {"language": "tr", "task": "ner"}
    assert (len(row), row.get("source_language")) == (2, None)
    with pytest.raises(KeyError):
        row["source_language"]


def test_rows_print_their_names():
    assert str(Row(task="ner", language="tr")) == "language=tr,task=ner"
    assert (str(Row()), str(BASE)) == ("shared", "base")
    assert repr(Row(task="ner")) == "Row(task=ner)"


def test_the_base_row_is_not_the_empty_row():
    assert BASE != Row()
    assert Row() != BASE
    assert len({BASE, Row()}) == 2
    assert BASE != "base"


@given(rows, factors, factors)
def test_projections_compose(row, some, fewer):
    both = [factor for factor in some if factor in fewer]
    assert row.of(some).of(both) == row.of(both)


@given(factors)
def test_the_base_row_stays(some):
    assert BASE.of(some) is BASE
    assert BASE.replaced(language="tr") is BASE


def test_names_are_replaced_in_a_copy():
    row = Row(task="ner", language="tr")
    assert row.replaced(language="en") == Row(task="ner", language="en")
    assert row == Row(task="ner", language="tr")


@given(st.lists(rows))
def test_a_context_gives_every_example_its_row(per_example):
    context = Context.of_examples(per_example)
    assert [context.rows[index] for index in context.row_of] == per_example
    assert list(context.rows) == list(dict.fromkeys(per_example))
    assert len(context) == len(per_example)


@given(st.lists(rows), factors)
def test_projection_is_example_by_example(per_example, some):
    projected = Context.of_examples(per_example).of(some)
    assert [projected.rows[i] for i in projected.row_of] == [row.of(some) for row in per_example]
    assert len(set(projected.rows)) == len(projected.rows)


@given(st.lists(rows), factors)
def test_projecting_twice_changes_nothing(per_example, some):
    once = Context.of_examples(per_example).of(some)
    assert once.of(some) == once


@given(st.lists(rows, min_size=1), st.data())
def test_taking_examples_is_taking_rows(per_example, data):
    places = data.draw(st.lists(st.integers(0, len(per_example) - 1)))
    taken = Context.of_examples(per_example).take(places)
    assert taken == Context.of_examples([per_example[place] for place in places])


def test_a_context_of_one_row():
    row = Row(language="tr")
    assert Context.uniform(row, 3) == Context.of_examples([row] * 3)


def test_contexts_compare_and_hash():
    one, other = (Context.of_examples([Row(language="tr"), BASE]) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


def test_projection_takes_any_iterable():
    context = Context.of_examples([Row(task="ner", language="tr")] * 2)
    assert context.of(factor for factor in ("language",)).rows == (Row(language="tr"),)


def test_translation_sides_share_the_names_of_languages():
    assert [names_of(factor) for factor in CONTEXT_FACTORS] == [
        "task",
        "language",
        "language",
        "language",
    ]
    assert names_of("layer") == "layer"


def test_a_row_has_context_factors_only():
    with pytest.raises(
        ContextError, match="`layer` is not a factor of a context\n.*task, language"
    ):
        Row(layer="encoder.3")


def test_a_missing_factor_is_named():
    with pytest.raises(ContextError) as caught:
        Row(language="tr").of(["task", "source_language"])
    assert str(caught.value).splitlines() == [
        "row `language=tr` has no `source_language` and no `task`",
        "  expected: a name for each of task, source_language",
        "  remedy: give the row every factor that the method's providers name",
    ]


def test_a_row_stands_once():
    with pytest.raises(ContextError, match="a row occurs twice in a context\n  found: base, base"):
        Context((BASE, BASE), (0, 1))


@pytest.mark.parametrize("index", [-1, 1])
def test_an_example_points_at_a_row(index):
    with pytest.raises(ContextError, match=r"points at no row(.|\n)*expected: indices in 0\.\.0"):
        Context((BASE,), (index,))
