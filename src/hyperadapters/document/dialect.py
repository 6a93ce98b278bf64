"""The YAML of run files: version 1.2's plain scalars, safely read, written to read back alike."""

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

READERS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": lambda text: float(
        text.replace(".inf", "inf").replace(".nan", "nan")
    ),
}
"""How a scalar of a tag becomes a value."""


class Dialect(yaml.SafeLoader):
    """PyYAML's safe loader without the booleans, octal numbers and dates of YAML 1.1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


class _Writer(yaml.SafeDumper):
    """Quotes strings that either version of YAML would read otherwise; writes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


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
