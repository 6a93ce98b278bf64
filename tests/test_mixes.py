"""Mixes: one name for several with weights, however they are written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters import mix
from hyperadapters.context import BASE, Row
from hyperadapters.errors import ConfigError, ContextError
from hyperadapters.mixes import canonical, shares, spelt, unsigned
from hyperadapters.routes import Route
from hyperadapters.schedules import fixed

names = st.sampled_from(["sw", "zu", "pt-BR", "xh", "yo"])
weighted = st.dictionaries(names, st.floats(0.001, 10), min_size=1)


def test_weights_are_shares_and_kept_exactly() -> None:
    assert mix({"sw": 0.6, "zu": 0.4}) == mix({"zu": 2, "sw": 3}) == "sw*3+zu*2"
    assert shares("sw*3+zu*2") == (("sw", Fraction(3, 5)), ("zu", Fraction(2, 5)))
    assert canonical("zu*0.4+sw*0.6") == canonical("zu*2.0+sw*3") == "sw*3+zu*2"
    assert list(spelt(["en", "sw*3+zu*2"])) == ["sw*3+zu*2 is 0.6 sw + 0.4 zu"]


def test_one_name_alone_is_that_name() -> None:
    assert (
        mix({"sw": 1}) == mix({"sw": 0.3}) == mix({"sw": 1, "zu": 0}) == canonical("sw*1") == "sw"
    )
    assert shares("sw") == (("sw", 1),)
    assert mix({"a": 1, "b": -1, mix({"b": 1, "c": 1}): 2}) == mix({"a": 1, "c": 1})


@given(weighted)
def test_a_mix_reads_back_as_itself_whatever_the_order(weights: dict[str, float]) -> None:
    made = mix(weights)
    assert mix(dict(reversed(weights.items()))) == made == canonical(made) == mix({made: 1})
    assert sum(share for _, share in shares(made)) == 1
    whole = sum(weights.values())
    for name, share in shares(made):
        assert float(share) == pytest.approx(weights[name] / whole, abs=1e-6)


@given(weighted, weighted, st.integers(1, 9))
def test_mixes_of_mixes_are_mixes_of_their_names(one, other, weight) -> None:
    found = dict(shares(mix({mix(one): weight, mix(other): 1})))
    first, second = dict(shares(mix(one))), dict(shares(mix(other)))
    for name in first | second:
        wanted = (first.get(name, 0) * weight + second.get(name, 0)) / (weight + 1)
        assert float(found.get(name, 0)) == pytest.approx(float(wanted), abs=1e-6)


def test_names_can_be_subtracted_in_python_alone() -> None:
    name = mix({"a": 1, "b": -1, "c": 1})
    assert name == "a*1+b*-1+c*1" == canonical(name)
    assert [weight for weight, _ in Row(language=name).parts] == [1, -1, 1]
    for refused in (lambda: unsigned(name), lambda: fixed([f"language={name}"])):
        with pytest.raises(ContextError, match="a weight below zero(.|\n)*subtract in Python"):
            refused()


def test_rows_hold_mixes_as_names() -> None:
    row = Row(task="ner", language="zu*0.4+sw*0.6")
    assert str(row) == "language=sw*3+zu*2,task=ner"
    assert row == Row(task="ner", language=mix({"sw": 0.6, "zu": 0.4}))
    assert row.parts == (
        (0.6, Row(task="ner", language="sw")),
        (0.4, Row(task="ner", language="zu")),
    )
    plain = Row(task="ner", language="sw")
    assert (plain.parts, BASE.parts) == (((1.0, plain),), ((1.0, BASE),))
    pair = Row(source_language="a*1+b*3", target_language="c*1+d*1")
    assert {str(part): weight for weight, part in pair.parts} == {
        "source_language=a,target_language=c": 0.125,
        "source_language=a,target_language=d": 0.125,
        "source_language=b,target_language=c": 0.375,
        "source_language=b,target_language=d": 0.375,
    }


def test_a_direction_may_begin_or_end_in_a_mix() -> None:
    assert Route.parse("sw*0.6+zu*0.4-en").row("mt")["source_language"] == "sw*3+zu*2"
    assert Route.parse("en:pt-BR*1+pt*1").row("mt")["target_language"] == "pt*1+pt-BR*1"
    assert dict(fixed(["language=sw*0.6+zu*0.4"]).row(Row(language="en"), 0)) == {
        "language": "sw*3+zu*2"
    }


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("sw*", "`sw\\*` is not a name of its own and a number"),
        ("sw*0.6+zu", "`zu` is not"),
        ("sw*0.6+sw*0.4", "`sw\\*0.4` is not a name of its own"),
        ("*0.6+zu*0.4", "`\\*0.6` is not"),
        ("sw*1e3+zu*1", "`sw\\*1e3` is not"),
        ("sw*nan+zu*1", "`sw\\*nan` is not"),
        ("sw*0+zu*0", "not above 0"),
        ("sw*1+zu*-1", "not above 0"),
    ],
)
def test_what_is_no_mix(text: str, cause: str) -> None:
    with pytest.raises(ContextError, match=f"cannot be mixed\n.*\n.*{cause}"):
        Row(language=text)


@pytest.mark.parametrize(
    "weights",
    [
        {},
        {"a": 0.0},
        {"a": 1, "b": -1},
        {"a": float("nan")},
        {"a": float("inf"), "b": 1},
        {"": 1, "b": 1},
        {"a+b": 1, "c": 1},
    ],
)
def test_what_cannot_be_mixed(weights) -> None:
    with pytest.raises(ContextError, match="cannot be mixed"):
        mix(weights)


def test_a_name_that_weights_could_not_be_stored_under_is_refused_in_a_mix_too() -> None:
    with pytest.raises(ContextError, match="has no full stop"):
        Row(language="a.b*1+c*1")
    with pytest.raises(ConfigError, match="names no row"):
        fixed(["sprache=a*1+b*1"])
