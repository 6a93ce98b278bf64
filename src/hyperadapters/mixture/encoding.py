"""From the text of a corpus to encoded examples, which stay on disk where they are many."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, final

from hyperadapters.data import Corpus
from hyperadapters.examples import Example
from hyperadapters.machine.cache import Cache, digest_of
from hyperadapters.machine.code import code, code_of
from hyperadapters.mixture.stored import load_part, save_part
from hyperadapters.mixture.workers import ALL_CORES, Workers, each_of
from hyperadapters.tasks import Encoded, Task
from hyperadapters.tasks.packed import Packed, Part, pack
from hyperadapters.tasks.settled import settled

__all__ = ["PART", "Encoding", "Shown", "encoded"]

PART = 65_536
"""Examples of text that become one part."""
_CHARACTERS = 16 * 2**20
"""Characters of their text, about, after which a part ends early."""

Shown = Callable[[int, int], None]
"""Is told how many examples of all are encoded."""


@final
@dataclass(frozen=True)
class Encoding:
    """Encoded examples of a corpus.

    Args:
        examples: those that the task admits.
        checksum: of them.
        counts: how many are `left_out` because the task does not admit them and how many are `cut`,
            and how many words are `unread`.
    """

    examples: Packed
    checksum: str
    counts: Mapping[str, int]


@final
@dataclass(frozen=True)
class _Encoder:
    """Encodes text of one task.

    Args:
        length: tokens of an example at most.
    """

    task: Task
    tokenizer: Any
    length: int

    def part(self, examples: Sequence[Example], counts: Counter[str]) -> Part:
        """Examples as a part; what of them is not read is counted, and the others."""
        every = chain.from_iterable(self.task.windows(self.tokenizer, examples, self.length))
        return pack(_counted(self.task, every, counts))

    def write(
        self, folder: Path, numbered: tuple[int, Sequence[Example]]
    ) -> tuple[int, Counter[str]]:
        """Writes a part into a folder, unless the task admits none of its examples; how many it is
        of, and what was counted.
        """
        number, examples = numbered
        counts = Counter[str]()
        part = self.part(examples, counts)
        if len(part.uncut):
            save_part(part, folder / f"{number:06}.arrow")
        return len(examples), counts


def encoded(
    task: Task,
    tokenizer: Any,
    corpus: Corpus,
    length: int,
    cache: Cache,
    *,
    shown: Shown = lambda done, of: None,
    workers: Workers = ALL_CORES,
) -> Encoding:
    """The examples of a corpus as a task encodes them, the same from memory and from disk.

    A corpus that is held is encoded in memory. Of one that is not, the examples are files in the
    cache, made once for all processes and all starts.

    Args:
        length: tokens of an example at most.
        shown: is told how far it is.
        workers: who encodes what is much.

    Raises:
        DataError: an example does not fit the task.
        BackboneError: the tokenizer does not.
    """
    encoder, told = _Encoder(task, tokenizer, length), settled(task)
    if not (corpus.digest and told):
        counts = Counter[str]()
        packed = Packed((encoder.part(corpus.examples, counts),))
        return Encoding(packed, packed.checksum(), counts)
    key = {
        "code": [code(), code_of(type(task))],
        "corpus": corpus.digest,
        "task": told,
        "length": length,
        "tokenizer": _digest_of_tokenizer(tokenizer),
    }
    what = f"{task.name}/{corpus.route}, at most {length} tokens"
    make = partial(_write, encoder, corpus, shown, workers)
    entry = cache.entry("examples", key, what, make)
    files = sorted(entry.folder.glob("*.arrow"))
    parts = tuple(map(load_part, files))
    return Encoding(Packed(parts), entry.values["checksum"], entry.values["counts"])


def _write(
    encoder: _Encoder, corpus: Corpus, shown: Shown, workers: Workers, folder: Path
) -> dict[str, Any]:
    done, counts = 0, Counter[str]()
    numbered = enumerate(_parts(corpus.examples))
    for number, own in each_of(numbered, partial(encoder.write, folder), workers):
        done += number
        counts.update(own)
        shown(done, len(corpus))
    packed = Packed([load_part(file) for file in sorted(folder.glob("*.arrow"))])
    return {"checksum": packed.checksum(), "counts": dict(counts), "examples": len(packed)}


def _parts(examples: Iterable[Example]) -> Iterator[list[Example]]:
    part, characters = list[Example](), 0
    for example in examples:
        part.append(example)
        characters += sum(map(len, example.texts))
        if len(part) == PART or characters >= _CHARACTERS:
            yield part
            part, characters = [], 0
    if part:
        yield part


def _counted(task: Task, every: Iterable[Encoded], counts: Counter[str]) -> Iterator[Encoded]:
    """The examples that a task admits; what of them is not read is counted, and the others."""
    for example in every:
        if not task.admits(example):
            counts["left_out"] += 1
            continue
        counts["cut"] += not (example.uncut and example.target_uncut)
        counts["unread"] += task.unread(example)
        yield example


def _digest_of_tokenizer(tokenizer: Any) -> str:
    """Of its whole vocabulary and rules, and of its special tokens; how it was last told to cut or
    pad is no part of it.
    """
    backend = json.loads(tokenizer.backend_tokenizer.to_str())
    rules = {
        name: value for name, value in backend.items() if name not in ("truncation", "padding")
    }
    own = {name: str(token) for name, token in tokenizer.special_tokens_map.items()}
    return digest_of([type(tokenizer).__name__, rules, own, tokenizer.padding_side])
