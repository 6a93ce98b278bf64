"""Corpora as values: the examples of a task, a language and a split, and where they came from."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SPLITS", "Corpus", "Example", "Pair", "Tagged", "Text"]

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A sentence with one label per word."""

    words: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of plain text, usually a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parallel sentences and their languages."""

    first: str
    second: str
    languages: tuple[str, str]

    @property
    def text(self) -> str:
        """Both sentences, joined by a space."""
        return f"{self.first} {self.second}"


Example = Tagged | Text | Pair


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
