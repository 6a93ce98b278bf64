"""What a corpus holds, as plain values: tagged sentences, trees, texts, pairs, questions."""

from dataclasses import dataclass, field

__all__ = ["Asked", "Example", "Labelled", "LabelledPair", "Pair", "Tagged", "Text", "Tree"]


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
class Tree:
    """A sentence with its dependency tree.

    Args:
        words: those that the tree is of (syntactic words, as Universal Dependencies has them).
        heads: per word the place of its head among the words, 1-based, 0 for the root; none for a
            sentence that is to be parsed.
        labels: per word its relation to its head, such as `nsubj`; none beside no heads.
        lines: of its CoNLL-U, where it is to be written back.
    """

    words: tuple[str, ...]
    heads: tuple[int, ...]
    labels: tuple[str, ...]
    lines: tuple[str, ...] = ()

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
class Labelled:
    """A text with one label; None for a text that is asked about.

    `where` says in messages where it stands; it makes no difference between two examples.
    """

    text: str
    label: str | None
    where: str = field(default="", compare=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text alone."""
        return (self.text,)

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The label alone."""
        return (self.label,)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two texts with one label for both, such as premise and hypothesis; None for a pair that is
    asked about.

    `where` says in messages where it stands; it makes no difference between two examples.
    """

    first: str
    second: str
    label: str | None
    where: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """Both texts, joined by a space."""
        return f"{self.first} {self.second}"

    @property
    def texts(self) -> tuple[str, ...]:
        """Both texts apart."""
        return (self.first, self.second)

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The label alone."""
        return (self.label,)


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


Example = Tagged | Tree | Text | Pair | Labelled | LabelledPair | Asked
