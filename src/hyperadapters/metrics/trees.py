"""Scores of dependency trees: labelled and unlabelled attachment."""

from collections.abc import Sequence
from typing import NamedTuple, final

from hyperadapters.metrics.base import Metric, Statistics

__all__ = ["Arc", "Las", "Uas"]


class Arc(NamedTuple):
    """From a word to its head.

    Args:
        head: its place among the words, 1-based; 0 for the root.
        label: the relation.
    """

    head: int
    label: str


class _Attachment(Metric):
    """Right arcs over words, all of them, punctuation too (Zeman et al., 2018, section 5, on words
    that are given). LAS and UAS have the same statistics.

    Args:
        labels: what they were read as: cut at `:`, or `all` as they are.
    """

    width = 3
    place: int

    def __init__(self, labels: str = "universal") -> None:
        self.labels = labels

    def statistics(self, gold: Sequence[Arc], predicted: Sequence[Arc | None]) -> Statistics:
        """(right heads, right heads and labels, words); None is the arc of a word without one."""
        pairs = [(g, p) for g, p in zip(gold, predicted, strict=True) if p is not None]
        heads = sum(g.head == p.head for g, p in pairs)
        return float(heads), float(sum(g == p for g, p in pairs)), float(len(gold))

    def score(self, totals: Statistics) -> float:
        """Right over all, 0 for an empty corpus."""
        return totals[self.place] / totals[2] if totals[2] else 0.0

    def beside(self, totals: Statistics) -> str:
        """The other score of the two, 0..100, and how labels are read."""
        other = next(one for one in (Uas(), Las()) if one.name != self.name)
        read = "labels as they are" if self.labels == "all" else "labels cut at `:`"
        return f"{other.name}: {100 * other.score(totals):.1f}; {read}"


@final
class Uas(_Attachment):
    """Unlabelled attachment score: words with the right head."""

    name, place = "uas", 0


@final
class Las(_Attachment):
    """Labelled attachment score: words with the right head and relation."""

    name, place = "las", 1

    @property
    def variant(self) -> str:
        """`all labels` where they are not cut at `:`."""
        return "all labels" if self.labels == "all" else ""
