"""Documents: merging, places, faults."""

from typing import Any

import pytest

from hyperadapters.document.document import Document, Fault, raise_faults
from hyperadapters.errors import ConfigError


def _document(values: Any, **lines: str) -> Document:
    places = {tuple(name.split("__")): line for name, line in lines.items()}
    return Document(values, places, (), "file.yaml")


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": None}}, {"a": {"x": 1}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        (
            {"backbone": {"name": "m", "revision": "r"}},
            {"backbone": {"path": "p"}},
            {"backbone": {"path": "p"}},
        ),
        (
            {"backbone": {"architecture": {"layers": 2, "width": 8}}},
            {"backbone": {"architecture": {"width": 16}}},
            {"backbone": {"architecture": {"layers": 2, "width": 16}}},
        ),
        (
            {"backbone": {"path": "p"}},
            {"backbone": {"architecture": {"width": 16}}},
            {"backbone": {"architecture": {"width": 16}}},
        ),
        (
            {"data": {"format": "cldr", "train": 5}},
            {"data": {"train": 6}},
            {"data": {"format": "cldr", "train": 6}},
        ),
        (
            {"data": [{"format": "cldr", "train": 5}]},
            {"data": {"train": 6}},
            {"data": {"format": "cldr", "train": 6}},
        ),
        (
            {"data": [{"format": "cldr"}, {"format": "hub"}]},
            {"data": {"format": "conll"}},
            {"data": {"format": "conll"}},
        ),
        (
            {"data": {"format": "cldr", "train": 5}},
            {"data": {"format": "hub"}},
            {"data": {"format": "hub"}},
        ),
        (
            {"method": {"name": "m", "code": 8}},
            {"method": {"name": "n"}},
            {"method": {"name": "n"}},
        ),
        ({"method": "m"}, {"method": {"code": 8}}, {"method": {"name": "m", "code": 8}}),
        ({"method": {"name": "m"}}, {"method": "n"}, {"method": "n"}),
        (
            {"recipe": {"batch_tokens": 900, "steps": 5}},
            {"recipe": {"batch": 8}},
            {"recipe": {"batch": 8, "steps": 5}},
        ),
        (
            {"phases": {"train": {"batch": 8}}},
            {"phases": {"train": {"batch_tokens": 900}}},
            {"phases": {"train": {"batch": 8, "batch_tokens": 900}}},
        ),
        (
            {"run": {"phases": {"a": {"steps": 5, "warmup": 1}, "b": {"steps": 6}}}},
            {"run": {"recipe": {"steps": 7}}},
            {"run": {"phases": {"a": {"warmup": 1}, "b": {}}, "recipe": {"steps": 7}}},
        ),
        (
            {"phases": {"a": {"batch": 8, "batch_tokens": 0, "warmup": 1}}},
            {"recipe": {"batch_tokens": 900}},
            {"phases": {"a": {"warmup": 1}}, "recipe": {"batch_tokens": 900}},
        ),
        (
            {"recipe": {"batch": 8, "batch_tokens": 900}},
            {"recipe": {"batch": None}},
            {"recipe": {"batch_tokens": 900}},
        ),
        (
            {"recipe": {"steps": 5}},
            {"phases": {"a": {"steps": 6}}},
            {"recipe": {"steps": 5}, "phases": {"a": {"steps": 6}}},
        ),
    ],
)
def test_merging(base: Any, over: Any, merged: Any) -> None:
    assert _document(over).over(_document(base)).values == merged


def test_nothing_is_changed_in_place() -> None:
    base = {"a": {"x": 1}}
    _document({"a": {"y": 2}}).over(_document(base))
    assert base == {"a": {"x": 1}}


def test_a_line_is_that_of_the_nearest_place_around() -> None:
    document = _document({"a": {"x": [1]}}, a="file.yaml:1", a__x="file.yaml:2")
    assert document.line(("a", "x", 0)) == "file.yaml:2"
    assert document.line(("b",)) == "file.yaml"
    assert document.at("a").line(("x",)) == "file.yaml:2"


def test_a_value_can_be_put_under_another_place() -> None:
    placed = Document(5, {(): "file.yaml:7"}, (), "file.yaml:7").under("recipe", "steps")
    assert placed.values == {"recipe": {"steps": 5}}
    assert placed.line(("recipe", "steps")) == "file.yaml:7"


def test_faults_come_in_the_order_of_their_lines_and_once_each() -> None:
    faults = [Fault("f:10", "b", "late"), Fault("f:9", "a", "early"), Fault("f:10", "b", "late")]
    with pytest.raises(ConfigError) as error:
        raise_faults(faults, "f")
    assert str(error.value) == "2 faults in `f`\n  f:9  `a`: early\n  f:10  `b`: late"
    raise_faults([], "f")


def test_of_very_many_faults_the_first_are_shown() -> None:
    faults = [Fault(f"f:{line}", "a", "wrong") for line in range(1, 51)]
    with pytest.raises(ConfigError) as error:
        raise_faults(faults, "f")
    lines = str(error.value).splitlines()
    assert lines[0] == "50 faults in `f`"
    assert lines[-2:] == ["  f:20  `a`: wrong", "  ... and 30 more"]


def test_a_fault_says_what_was_expected_and_found() -> None:
    fault = Fault("f:1", "a.b", "wrong", expected="5", found="6", remedy="write 5")
    assert str(fault).splitlines()[1:] == [
        "      expected: 5",
        "      found: 6",
        "      remedy: write 5",
    ]
