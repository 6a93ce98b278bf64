"""YAML files become documents.

YAML is read as version 1.2 means it: `no` is a language and not false, `1e-4` is a number. One file
may stand on another (`base: other.yaml`); what it says is merged over what the other says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from hyperadapters.document.dialect import READERS, Dialect
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.errors import ConfigError

__all__ = ["based", "changed", "read_alone", "read_document"]

_LARGEST = 1 << 20
"""Bytes of a file at most."""
_MOST = 50_000
"""Values of a file at most; each alias counts as all that it stands for."""
_DEEPEST = 32
"""Levels of values within each other at most, and of files that stand on each other."""
_SHOWN = 200
"""Characters of a value that a message repeats at most."""
_CONTAINERS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def read_document(path: Path) -> Document:
    """The document in a YAML file, merged over its `base` file if it names one.

    Raises:
        ConfigError: there is no such file, it is no YAML, or its outermost value is no mapping.
            Milder faults are collected in the document.
    """
    return based(read_alone(path), path)


def based(document: Document, path: Path, below: tuple[Path, ...] = ()) -> Document:
    """A part of the file `path` that may itself stand on a `base` file, merged over it.

    Args:
        below: the files that stand on `path`: it may stand on none of them.
    """
    below = (*below, path.resolve())
    base, own = document.values.get("base"), document.without("base")
    if base is None:
        return own
    if not isinstance(base, str) or not (path.parent / base).is_file():
        fault = document.fault(
            ("base",),
            "no such file",
            expected="a YAML file, named from the folder of this one",
            found=str(base),
        )
    elif (path.parent / base).resolve() in below:
        fault = document.fault(("base",), "the file is its own `base`", found=str(base))
    elif len(below) > _DEEPEST:
        fault = document.fault(("base",), f"more than {_DEEPEST} files stand on each other")
    else:
        return own.over(based(read_alone(path.parent / base), path.parent / base, below))
    return replace(own, faults=(*own.faults, fault))


def read_alone(path: Path) -> Document:
    """The document in a YAML file as it stands; `base` is a key like any other.

    Raises:
        ConfigError: there is no such file, it is no YAML, or its outermost value is no mapping.
    """
    node = _composed(_text_of(path), f"`{path}`", str(path))
    reader = _Reader(str(path))
    values = {} if node is None else reader.value(node, (), ())
    if not isinstance(values, dict):
        raise ConfigError(
            f"`{path}` holds no keys",
            where=f"{path}:1",
            expected="`key: value` lines",
            found=repr(values),
        )
    return Document(values, reader.lines, tuple(reader.faults), str(path))


def _text_of(path: Path) -> str:
    """What a file holds, as far as it may be one of ours."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # a `ValueError` is of the path itself
        raise ConfigError(
            f"cannot read `{path}`",
            where=str(path),
            expected="a YAML file",
            found=getattr(error, "strerror", None) or str(error),
            remedy="check the path; it is taken from the folder you are in",
        ) from error
    if len(raw) > _LARGEST:
        raise ConfigError(
            f"`{path}` is too large", where=str(path), expected=f"at most {_LARGEST:,} bytes"
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"`{path}` is not a text file", where=str(path), expected="UTF-8", found=str(error)
        ) from error


def _composed(text: str, what: str, where: str) -> yaml.Node | None:
    """The nodes of some YAML; None where there are none.

    Args:
        what: it is, for messages.
        where: it stands; the line is put behind that of a file.
    """
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=Dialect)
    except RecursionError:
        raise _too_deep(what, where) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # those of numbers in escapes
        mark = getattr(error, "problem_mark", None)
        raise ConfigError(
            f"{what} is not valid YAML",
            where=where if mark is None else f"{where}:{mark.line + 1}",
            found=getattr(error, "problem", None) or str(error),
            cause="a wrong indentation, a missing colon, or a bracket or quote that is not closed",
        ) from error
    return node


def _too_deep(what: str, where: str) -> ConfigError:
    return ConfigError(
        f"{what} is nested too deep",
        where=where,
        expected=f"the few levels that are documented, {_DEEPEST} at most",
    )


