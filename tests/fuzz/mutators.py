"""Damage of files: bytes, lines and cells, values of JSON and of YAML, tensors of safetensors.

Each mutator takes the bytes of a valid file and a generator of random numbers, and returns other
bytes, or `None` where it has nothing to change.
"""

import json
import math
import re
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import yaml
from safetensors import SafetensorError
from safetensors.numpy import load, save

__all__ = ["MUTATORS", "Mutator", "mutant", "mutators_of"]

Mutator = Callable[[bytes, Random], bytes | None]

_BLANKS = ["\u00a0", "\u2028", "\u2029", "\u200b", "\ufeff", "\u3000", "\u0085", "\x1c", "\v", "\t"]
_CONTROLS = ["\x00", "\x07", "\x08", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\u009b1m", "\u202e", "\r"]
_WORDS = ["[SEP]", "[PAD]", "[MASK]", "<s>", "</s>", "_", "-", "O", "O ", "B-", "-DOCSTART-", "#"]
_LONG = ["a" * 5_000, "\u0301" * 3_000, "9" * 5_000]
_CELLS = ["", " ", "0", "-1", "1.5", "1e9", "1-", "x" * 300, "\u200b", "\ufe0f", *_WORDS, *_LONG]
_VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        [],
        {},
        "",
        " ",
        "x",
        "en",
        "../..",
        "~",
        "~nouser/x",
        "a\x00b",
        "[",
        "**",
    ),
    *(0, 1, -1, 1.5, -0.0, 2**31, 2**63, -(2**63), 10**30, 1e308, math.nan, math.inf, -math.inf),
    *(
        [None],
        [[]],
        [1, "x"],
        {"x": 1},
        {"": None},
        ["en", "en"],
        "\ud800",
        "\x1b[31m",
        "1e5",
        "$x",
    ),
]
"""What a value of JSON or YAML may become."""


# Bytes ------------------------------------------------------------------------------------------


def _flip(data: bytes, rng: Random) -> bytes | None:
    if not data:
        return None
    place, bit = rng.randrange(len(data)), rng.randrange(8)
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def _cut(data: bytes, rng: Random) -> bytes | None:
    return data[: rng.randrange(len(data))] if data else None


def _emptied(data: bytes, rng: Random) -> bytes:
    return b""


def _span(data: bytes, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice([1, 2, 4, 8, 16, 64]))


