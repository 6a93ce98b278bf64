"""Plain scalars mean what YAML 1.2 says; whatever is written reads back the same."""

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.document.dialect import READERS, Dialect, write_yaml


def _read(text: str) -> Any:
    node = yaml.compose(text, Loader=Dialect)
    return READERS[node.tag](node.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("1e-4", 1e-4),
        ("1.0e+05", 1e5),
        (".5", 0.5),
        ("010", 10),
        ("-3", -3),
        ("1:30", "1:30"),
        ("2001-01-01", "2001-01-01"),
        ("nan", "nan"),
        (".inf", math.inf),
        ("~", None),
        ("null", None),
        ("'5'", "5"),
        ("e4", "e4"),
    ],
)
def test_a_plain_scalar_is_read_as_yaml_1_2_means_it(text: str, value: object) -> None:
    read = _read(text)
    assert read == value
    assert type(read) is type(value)


_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    st.sampled_from(["no", "y", "1e-4", "010", "1_000", "2001-01-01", "~", "<<", "=", "a: b", "#"]),
)


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\ufeff", "\x00", "\x1b"])
def test_unusual_ends_of_lines_are_written_as_escapes(mark: str) -> None:
    """A label or a name that has one is the same in the `run.yaml` of its run."""
    for text in (mark, f"a{mark}b", f"{mark}a", f"a {mark}"):
        written = write_yaml(text)
        assert mark not in written
        assert _read(written) == text


@given(st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_written_values_read_back_the_same(value: object) -> None:
    from hyperadapters.document.reading import _Reader

    node = yaml.compose(write_yaml([value]), Loader=Dialect)
    assert _Reader("file").value(node, (), ()) == [value]


@given(_scalars)
def test_what_is_written_also_reads_the_same_for_other_programs(value: object) -> None:
    if isinstance(value, str):
        assert yaml.safe_load(write_yaml({"key": value})) == {"key": value}


def test_no_anchors_are_written() -> None:
    shared = ["en", "tr"]
    assert "&" not in write_yaml({"train": shared, "evaluate": shared})
