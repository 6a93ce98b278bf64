"""YAML files become documents.

YAML is read as version 1.2 means it: `no` is a language and not false, `1e-4` is a number. One file
may stand on another (`base: other.yaml`); what it says is merged over what the other says.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from hyperadapters.document.dialect import READERS, Dialect
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.errors import ConfigError

__all__ = ["based", "changed", "read_alone", "read_document"]


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
    else:
        return own.over(based(read_alone(path.parent / base), path.parent / base, below))
    return replace(own, faults=(*own.faults, fault))


def read_alone(path: Path) -> Document:
    """The document in a YAML file as it stands; `base` is a key like any other.

    Raises:
        ConfigError: there is no such file, it is no YAML, or its outermost value is no mapping.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=Dialect)
    except OSError as error:
        raise ConfigError(
            f"cannot read `{path}`",
            where=str(path),
            expected="a YAML file",
            found=error.strerror or str(error),
            remedy="check the path; it is taken from the folder you are in",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"`{path}` is not a text file", where=str(path), expected="UTF-8", found=str(error)
        ) from error
    except yaml.YAMLError as error:
        raise _syntax_fault(path, error) from error
    except RecursionError:
        raise ConfigError(
            f"`{path}` is nested too deep", where=str(path), expected="a few levels, as documented"
        ) from None
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


def _syntax_fault(path: Path, error: yaml.YAMLError) -> ConfigError:
    mark = getattr(error, "problem_mark", None)
    where = str(path) if mark is None else f"{path}:{mark.line + 1}"
    return ConfigError(
        f"`{path}` is not valid YAML",
        where=where,
        found=getattr(error, "problem", None) or str(error),
        cause="a wrong indentation, a missing colon, or a bracket or quote that is not closed",
    )


class _Reader:
    """Turns the nodes of one file into values, noting lines and faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, str] = {}
        self.faults: list[Fault] = []

    def value(self, node: yaml.Node, place: KeyPath, around: tuple[int, ...]) -> Any:
        """The value of a node; `around` are the identities of the nodes that contain it."""
        self.lines[place] = self._line(node)
        if id(node) in around:
            self._fault(node, place, "an alias contains itself")
            return None
        around = (*around, id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, around)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, n), around) for n, item in enumerate(node.value)]
        read: Callable[[str], Any] | None = READERS.get(node.tag)
        if read is None:
            self._fault(node, place, f"unknown YAML tag `{node.tag}`")
            return None
        return read(node.value)

    def _mapping(self, node: yaml.MappingNode, place: KeyPath, around: tuple[int, ...]) -> Any:
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                parts = self.value(value_node, place, around)
                for part in reversed(parts if isinstance(parts, list) else [parts]):
                    merged.update(part if isinstance(part, dict) else {})
                continue
            key = str(key_node.value)
            if key in values:
                first = self.lines[(*place, key)]
                self._fault(
                    key_node, (*place, key), "the key occurs twice", found=f"the first at {first}"
                )
            values[key] = self.value(value_node, (*place, key), around)
            self.lines[(*place, key)] = self._line(key_node)
        return {**merged, **values}

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
        if not path or not text.strip():
            raise ConfigError(
                f"`{change}` is not a change",
                expected="`path.to.key=value`; `path.to.key=null` takes a key away",
                found=f"`{change}`",
            )
        keys = path.split(".")
        lines: dict[KeyPath, str] = {
            tuple(keys[:depth]): f"--set {change}" for depth in range(1, len(keys) + 1)
        }
        value, faults = _value_of(change, text, tuple(keys))
        for key in reversed(keys):
            value = {key: value}
        new = Document(value, lines, faults, document.where)
        document = new.over(document.unplaced(*keys))
    return document


def _value_of(change: str, text: str, place: KeyPath) -> tuple[Any, tuple[Fault, ...]]:
    """What the value of a change stands for, and what is wrong with it."""
    try:
        node = yaml.compose(text, Loader=Dialect)
    except yaml.YAMLError as error:
        raise ConfigError(
            f"the value of `{change}` is not valid YAML", found=getattr(error, "problem", None)
        ) from error
    reader = _Reader(f"--set {change}")
    value = None if node is None else reader.value(node, place, ())
    return value, tuple(reader.faults)
