"""What a corpus holds: tagged sentences, plain text, parallel sentences. Plain values."""

from dataclasses import dataclass

__all__ = ["Example", "Pair", "Tagged", "Text"]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A sentence with one label per word."""

    words: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return " ".join(self.words)

    @property
    def sides(self) -> tuple[tuple[str, str], ...]:
        """None: its language is not told."""
        return ()


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of plain text, usually a sentence."""

    text: str

    @property
    def sides(self) -> tuple[tuple[str, str], ...]:
        """None: its language is not told."""
        return ()


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

    @property
    def sides(self) -> tuple[tuple[str, str], ...]:
        """Both sentences, each behind its language."""
        first, second = self.languages
        return (first, self.first), (second, self.second)


Example = Tagged | Text | Pair
