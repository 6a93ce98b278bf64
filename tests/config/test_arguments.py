"""Arguments of methods are checked against the function that takes them."""

from typing import Any

import pytest

from hyperadapters.config import MethodChoice
from hyperadapters.config.arguments import argument_faults, built, defaults
from hyperadapters.document.document import Document
from hyperadapters.errors import BackboneError
from hyperadapters.method import Method
from hyperadapters.methods import METHODS


def _cycled(name: str = "cycled", *, pair: tuple[str, str], share: float = 0.5) -> Method:
    if share > 1:
        raise BackboneError("`share` is above 1")
    return Method(name, (), ())


@pytest.fixture(autouse=True)
def _methods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "cycled", _cycled)


def _document(method: Any) -> Document:
    return Document({"method": method}, {}, (), "f")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"pair": ["en", "tr"], "shore": 0.1}, "unknown argument `shore`"),
        ({"pair": ["en"]}, "`method.pair`: the list is too short\n      expected: 2 values"),
        ({"pair": ["en", "tr"], "share": "much"}, "a number"),
        ({}, "`cycled` needs the argument `pair`"),
        ({"pair": ["en", "tr"], "name": "x"}, ""),
    ],
)
def test_arguments(arguments: dict[str, Any], said: str) -> None:
    method = {"name": "cycled", **arguments}
    method["name"] = "cycled"
    faults = argument_faults(_document(method), MethodChoice.model_validate(method))
    if not said:
        assert faults == []
        return
    assert len(faults) == 1
    assert said in str(faults[0])


def test_what_the_function_itself_refuses_is_a_fault() -> None:
    arguments = {"pair": ["a", "b"], "share": 2.0}
    method, faults = built(_document({"name": "cycled"}), "cycled", arguments)
    assert method is None
    assert "`share` is above 1" in str(faults[0])


def test_an_unknown_method_builds_nothing() -> None:
    assert built(_document("other"), "other", {}) == (None, [])


def test_defaults_are_spelt_out() -> None:
    choice = MethodChoice.model_validate({"name": "cycled", "pair": ["en", "tr"]})
    assert defaults(choice) == {"share": 0.5, "pair": ["en", "tr"]}
