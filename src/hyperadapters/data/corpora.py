"""Corpora as values: the examples of a task, a language and a split, and where they came from."""

from collections.abc import Sequence
from dataclasses import dataclass

from hyperadapters.examples import Example

__all__ = ["SPLITS", "Corpus"]

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Corpus:
    """The examples of a task, a language and a split (`train`, `dev` or `test`).

    Args:
        source: where they came from, for messages: a file, or the name of a built-in set.
        left_out: examples that the source has and that are not among these, because they are
            scored.
    """

    task: str
    language: str
    split: str
    examples: Sequence[Example]
    source: str
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.examples)