class _Reader:
    """Turns the nodes of one file into values, noting lines and faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, str] = {}
        self.faults: list[Fault] = []
        self.read = 0

    def value(self, node: yaml.Node, place: KeyPath, around: tuple[int, ...]) -> Any:
        """The value of a node; `around` are the identities of the nodes that contain it.

        Raises:
            ConfigError: it is nested too deep, or its aliases stand for more than can be meant.
        """
        self.lines[place] = self._line(node)
        if id(node) in around:
            self._fault(node, place, "an alias contains itself")
            return None
        self._bound(node, around)
        around = (*around, id(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if node.tag not in _CONTAINERS:
            self._fault(node, place, f"unknown YAML tag `{node.tag}`")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, around)
        return [self.value(item, (*place, n), around) for n, item in enumerate(node.value)]

    def _bound(self, node: yaml.Node, around: tuple[int, ...]) -> None:
        self.read += 1
        if len(around) > _DEEPEST:
            raise _too_deep(f"a value in `{self.file}`", self._line(node))
        if self.read > _MOST:
            raise ConfigError(
                f"`{self.file}` holds too many values",
                where=self._line(node),
                expected=f"at most {_MOST:,}, each alias counted as what it stands for",
                cause="aliases that stand for lists of aliases",
            )

    def _scalar(self, node: yaml.ScalarNode, place: KeyPath) -> Any:
        read: Callable[[str], Any] | None = READERS.get(node.tag)
        if read is None:
            self._fault(node, place, f"unknown YAML tag `{node.tag}`")
            return None
        try:
            return read(node.value)
        except ValueError as error:
            self._fault(node, place, str(error), found=repr(node.value[:_SHOWN]))
            return None

    def _mapping(self, node: yaml.MappingNode, place: KeyPath, around: tuple[int, ...]) -> Any:
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged.update(self._merge(value_node, place, around))
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, place, "a list or a mapping is no key")
                continue
            key = str(key_node.value)
            if key in values:
                first = self.lines[(*place, key)]
                self._fault(
                    key_node, (*place, key), "the key occurs twice", found=f"the first at {first}"
                )
            self._scalar(key_node, (*place, key))
            values[key] = self.value(value_node, (*place, key), around)
            self.lines[(*place, key)] = self._line(key_node)
        return {**merged, **values}

    def _merge(self, node: yaml.Node, place: KeyPath, around: tuple[int, ...]) -> Mapping[str, Any]:
        """What the mappings behind `<<` say; the first of several counts."""
        found = self.value(node, place, around)
        parts = found if isinstance(found, list) else [found]
        if not all(isinstance(part, dict) for part in parts):
            self._fault(node, (*place, "<<"), "only mappings merge", found=repr(found)[:_SHOWN])
            return {}
        return {key: value for part in reversed(parts) for key, value in part.items()}

    def _line(self, node: yaml.Node) -> str:
        return f"{self.file}:{node.start_mark.line + 1}"

    def _fault(self, node: yaml.Node, place: KeyPath, what: str, found: str | None = None) -> None:
        path = ".".join(map(str, place))
        self.faults.append(Fault(self._line(node), path, what, found=found))


def changed(document: Document, changes: Sequence[str]) -> Document:
    """`document` with changes such as `recipe.steps=50` merged over it, one by one.

    Raises:
        ConfigError: a change without `=` or a value, or whose value is no YAML.
    """
    for change in changes:
        path, _, text = change.partition("=")
        keys, shown = path.split("."), change[:_SHOWN]
        if not path or not text.strip() or not _is_text(path):
            raise ConfigError(
                f"`{shown}` is not a change",
                expected="`path.to.key=value`; `path.to.key=null` takes a key away",
                found=f"`{shown}`",
            )
        if len(keys) > _DEEPEST:
            raise _too_deep(f"the key of `{shown}`", "--set")
        places: KeyPath = tuple(int(key) if key.isdecimal() else key for key in keys)
        lines: dict[KeyPath, str] = {
            place[:depth]: f"--set {shown}"
            for place in (tuple(keys), places)
            for depth in range(1, len(keys) + 1)
        }
        value, faults = _value_of(shown, text, tuple(keys))
        for key in reversed(keys):
            value = {key: value}
        new = Document(value, lines, faults, document.where)
        document = new.over(document.unplaced(*keys))
    return document


def _is_text(path: str) -> bool:
    """Whether some bytes of the command line are UTF-8; others come as halves of characters."""
    return path == path.encode(errors="ignore").decode()


def _value_of(change: str, text: str, place: KeyPath) -> tuple[Any, tuple[Fault, ...]]:
    """What the value of a change stands for, and what is wrong with it."""
    where = f"--set {change}"
    node = _composed(text, f"the value of `{change}`", where)
    reader = _Reader(where)
    value = None if node is None else reader.value(node, place, ())
    return value, tuple(reader.faults)
