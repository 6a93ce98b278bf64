"""Plain values that remember where each of them was written, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hyperadapters.errors import ConfigError

__all__ = ["Document", "Fault", "KeyPath", "check_kind", "raise_faults"]

KeyPath = tuple[str | int, ...]
"""The keys and indices that lead to a value."""

_CHOICES = {
    "backbone": {"path", "name", "architecture"},
    "data": {"format"},
    "method": {"name"},
}
"""Mappings that choose one of several things: one that chooses anew replaces the old one whole."""

_REPLACED = {"batch": "batch_tokens"}
"""Keys that another, said later, takes the place of."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file: its `file:line`, its dotted path, what to say of it."""

    where: str
    path: str
    what: str
    expected: str | None = None
    found: str | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        parts = {"expected": self.expected, "found": self.found, "remedy": self.remedy}
        more = [f"      {label}: {text}" for label, text in parts.items() if text is not None]
        head = f"`{self.path}`: {self.what}" if self.path else self.what
        return "\n".join([f"  {self.where}  {head}", *more])


@dataclass(frozen=True)
class Document:
    """What one or several merged files say.

    Args:
        values: plain mappings, tuples, strings, numbers, booleans, None.
        lines: `file:line` of every value that was written somewhere.
        faults: what is wrong already: duplicate keys, missing base files, ...
        where: the file, for messages.
    """

    values: Any
    lines: Mapping[KeyPath, str]
    faults: tuple[Fault, ...]
    where: str

    def line(self, place: KeyPath) -> str:
        """`file:line` of the value at `place`, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, self.where)

    def fault(self, place: KeyPath, what: str, **more: str | None) -> Fault:
        """A fault of the value at `place`."""
        return Fault(self.line(place), ".".join(map(str, place)), what, **more)

    def at(self, *place: str | int) -> "Document":
        """The part of this document under `place`; it keeps the faults."""
        values = self.values
        for key in place:
            values = values[key]
        depth = len(place)
        lines = {at[depth:]: line for at, line in self.lines.items() if at[:depth] == place}
        return Document(values, lines, self.faults, self.line(place))

    def under(self, *place: str) -> "Document":
        """This document's value set under a place of an otherwise empty one."""
        values = self.values
        for key in reversed(place):
            values = {key: values}
        lines: dict[KeyPath, str] = {(*place, *at): line for at, line in self.lines.items()}
        lines |= {place[:depth]: self.where for depth in range(len(place) + 1)}
        return replace(self, values=values, lines=lines)

    def empty(self) -> "Document":
        """A document of no keys in the same file."""
        return Document({}, {}, (), self.where)

    def with_values(self, **values: object) -> "Document":
        """This document with some of its outermost values exchanged."""
        return replace(self, values={**self.values, **values})

    def without(self, *keys: str) -> "Document":
        """This document without some of its outermost keys."""
        if not isinstance(self.values, dict):
            return self
        return replace(self, values={k: v for k, v in self.values.items() if k not in keys})

    def unplaced(self, *place: str) -> "Document":
        """The same without the lines of what is below a place, which is said anew elsewhere."""
        depth = len(place)
        kept = {at: n for at, n in self.lines.items() if len(at) <= depth or at[:depth] != place}
        return replace(self, lines=kept)

    def over(self, base: "Document") -> "Document":
        """`base` with what this document says merged over it.

        Mappings merge key by key, a list of one mapping as that mapping, a mapping of places into
        the entries of a longer list that stand there (the first is 0), None takes a key away,
        everything else replaces; so do mappings that choose anew (a `data` with another `format`, a
        `backbone`, a `method` with a `name`). What is said later counts: a `batch` of examples
        takes away one of tokens, and a `recipe` its keys from every one of the `phases`.
        """
        return Document(
            _merged(base.values, self.values, ""),
            {**base.lines, **self.lines},
            base.faults + self.faults,
            self.where,
        )


def _merged(base: Any, over: Any, key: str) -> Any:
    if not isinstance(over, dict):
        return over
    if isinstance(base, list) and _are_places(over, base):
        entries = [_merged(e, over.get(str(place), e), key) for place, e in enumerate(base)]
        return [e for place, e in enumerate(entries) if e is not None or str(place) not in over]
    if key == "method" and isinstance(base, str):
        base = {"name": base}
    if isinstance(base, list) and len(base) == 1:
        (base,) = base
    if not isinstance(base, dict) or _chooses_anew(base, over, key):
        base = {}
    base = _reached(base, over)
    new = {name: _merged(base.get(name), value, name) for name, value in over.items()}
    left = {**base, **new}.items()
    return {name: v for name, v in left if v is not None and name not in _replaced(over)}


def _are_places(over: dict[str, Any], base: list[Any]) -> bool:
    """Whether a mapping changes entries of a list that are mappings, and not `labels: {"0": no}`
    that takes the place of `labels: ["0"]`.
    """
    places = {str(place): entry for place, entry in enumerate(base)}
    return bool(over) and all(isinstance(places.get(key), dict) for key in over)


def _replaced(over: dict[str, Any]) -> set[str]:
    """The keys that what is said takes the place of, as long as they are not said beside it."""
    said = {name for name, value in over.items() if value is not None}
    return {_REPLACED[name] for name in said & set(_REPLACED)} - said


def _reached(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` without what would keep a recipe for all phases from one of them."""
    phases, recipe = base.get("phases"), over.get("recipe")
    if not isinstance(phases, dict) or not isinstance(recipe, dict):
        return base
    gone = set(recipe) | _replaced(recipe)
    gone |= {"batch"} if recipe.get("batch_tokens") else set()  # it would take their place
    left = {
        name: {key: value for key, value in changes.items() if key not in gone}
        if isinstance(changes, dict)
        else changes
        for name, changes in phases.items()
    }
    return {**base, "phases": left}


def _chooses_anew(base: dict[str, Any], over: dict[str, Any], key: str) -> bool:
    """Whether `over` names what it chooses; a part of the architecture of `base` is no new one."""
    chosen = _CHOICES.get(key, set()) & set(over)
    return any(
        not (isinstance(over[name], dict) and isinstance(base.get(name), dict)) for name in chosen
    )


def check_kind(document: Document, key: str, what: str, command: str) -> None:
    """Nothing if a file is of the kind that is read.

    Args:
        key: that files of another kind have, and these never.
        what: it is instead.
        command: for that kind.

    Raises:
        ConfigError: it is of that kind.
    """
    if key in document.values:
        raise ConfigError(
            f"`{document.where}` {what}",
            where=document.lines[key,],
            remedy=f"`hyperadapters {command} {document.where}`",
        )


_SHOWN = 20


def raise_faults(faults: Sequence[Fault], where: str) -> None:
    """Nothing if there are no faults.

    Raises:
        ConfigError: all of them, in the order of their places; of very many the first.
    """
    if not faults:
        return
    ordered = sorted(dict.fromkeys(faults), key=lambda fault: _position(fault.where))
    count = "1 fault" if len(ordered) == 1 else f"{len(ordered)} faults"
    lines = [f"{count} in `{where}`", *map(str, ordered[:_SHOWN])]
    rest = [f"  ... and {len(ordered) - _SHOWN} more"] if ordered[_SHOWN:] else []
    raise ConfigError("\n".join([*lines, *rest]))


def _position(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (where, 0)
