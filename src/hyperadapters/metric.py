"""Scores as sums: each sentence gives a few numbers, their totals give the score.

So scores of a corpus, of a resample of it and of several ranks are one function of added numbers.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

__all__ = ["Loss", "Metric", "Statistics"]

Statistics = tuple[float, ...]


class Loss(NamedTuple):
    """A loss as sums, so that mixing tasks, accumulating and adding up ranks are exact.

    `total` is in nats over so many `predictions`; the mean is taken once, by the training step.
    """

    total: Tensor
    predictions: Tensor

    def __add__(self, other: object) -> "Loss":
        if not isinstance(other, Loss):
            return NotImplemented
        return Loss(self.total + other.total, self.predictions + other.predictions)

    def mean(self) -> Tensor:
        """Nats per prediction."""
        return self.total / self.predictions.clamp(min=1)


class Metric(ABC):
    """A score of predicted against gold labels.

    `width` is how many numbers a sentence gives. `missing` stands for the prediction of a word that
    the model never saw (cut off, or without a token): no label of any text, so wrong. `range` is
    what a score may be, from the least to the most.
    """

    name: str
    width: int = 2
    higher_is_better: bool = True
    range: tuple[float, float] = (0.0, 1.0)
    missing: str = ""

    def refused(self, labels: Sequence[str]) -> list[str]:
        """The labels that it cannot count."""
        return []

    @abstractmethod
    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """The numbers that one sentence adds."""

    @abstractmethod
    def score(self, totals: Statistics) -> float:
        """The score of summed statistics; in `range`."""

    @property
    def signature(self) -> str:
        """How exactly it is counted, for others to repeat; empty where the name says it."""
        return ""

    @property
    def variant(self) -> str:
        """What sets its scores apart from others of the same name; empty as they usually are."""
        return ""

    def beside(self, totals: Statistics) -> str:
        """Another score that the same statistics give, in words; empty for none."""
        return ""

    def cut_by(self, tokenizer: str, instead_of: str = "") -> "Metric":
        """The same with texts that `sacrebleu` cuts into words by its `tokenizer`.

        Args:
            tokenizer: a name that `sacrebleu` has.
            instead_of: another one that would be right, and is not installed.
        """
        return self
