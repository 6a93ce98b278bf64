"""The YAML of run files: version 1.2's plain scalars, safely read, written to read back alike."""

import math
import re
from collections.abc import Callable
from typing import Any

import yaml

__all__ = ["READERS", "Dialect", "write_yaml"]

_SCALARS: dict[str, tuple[str, str]] = {
    "null": (r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    "bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "int": (r"^[-+]?[0-9]+$", "-+0123456789"),
    "float": (
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        "-+.0123456789",
    ),
    "merge": (r"^<<$", "<"),
}
"""Name of a YAML tag -> what a plain scalar of it looks like, and what it can begin with."""

_DIGITS = 18
"""Of a whole number at most, so that it fits 64 bits wherever it is used."""


def _whole(text: str) -> int:
    if len(text.lstrip("+-0")) > _DIGITS:
        raise ValueError(f"the number has more than {_DIGITS} digits")
    return int(text)


def _number(text: str) -> float:
    value = float(text.replace(".inf", "inf").replace(".nan", "nan"))
    if math.isinf(value) and "inf" not in text.lower():
        raise ValueError("the number is too large; write `.inf` for infinity")
    return value


def _text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        half = f"\\u{ord(text[error.start]):04x}"
        raise ValueError(f"`{half}` is half a character (a surrogate without its pair)") from None
    return text


_VALUES: dict[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: text.lower() == "true",
    "int": _whole,
    "float": lambda text: _number(text.lower()),
}


def _reader(name: str) -> Callable[[str], Any]:
    """Reads what looks like a value of a tag; a `ValueError` says what does not."""
    pattern, value = re.compile(_SCALARS[name][0]), _VALUES[name]

    def read(text: str) -> Any:
        if not pattern.match(text):
            raise ValueError(f"the value is none of `!!{name}`")
        return value(text)

    return read


READERS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": _text,
    **{f"tag:yaml.org,2002:{name}": _reader(name) for name in _VALUES},
}
"""How a scalar of a tag becomes a value; a `ValueError` says why it does not."""


class Dialect(yaml.SafeLoader):
    """PyYAML's safe loader without the booleans, octal numbers and dates of YAML 1.1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


class _Writer(yaml.SafeDumper):
    """Quotes strings that either version of YAML would read otherwise; writes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _quoted(writer: _Writer, text: str) -> yaml.Node:
    """A string; in double quotes, as an escape, where it has what YAML takes for the end of a line
    or of the mark at a file's beginning, and would otherwise write as it is and read as a blank.
    """
    style = '"' if any(mark in text for mark in "\x85\u2028\u2029\ufeff") else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _quoted)
for _name, (_pattern, _first) in _SCALARS.items():
    for _kind in (Dialect, _Writer):
        _kind.add_implicit_resolver(
            f"tag:yaml.org,2002:{_name}",
            re.compile(_pattern),
            [("" if character == "\0" else character) for character in _first],
        )


def write_yaml(values: Any) -> str:
    """Values as YAML text, keys in their order, short lists on one line."""
    text: str = yaml.dump(
        values,
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=None,
    )
    return text
