"""Messages: every part on its line, the nearest name, one tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters import errors
from hyperadapters.errors import DataError, HyperadaptersError, UnknownName, located, nearest


def test_a_message_has_one_line_per_answer_in_order():
    error = DataError(
        "the file has no labels",
        where="train.tsv:3",
        expected="two columns",
        found="one column",
        cause="the file is plain text",
        remedy="use `format: text`",
    )
    assert str(error).splitlines() == [
        "the file has no labels",
        "  where: train.tsv:3",
        "  expected: two columns",
        "  found: one column",
        "  likely cause: the file is plain text",
        "  remedy: use `format: text`",
    ]
    assert (error.what, error.where) == ("the file has no labels", "train.tsv:3")


@pytest.mark.parametrize(("own", "said"), [(None, "a.txt"), ("b.txt:4", "b.txt:4")])
def test_a_fault_without_a_place_is_given_one(own, said):
    with pytest.raises(DataError) as caught, located("a.txt"):
        raise DataError("broken", where=own, found="nothing")
    assert str(caught.value) == f"broken\n  where: {said}\n  found: nothing"
    assert caught.value.where == said


def test_what_is_not_known_is_left_out():
    assert str(DataError("broken", found="nothing")) == "broken\n  found: nothing"
    assert str(DataError("broken")) == "broken"


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="unknown language `tk`") as caught:
        raise UnknownName("language", "tk", ["tr", "tk_TM", "en"], where="run.yaml:4")
    assert "  where: run.yaml:4\n  expected: one of en, tk_TM, tr" in str(caught.value)
    assert "did you mean `tk_TM`?" in str(caught.value)


def test_an_unknown_name_far_from_all_gets_no_suggestion():
    message = str(UnknownName("method", "xyz", ["hyper-x-base"]))
    assert message == "unknown method `xyz`\n  expected: one of hyper-x-base"


def test_long_lists_are_cut_and_counted():
    message = str(UnknownName("language", "q", [f"l{i:02}" for i in range(25)]))
    assert "l19, ... (25 in all)" in message
    assert "l20" not in message


def test_no_names_at_all():
    assert "no language is known here" in str(UnknownName("language", "q", []))


@given(st.lists(st.text("abcdef", min_size=1), min_size=1), st.data())
def test_a_known_name_is_its_own_nearest(known, data):
    name = data.draw(st.sampled_from(known))
    assert nearest(name, known) == name


def test_the_tree_is_the_one_that_the_module_draws():
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, HyperadaptersError)
    ]
    for one in classes:
        assert f" {one.__name__} " in (errors.__doc__ or "").replace("\n", " \n ")
        if one is not HyperadaptersError:
            assert one.__bases__ == (HyperadaptersError,)
