"""Which sentences of a data root are for dev or test: no text to train on may hold one of them."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from hyperadapters.data.formats.text import read_lines

__all__ = ["held_out", "key"]

_HELD = re.compile(
    r"(?:^|[-_./])(?:dev|test|val|valid|validation|private)(?:[-_./]|$)", re.IGNORECASE
)
_SUFFIXES = {".conllu", ".iob2", ".tsv", ".txt", ".csv", ".json", ".jsonl"}
_BYTES = 8
_PREFIX = re.compile(r"^[a-z]{2,3}:")


def key(text: str) -> int:
    """64 bits of a sentence; case and white space do not count, since files differ in how they
    split words.
    """
    squeezed = "".join(text.split()).casefold().encode()
    return int.from_bytes(hashlib.blake2b(squeezed, digest_size=_BYTES).digest(), "big")


@lru_cache(maxsize=4)
def held_out(root: Path) -> frozenset[int]:
    """The keys of every sentence in a file under `root` that is named dev, test, val(id(ation)) or
    private.

    Whatever could be a sentence counts as one: lines, cells, the words of a column between two
    blank lines, strings of JSON. Read once per process (seconds for 100 MB).
    """
    found: set[int] = set()
    for path in sorted(root.rglob("*")):
        if path.suffix in _SUFFIXES and _HELD.search(path.relative_to(root).as_posix()):
            found.update(map(key, _sentences(path)))
    return frozenset(found)


def _sentences(path: Path) -> Iterator[str]:
    lines = read_lines(path)
    if path.suffix in (".json", ".jsonl"):
        yield from _strings_of_file(lines)
        return
    if path.suffix == ".csv":
        yield from (cell for row in csv.reader(lines) for cell in row)
        return
    numbered = path.suffix in (".conllu", ".iob2")
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield from _numbered(block) if numbered else _block(block)
            block = []


def _numbered(block: list[str]) -> Iterator[str]:
    """The text of the comment and the words (second column) of one sentence of CoNLL-U or .iob2."""
    rows = [line.split("\t", 2) for line in block if not line.startswith("#")]
    yield "".join(row[1] for row in rows if len(row) > 1 and row[0].isdecimal())
    yield from (line[9:] for line in block if line.startswith("# text = "))


def _block(block: list[str]) -> Iterator[str]:
    """Lines and cells; the words of the first column too, where a block may be columns."""
    tabs = "\t" in block[0]
    rows = [line.split("\t" if tabs else " ") for line in block]
    if len(rows[0]) in (2, 3) and all(len(row) == len(rows[0]) for row in rows):
        yield "".join(row[0] for row in rows)
        yield "".join(_PREFIX.sub("", row[0]) for row in rows)
    if not tabs:
        yield from block
    elif any(" " in cell for row in rows for cell in row):
        yield from (cell for row in rows for cell in row)


def _strings_of_file(lines: list[str]) -> Iterator[str]:
    try:
        yield from _strings(json.loads("\n".join(lines)))
    except json.JSONDecodeError:
        for line in lines:
            if line.strip():
                yield from _strings(json.loads(line))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        inner: Iterable[object] = value.values() if isinstance(value, dict) else value
        for part in inner:
            yield from _strings(part)
