"""What a corpus holds: tagged sentences, plain text, parallel sentences, questions."""

from dataclasses import dataclass

__all__ = ["Asked", "Example", "Pair", "Tagged", "Text"]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A sentence with one label per word; None where a word has none."""

    words: tuple[str, ...]
    labels: tuple[str | None, ...]

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return " ".join(self.words)

    @property
    def texts(self) -> tuple[str, ...]:
        """The sentence: what no text to train on may hold where this is scored."""
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of plain text, usually a sentence."""

    text: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The text alone."""
        return (self.text,)


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
    def texts(self) -> tuple[str, ...]:
        """Both sentences apart."""
        return (self.first, self.second)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a text, its context, in which the answer stands.

    Args:
        answers: where each right answer is in the context: its first character, and the one behind
            its last, 0-based; empty where the question is to be answered.
    """

    question: str
    context: str
    answers: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> str:
        """The question and its context, joined by a space."""
        return f"{self.question} {self.context}"

    @property
    def texts(self) -> tuple[str, ...]:
        """The context, by which an example is known: many texts are asked the same question."""
        return (self.context,)

    @property
    def gold(self) -> tuple[str, ...]:
        """The right answers, as the context has them."""
        return tuple(self.context[start:end] for start, end in self.answers)


Example = Tagged | Text | Pair | Asked
