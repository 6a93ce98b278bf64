"""JSON that was written comes back as its type, or with what is wrong and where."""

from typing import Any

import pytest

from hyperadapters.document.stored import stored
from hyperadapters.document.values import Closed, Number, Text, Whole
from hyperadapters.errors import BundleError


class Cell(Closed):
    """A value of three kinds of parts."""

    name: Text
    count: Whole
    scores: tuple[Number, ...] = ()


def read(content: bytes | str, hint: Any = Cell) -> Any:
    return stored(content, hint, what="it is wrong", where="file:3", remedy="write it again")


def test_what_fits_is_read() -> None:
    text = '{"name": "größe", "count": 3, "scores": [1, 0.1, NaN]}'
    for content in (text, text.encode()):
        cell = read(content)
        assert (cell.name, cell.count, cell.scores[:2]) == ("größe", 3, (1.0, 0.1))
    assert read("[1, 2]", list[int]) == [1, 2]


@pytest.mark.parametrize(
    ("content", "expected", "found"),
    [
        ('{"name": "a", "count": "3"}', "a whole number", "`count`: not a legal value: '3'"),
        ('{"name": "a", "count": true}', "a whole number", "`count`: not a legal value: True"),
        ('{"name": "a"}', "add a line `count: ...`", "`count` is missing"),
        ('{"name": "a", "count": 1, "scores": [0, []]}', "a number", "`scores.1`"),
        ('{"name": "a", "count": 1, "scor": []}', "one of name, count, scores", "unknown key"),
        ("[1]", "a mapping", "not a legal value: [1]"),
        ("", "JSON", "EOF"),
        ('{"name": ', "JSON", "EOF"),
        ("[" * 100_000, "JSON", "recursion limit"),
        ("9" * 5000, "JSON", "out of range"),
        ('{"name": "\\ud800", "count": 1}', "JSON", "hex escape"),
        (b'{"name": "\xff", "count": 1}', "JSON", "unicode"),
        ('{"name": "a", "count": "' + "x" * 10_000 + '"}', "a whole number", "'xxx"),
    ],
)
def test_what_does_not_fit_is_told(content: bytes | str, expected: str, found: str) -> None:
    with pytest.raises(BundleError, match="it is wrong") as caught:
        read(content)
    message = str(caught.value)
    assert "where: file:3" in message and "remedy: write it again" in message
    assert f"expected: {expected}" in message and found in message
    assert len(message) < 700
