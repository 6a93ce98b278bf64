"""Answers of a parsing task: trees in CoNLL-U, whose other columns stay as they were asked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, final

from torch import Tensor

from hyperadapters.data.formats.trees import blank, is_conllu, sentences_in, unparsed, written
from hyperadapters.examples import Tree
from hyperadapters.metrics import Arc
from hyperadapters.routes import Route
from hyperadapters.tasks.base import Answering, Question, Task
from hyperadapters.tasks.batch import Share

__all__ = ["Parse", "Parses"]


class Parse(NamedTuple):
    """The answer to a sentence.

    Args:
        tree: that was asked about, with its lines.
        arcs: one per word; None where the model does not see the word.
    """

    tree: Tree
    arcs: Sequence[Arc | None]


@final
@dataclass(frozen=True)
class Parses(Answering):
    """The tree of a sentence, which is in CoNLL-U or is its words alone, with white space between.

    Args:
        predict: from logits to the arcs of each sentence.
    """

    predict: Callable[[Tensor, Share], list[list[Arc | None]]]

    cut, unit = "its last words have no head", "sentence"
    nothing = Parse(Tree((), (), ()), ())

    def texts(self, lines: Iterable[str]) -> Iterable[str]:
        """The lines of a sentence in CoNLL-U together, any other line alone."""
        return sentences_in(lines)

    def ask(self, text: str, hop: Route) -> Tree:
        """The words, with the lines of the sentence; what its tree is does not count."""
        if is_conllu(text):
            return unparsed(text.split("\n"))
        words = tuple(text.split())
        return Tree(words, (), (), blank(words))

    def answer(self, task: Task, question: Question) -> list[Any]:
        """The best tree of each sentence."""
        logits = question.model(question.context, question.batch).logits[task.name]
        found = self.predict(logits, question.batch.shares[task.name])
        return [Parse(tree, arcs) for tree, arcs in zip(question.examples, found, strict=True)]

    def line(self, answer: Parse) -> str:
        """CoNLL-U with an empty line at the end, every column but HEAD and DEPREL as it was."""
        return "".join(f"{line}\n" for line in written(answer.tree.lines, answer.arcs))

    def values(self, answer: Parse) -> dict[str, Any]:
        """`words`, `heads` and `labels`, in their order; None for a word without a head."""
        return {
            "words": list(answer.tree.words),
            "heads": [arc and arc.head for arc in answer.arcs],
            "labels": [arc and arc.label for arc in answer.arcs],
        }
