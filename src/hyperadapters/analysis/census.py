"""What a run's corpora hold: sentences, tokens, and how much of them the tokenizer does not know."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hyperadapters.build import Library
from hyperadapters.config import RunFile
from hyperadapters.data.corpora import SPLITS, Example

__all__ = ["MANY_UNKNOWN", "Count", "census"]

MANY_UNKNOWN = 0.2
"""The share of unknown tokens above which a language is hardly seen by the model."""

_AT_ONCE = 256


@dataclass(frozen=True)
class Count:
    """The size of one corpus.

    Args:
        sentences: examples; a pair of parallel sentences is one.
        tokens: of the tokenizer, without special ones.
        unknown: how many of the tokens are its unknown token.
    """

    task: str
    language: str
    split: str
    sentences: int
    tokens: int
    unknown: int

    @property
    def unknown_share(self) -> float:
        """Unknown tokens over tokens, in [0, 1]; 0 without tokens."""
        return self.unknown / self.tokens if self.tokens else 0.0

    @property
    def hardly_seen(self) -> bool:
        """Whether too much of the text is unknown to the tokenizer."""
        return self.unknown_share > MANY_UNKNOWN


def census(run: RunFile, library: Library, tokenizer: Any) -> Iterator[Count]:
    """The size of every corpus that a run reads, in the order of its tasks, one after the other.

    A pair that is trained on must have a `train` split; `dev` and `test` are counted where they exist.

    Raises:
        DataError: a corpus to train on is missing, or one is broken.
    """
    for task in run.tasks:
        cells = [run.train, run.evaluate, run.select, run.pretrain.train if run.pretrain else {}]
        trained = {*run.train.get(task, ()), *cells[-1].get(task, ())}
        for language in dict.fromkeys(name for cell in cells for name in cell.get(task, ())):
            for split in SPLITS:
                needed = split == "train" and language in trained
                if needed or library.has(task, language, split):
                    examples = library.corpus(task, language, split).examples
                    tokens, unknown = _tokens(examples, tokenizer)
                    yield Count(task, language, split, len(examples), tokens, unknown)


def _tokens(examples: Sequence[Example], tokenizer: Any) -> tuple[int, int]:
    tokens = unknown = 0
    for texts in _blocks(example.text for example in examples):
        for ids in tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]:
            tokens += len(ids)
            unknown += ids.count(tokenizer.unk_token_id)
    return tokens, unknown


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(texts)
    while block := list(islice(rest, _AT_ONCE)):
        yield block
