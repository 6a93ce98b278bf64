"""What pydantic finds wrong, as faults with their line and the nearest legal key."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.errors import known_names, nearest

__all__ = ["model_faults", "part_faults", "unknown"]

_Error = Mapping[str, Any]

_MOST = 100
"""Faults of one kind that are looked into; a message shows fewer."""
_SHOWN = 200
"""Characters of a value that a message repeats at most."""


def model_faults(kind: type[BaseModel], document: Document) -> list[Fault]:
    """Everything in `document` that does not fit the model `kind`."""
    return part_faults(kind, document, ())


def part_faults(hint: Any, document: Document, place: KeyPath) -> list[Fault]:
    """Everything in the part of `document` at `place` that does not fit the type hint."""
    kind = TypeAdapter[Any](hint)
    try:
        kind.validate_python(document.at(*place).values)
    except ValidationError as error:
        schema = kind.json_schema()  # it names the legal keys
        located = [
            _Located(one, document, schema, place)
            for one in islice(error.errors(include_url=False), _MOST)
            if one["type"] != "default_factory_not_called"  # it follows from another fault
        ]
        return [_TRANSLATIONS.get(at.error["type"], _plain)(document, at) for at in located]
    return []


def unknown(
    document: Document, place: KeyPath, kind: str, name: str, known: Sequence[str]
) -> Fault:
    """The fault of a name that nothing knows."""
    return document.fault(place, f"unknown {kind} `{name}`", **known_names(kind, name, known))


class _Located:
    """An error of pydantic and the place in the document it is about."""

    def __init__(
        self, error: _Error, document: Document, schema: Mapping[str, Any], under: KeyPath
    ) -> None:
        self.error = error
        self.context: Mapping[str, Any] = error.get("ctx", {})
        self.under = under
        self.place = under + _written(error["loc"], document.at(*under).values)
        self.key = str(error["loc"][-1]) if error["loc"] else ""
        self.legal = _keys(schema, schema, error["loc"][:-1])


def _written(location: Sequence[str | int], values: Any) -> KeyPath:
    """`location` without the tags that pydantic puts in for members of unions."""
    place: list[str | int] = []
    for step in location:
        if isinstance(values, dict) and step in values:
            values = values[step]
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            continue
        place.append(step)
    return tuple(place)


def _extra(document: Document, at: _Located) -> Fault:
    return unknown(document, at.place, "key", at.key, at.legal)


def _missing(document: Document, at: _Located) -> Fault:
    if at.key.isdigit():
        values = f"{int(at.key) + 1} values"
        return document.fault(at.place, "the list is too short", expected=values)
    return document.fault(at.place, f"`{at.key}` is missing", remedy=f"add a line `{at.key}: ...`")


def _literal(document: Document, at: _Located) -> Fault:
    return _choice(document, at.place, at.error["input"], at.context["expected"])


def _tag(document: Document, at: _Located) -> Fault:
    place = (*at.place, str(at.context["discriminator"]).strip("'"))
    return _choice(document, place, at.context["tag"], at.context["expected_tags"])


def _no_tag(document: Document, at: _Located) -> Fault:
    key = str(at.context["discriminator"]).strip("'")
    return document.fault(
        at.place, f"`{key}` is missing", remedy=f"add a line `{key}: ...`; it says what this is"
    )


def _choice(document: Document, place: KeyPath, given: object, expected: str) -> Fault:
    legal = re.findall(r"'([^']*)'", expected)
    close = nearest(given, legal) if isinstance(given, str) else None
    return document.fault(
        place,
        "not a legal value",
        expected=f"one of {', '.join(legal)}",
        found=_repeated(given),
        remedy=f"did you mean `{close}`?" if close else None,
    )


def _own_words(document: Document, at: _Located) -> Fault:
    return document.fault(at.place, str(at.context["error"]))


def _plain(document: Document, at: _Located) -> Fault:
    words = str(at.error["msg"]).removeprefix("Input should be ")
    expected = _PLAIN_WORDS.get(at.error["type"], words)
    given = at.error["input"]
    return document.fault(at.place, "not a legal value", expected=expected, found=_repeated(given))


def _repeated(given: object) -> str:
    """A value as a message repeats it."""
    names = isinstance(given, dict) and given
    text = f"a mapping of {', '.join(names)}" if names else repr(given)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


_PLAIN_WORDS = {
    "bool_type": "true or false",
    "dataclass_type": "a mapping",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "sequence_str": "a list",
    "string_too_short": "some text",
    "string_type": "text, in quotes if it looks like a number",
    "tuple_type": "a list",
}
_TRANSLATIONS: Mapping[str, Callable[[Document, _Located], Fault]] = {
    "extra_forbidden": _extra,
    "unexpected_keyword_argument": _extra,
    "missing": _missing,
    "missing_argument": _missing,
    "literal_error": _literal,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _no_tag,
    "value_error": _own_words,
}


def _keys(root: Mapping[str, Any], schema: Any, location: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that a JSON schema allows at a location of pydantic's; none where it cannot tell."""
    schema = _resolved(root, schema)
    for branch in schema.get("anyOf", ()):
        found = _keys(root, branch, location)
        if found:
            return found
    if not location:
        return tuple(schema.get("properties", ()))
    below = _below(schema, location[0])
    return () if below is None else _keys(root, below, location[1:])


def _below(schema: Mapping[str, Any], step: str | int) -> Any:
    tagged = schema.get("discriminator", {}).get("mapping", {})
    if isinstance(step, int):
        return schema.get("items")
    if step in tagged:
        return {"$ref": tagged[step]}
    return schema.get("properties", {}).get(step, schema.get("additionalProperties") or None)


def _resolved(root: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema if isinstance(schema, dict) else {}
