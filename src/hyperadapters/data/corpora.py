"""Corpora as values: the examples of a task in a language or direction, and their source."""

from collections.abc import Sequence
from dataclasses import dataclass

from hyperadapters.examples import Example
from hyperadapters.routes import Route

__all__ = ["SPLITS", "Corpus"]

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Corpus:
    """The examples of a task, a language or direction, and a split (`train`, `dev` or `test`).

    Args:
        source: where they came from, for messages: a file, or the name of a built-in set.
        left_out: examples that the source has and that are not among these, because they are
            scored.
        skipped: rows of the source, for all splits, that lack a text or an answer.
        overlooked: files whose names look like this language, in another script, territory or
            variety, and that were not read.
    """

    task: str
    route: Route
    split: str
    examples: Sequence[Example]
    source: str
    left_out: int = 0
    skipped: int = 0
    overlooked: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.examples)
