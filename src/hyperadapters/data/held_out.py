"""Which sentences of a data root are for dev or test: no text to train on may hold one of them."""

import codecs
import csv
import hashlib
import json
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tokenizers.normalizers import NFKC

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.formats.text import read_lines
from hyperadapters.examples import Example

__all__ = [
    "apart",
    "digest_of_keys",
    "held_out",
    "key",
    "keys_of",
    "side_of",
    "split_of",
    "without",
]

_HELD = re.compile(
    r"(?:^|[-_./])(?:dev|test|devtest|val|valid|validation|private)(?:[-_./]|$)", re.IGNORECASE
)
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_LONG = 5000
"""Characters of a text."""
_BYTES = 8
_PREFIX = re.compile(r"^[a-z]{2,3}:")


def key(text: str) -> int:
    """64 bits of a sentence. What files treat differently and tokenizers read alike does not count:
    case, white space, the Unicode form (NFKC is taken), and marks that are not seen (U+200B).
    """
    return next(iter(_keys((text,))))


def split_of(text_key: int, parts: int = 20) -> str:
    """The split of a text by its key: of so many equal parts one is `dev`, one `test`, the others
    `train`; of 20 therefore 5% each.
    """
    return {0: "dev", 1: "test"}.get(text_key % parts, "train")


def side_of(languages: tuple[str, str], anchor: str) -> int:
    """Which side of a pair chooses its split: the anchor's, else that first by alphabet."""
    return languages.index(anchor if anchor in languages else min(languages))


def keys_of(corpora: Iterable[Corpus]) -> frozenset[int]:
    """The keys of all texts, of pairs those of both sides."""
    return frozenset(
        _keys(text for corpus in corpora for one in corpus.examples for text in one.texts)
    )


def without(corpus: Corpus, held: frozenset[int]) -> Corpus:
    """A corpus without the examples that have a text among the keys `held`."""
    kept = [one for one in corpus.examples if apart(one, held)]
    return replace(corpus, examples=kept, left_out=len(corpus) - len(kept))


def apart(example: Example, held: frozenset[int]) -> bool:
    """Whether an example has no text among the keys `held`."""
    return not held or held.isdisjoint(_keys(example.texts))


def digest_of_keys(keys: frozenset[int]) -> str:
    """A checksum of a set of keys."""
    numbers = array("Q", sorted(keys))
    return hashlib.sha256(numbers.tobytes()).hexdigest()


def _keys(texts: Iterable[str]) -> Iterator[int]:
    # one loop, no call per text: a data root has a million
    blake2b, number = hashlib.blake2b, int.from_bytes
    for text in texts:
        plain = text if text.isascii() else _plainly(text)
        squeezed = "".join(plain.split()).casefold().encode()
        yield number(blake2b(squeezed, digest_size=_BYTES).digest(), "big")


def _plainly(text: str) -> str:
    """A text in NFKC, without marks that are not seen."""
    seen = _UNSEEN.sub("", text)
    if len(seen) < _LONG:
        return unicodedata.normalize("NFKC", seen)
    # The time of Python's own may grow faster than a text.
    return NFKC().normalize_str(seen)


@lru_cache(maxsize=4)
def held_out(root: Path) -> frozenset[int]:
    """The keys of every sentence in files under `root` named dev, test, devtest, val(id(ation)) or
    private.

    Whatever could be a sentence counts as one: lines, cells, the words of a column between two
    blank lines, strings of JSON. Read once per process (seconds for 100 MB). A file of an unknown
    kind (`dev.de`, `README`) counts by its lines if it is text in UTF-8; a packed one does not.
    """
    found: set[int] = set()
    for path in sorted(root.rglob("*")):
        if path.is_file() and _HELD.search(path.relative_to(root).as_posix()):
            found.update(_keys(_read(path)))
    return frozenset(found)


def _read(path: Path) -> Iterable[str]:
    if path.suffix in _READERS:
        return _READERS[path.suffix](read_lines(path))
    return _plain(read_lines(path)) if _is_text(path) else ()


def _is_text(path: Path) -> bool:
    """Whether a file begins as UTF-8 does, and not as an archive or a picture."""
    with path.open("rb") as file:
        block = file.read(4096)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(block)
    except UnicodeDecodeError:
        return False
    return b"\0" not in block


def _cells(lines: list[str]) -> Iterator[str]:
    """Every line and every cell of comma-separated values."""
    yield from lines
    try:
        yield from (cell for row in csv.reader(lines) for cell in row)
    except csv.Error:  # a stray quote: the lines have to do
        return


def _numbered(lines: list[str]) -> Iterator[str]:
    """The texts of comments, and the words (second column) between blank lines: CoNLL-U, .iob2."""
    words: list[str] = []
    for line in [*lines, ""]:
        if line.startswith("# text = "):
            yield line[9:]
        elif not line.strip():
            yield "".join(words)
            words = []
        elif not line.startswith("#"):
            number, _, rest = line.partition("\t")
            if number.isdecimal():
                words.append(rest.partition("\t")[0])


def _plain(lines: list[str]) -> Iterator[str]:
    """Lines and their cells; the words of the first column too, where a block may be columns."""
    block: list[list[str]] = []
    for line in [*lines, ""]:
        if line.strip():
            cells = line.split("\t")
            yield from cells
            block.append(cells if len(cells) > 1 else line.split(" "))
            continue
        if block and len(block[0]) in (2, 3) and len(set(map(len, block))) == 1:
            yield "".join(row[0] for row in block)
            yield "".join(_PREFIX.sub("", row[0]) for row in block)
        block = []


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or numbers and nesting without end
        return text


def _strings(lines: list[str]) -> Iterator[str]:
    """Every string of a JSON file, or of one value per line; lines that are no JSON as they are."""
    whole = "\n".join(lines)
    waiting = [_value(whole)]
    if waiting == [whole]:
        waiting = [_value(line) for line in lines]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):  # half a character, which JSON can escape, has no bytes
            yield value.encode(errors="replace").decode()
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


_READERS: Mapping[str, Callable[[list[str]], Iterator[str]]] = {
    ".conllu": _numbered,
    ".iob2": _numbered,
    ".tsv": _plain,
    ".txt": _plain,
    ".csv": _cells,
    ".json": _strings,
    ".jsonl": _strings,
}