def _dropped(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _doubled(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:]


def _zeroed(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + bytes(end - start) + data[end:]


def _inserted(data: bytes, rng: Random) -> bytes:
    start, _ = _span(data, rng)
    return data[:start] + rng.randbytes(rng.choice([1, 2, 5])) + data[start:]


def _more(data: bytes, rng: Random) -> bytes:
    return data + rng.choice([b"\x00", b"\n", b"}", b"\xff", b" ", data[:40], data])


def _mark(data: bytes, rng: Random) -> bytes:
    return b"\xef\xbb\xbf" + data


# Text -------------------------------------------------------------------------------------------


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _encoded(data: bytes, rng: Random) -> bytes | None:
    text = _text(data)
    name = rng.choice(["utf-16", "utf-8-sig", "latin-1", "utf-32", "cp1252"])
    return None if text is None else text.encode(name, errors="replace")


def _ends(data: bytes, rng: Random) -> bytes:
    return data.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\n", b"\n \n", b"\x0b", b"\x85"]))


def _put(data: bytes, rng: Random) -> bytes | None:
    """Something unusual between two characters."""
    text = _text(data)
    if text is None:
        return None
    place = rng.randrange(len(text) + 1)
    odd = rng.choice(
        [*_BLANKS, *_CONTROLS, *_WORDS, *_LONG, " ", "\n", "\t", '"', "'", "\\", "{", ":"]
    )
    return (text[:place] + odd + text[place:]).encode()


def _on_lines(change: Callable[[list[str], int, Random], None]) -> Mutator:
    """A change of the lines of a text; it is told the number of one of them."""

    def changed(data: bytes, rng: Random) -> bytes | None:
        text = _text(data)
        if not text:
            return None
        lines = text.split("\n")
        change(lines, rng.randrange(len(lines)), rng)
        return "\n".join(lines).encode()

    changed.__name__ = change.__name__
    return changed


def _drop_line(lines: list[str], at: int, rng: Random) -> None:
    del lines[at]


def _double_line(lines: list[str], at: int, rng: Random) -> None:
    lines.insert(at, lines[at])


def _move_line(lines: list[str], at: int, rng: Random) -> None:
    lines.insert(rng.randrange(len(lines)), lines.pop(at))


def _empty_line(lines: list[str], at: int, rng: Random) -> None:
    lines.insert(at, rng.choice(["", " ", "\t", *_BLANKS]))


def _join_lines(lines: list[str], at: int, rng: Random) -> None:
    lines[at : at + 2] = [rng.choice(["", " ", "\t"]).join(lines[at : at + 2])]


def _indent(lines: list[str], at: int, rng: Random) -> None:
    lines[at] = rng.choice([" ", "  ", "\t", "- ", "# ", "*x ", "&x ", "? "]) + lines[at]


def _trail(lines: list[str], at: int, rng: Random) -> None:
    lines[at] += rng.choice([" ", "\t", "\r", ":", " #", ",", "\t_", " O", *_BLANKS, *_CONTROLS])


def _on_cells(lines: list[str], at: int, rng: Random) -> None:
    """A cell of a line is emptied, dropped, doubled, put elsewhere or filled with other text."""
    mark = "\t" if "\t" in lines[at] else rng.choice([" ", ",", ":", "\t"])
    cells = lines[at].split(mark)
    place = rng.randrange(len(cells))
    kind = rng.randrange(6)
    if kind < 2:
        cells[place] = rng.choice(_CELLS)
    elif kind == 2:
        del cells[place]
    elif kind == 3:
        cells.insert(place, cells[place])
    elif kind == 4:
        cells.insert(rng.randrange(len(cells)), cells.pop(place))
    else:
        mark = rng.choice(["\t", " ", "  ", "\t\t", ",", "\u00a0"])
    lines[at] = mark.join(cells)


# Values -----------------------------------------------------------------------------------------


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside another, and of itself."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, one in inner for place in _places(one, (*path, key)))]


def _at(value: Any, path: Sequence[Any]) -> Any:
    for step in path:
        value = value[step]
    return value


def _other(value: Any, rng: Random) -> Any:
    """Another value, often a near one."""
    near: list[Any] = [[value], {"x": value}, str(value), [value, value]]
    if isinstance(value, bool):
        near += [not value, int(value)]
    elif isinstance(value, int | float):
        near += [-value, value + 1, value - 1, float(value), value * 10**12, value + 0.5]
    elif isinstance(value, str):
        near += [value + " ", value.upper(), value[1:], value[:-1], value + "\ud800", value * 2]
        near += [
            value + rng.choice(_CONTROLS),
            value + rng.choice(_BLANKS),
            value.replace("a", "á"),
        ]
    elif isinstance(value, list):
        near += [value[1:], value + value, value[::-1], dict.fromkeys(map(str, value))]
    elif isinstance(value, dict):
        near += [list(value), list(value.values()), {}, dict(list(value.items())[1:])]
    return rng.choice([rng.choice(near), rng.choice(_VALUES)])


_DEEP = "a deep place"
"""Stands for many lists in lists until values are text."""


def _dug(text: str, rng: Random) -> str:
    depth = rng.choice([20, 200, 2_000, 20_000])
    mark, end = rng.choice([("[", "]"), ('{"a":', "}")])
    deep = mark * depth + "1" + end * depth
    return text.replace(f'"{_DEEP}"', deep).replace(_DEEP, deep)


def _changed(values: Any, rng: Random) -> Any:
    """The same values with one replaced, dropped, renamed, added or nested."""
    path = rng.choice(_places(values))
    if not path:
        return rng.choice([_other(values, rng), _DEEP])
    around, key = _at(values, path[:-1]), path[-1]
    kind = rng.randrange(10)
    if kind < 6:
        around[key] = _other(around[key], rng)
    elif kind == 6:
        del around[key]
    elif kind == 7 and isinstance(around, dict):
        named = rng.choice([f"{key}s", "", "x", str(key).upper(), "<<", "\ud800", "\x1b[31m", "1"])
        around[named] = around.pop(key)
    elif kind == 8 and isinstance(around, dict):
        around[rng.choice(["x", "name", "<<", "kind", "seed", ""])] = rng.choice(_VALUES)
    elif kind == 9:
        around[key] = _DEEP
    return values


def _as_json(values: Any, rng: Random) -> str:
    """Text of JSON; now and then with a key twice, or a number of thousands of digits."""
    text = _dug(json.dumps(values, ensure_ascii=True, indent=rng.choice([None, 1])), rng)
    if rng.random() < 0.1:
        return re.sub(r"\d+", lambda found: found[0] + "0" * 5_000, text, count=1)
    if rng.random() < 0.1:
        return re.sub(r'("\w+": )', r"\1null, \1", text, count=rng.randrange(1, 5))
    return text


def _json(data: bytes, rng: Random) -> bytes | None:
    try:
        values = json.loads(data)
    except ValueError:
        return None
    return _as_json(_changed(values, rng), rng).encode()


def _json_line(data: bytes, rng: Random) -> bytes | None:
    text = _text(data)
    if not text:
        return None
    lines = text.splitlines()
    at = rng.randrange(len(lines))
    changed = _json(lines[at].encode(), rng)
    if changed is None:
        return None
    lines[at] = " ".join(changed.decode().split())
    return ("\n".join(lines) + "\n").encode()


def _yaml(data: bytes, rng: Random) -> bytes | None:
    try:
        values = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    values = _changed(values, rng)
    if rng.random() < 0.3:
        return _as_json(values, rng).encode()
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return _dug(text, rng).encode(errors="surrogatepass")


_TAGS = [
    *(
        "!!int x",
        "!!float x",
        "!!bool 3",
        "!!null x",
        "!!timestamp x",
        "!!binary x",
        "!!set {a, b}",
    ),
    *("!!python/tuple [1]", "!x y", "!!int 0x10", "!!str", "&a [*a]", "*nobody", "&a x", "<<: 3"),
    *("{<<: 3}", "{<<: [1, {a: 1}]}", "{? [1] : 2}", "{a: 1, a: 2}", "|\n  text", ">-\n  x", "'"),
    *("0o17", "0x1F", "1_000", "1:30", "yes", "2024-01-01", ".inf", "-.inf", ".nan", "1e400"),
    *("9" * 5_000, "[" * 200, "{" * 50 + "}" * 50, "[" * 900 + "]" * 900, '"\\ud800"', '"\\0"'),
]


def _yaml_value(lines: list[str], at: int, rng: Random) -> None:
    """The value of a line of YAML, as text."""
    key, colon, _ = lines[at].rpartition(":")
    lines[at] = f"{key}{colon} {rng.choice(_TAGS)}"


# Tensors ----------------------------------------------------------------------------------------


def _safetensors(data: bytes, rng: Random) -> bytes | None:
    """The header changed, its length put right."""
    try:
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
    except (struct.error, ValueError):
        return None
    text = _as_json(_changed(header, rng), rng).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def _tensor(data: bytes, rng: Random) -> bytes | None:
    """The numbers of one tensor changed, or of all; the file stays a valid one."""
    try:
        tensors = load(data)
    except SafetensorError:
        return None
    name = rng.choice(sorted(tensors))
    chosen = sorted(tensors) if rng.random() < 0.2 else [name]
    kind = rng.randrange(8)
    for one in chosen:
        tensors[one] = _numbers(tensors[one], kind, rng)
    if kind == 6:
        del tensors[name]
    elif kind == 7:
        tensors[f"{name}x"] = tensors.pop(name)
    return save(tensors)


def _numbers(tensor: Any, kind: int, rng: Random) -> Any:
    if kind == 0 and tensor.dtype.kind == "f":
        return np.full_like(tensor, rng.choice([np.nan, np.inf, -np.inf, 0, 3e38]))
    if kind == 1:
        return tensor.astype(rng.choice(["int32", "float64", "float16", "uint8", "bool"]))
    if kind == 2:
        return np.concatenate([tensor.ravel(), tensor.ravel()])
    if kind == 3:
        return tensor.ravel()
    if kind == 4:
        return tensor[:0] if tensor.ndim else tensor
    if kind == 5 and tensor.size:
        changed = bytearray(tensor.tobytes())
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        return np.frombuffer(bytes(changed), tensor.dtype).reshape(tensor.shape)
    return tensor


_BYTES: tuple[Mutator, ...] = (
    *(_flip, _cut, _emptied, _dropped, _doubled, _zeroed, _inserted, _more, _mark),
)
_LINES: tuple[Mutator, ...] = (
    *(_encoded, _ends, _put, _put),
    *map(
        _on_lines,
        (_drop_line, _double_line, _move_line, _empty_line, _join_lines, _indent, _trail),
    ),
)
_CELL = _on_lines(_on_cells)
_YAML_VALUE = _on_lines(_yaml_value)
MUTATORS: dict[str, tuple[tuple[Mutator, ...], ...]] = {
    "text": (_BYTES, _LINES, _LINES, (_CELL,)),
    ".xml": (_BYTES, _LINES),
    ".json": (_BYTES, _LINES, (_json,), (_json,)),
    ".jsonl": (_BYTES, _LINES, (_json_line,), (_json_line,)),
    ".yaml": (_BYTES, _LINES, (_yaml,), (_yaml,), (_YAML_VALUE,), (_CELL,)),
    ".safetensors": (_BYTES, (_safetensors,), (_tensor,)),
}
"""By suffix, groups of mutators: a group is drawn, then one of it."""


def mutators_of(name: str) -> tuple[tuple[Mutator, ...], ...]:
    """The groups of mutators for a file; `pairs.json` of a corpus has an object per line."""
    if name.startswith("data/") and name.endswith(".json"):
        return MUTATORS[".jsonl"]
    return MUTATORS.get(Path(name).suffix, MUTATORS["text"])


_LEFT = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
    yaml.YAMLError,
)


def mutant(name: str, data: bytes, rng: Random) -> tuple[bytes, str]:
    """Other bytes than those of a file, and which mutators made them: one, or now and then two."""
    wanted = 2 if rng.random() < 0.15 else 1
    changed, said = data, list[str]()
    while len(said) < wanted or changed == data:
        chosen = rng.choice(rng.choice(mutators_of(name)))
        try:
            found = chosen(changed, rng)
        except _LEFT:  # what the first one left is no file of its kind any more
            found = None
        if found is not None and found != changed:
            changed = found
            said.append(getattr(chosen, "__name__", "").strip("_"))
    return changed, " + ".join(said)
