"""What every score is: a sentence gives a few numbers, their totals give the score."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
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

    `width` is how many numbers a sentence gives, `per` what it gives them for, `least` the least
    that one of them may be. `missing` stands for
    the prediction of a word that the model never saw (cut off, or without a token): no label of any
    text, so wrong. `range` is what a score may be, from the least to the most.
    """

    name: str
    width: int = 2
    per: str = "sentence"
    least: float = 0.0
    higher_is_better: bool = True
    range: tuple[float, float] = (0.0, 1.0)
    missing: str = ""

    def refused(self, labels: Sequence[str]) -> list[str]:
        """The labels that it cannot count."""
        return []

    @abstractmethod
    def statistics(self, gold: Sequence[Any], predicted: Sequence[Any]) -> Statistics:
        """The numbers that one sentence adds."""

    @abstractmethod
    def score(self, totals: Statistics) -> float:
        """The score of summed statistics; in `range`."""

    def values(self, totals: Statistics) -> tuple[float, ...]:
        """The scores that `score` is the mean of: one, or two that papers average."""
        return (self.score(totals),)

    def pool(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """What `score` is of a corpus, from the numbers of its sentences: their sums.

        Args:
            numbers: (..., sentence, number); of several models side by side, those of one behind
                those of another.
        """
        total: NDArray[np.float64] = numbers.sum(axis=-2)
        return total

    def pooled(self, statistics: Sequence[Statistics]) -> Statistics:
        """The same of one corpus, as plain numbers."""
        return tuple(self.pool(np.asarray(statistics, dtype=np.float64)).tolist())

    def fits(self, numbers: int) -> bool:
        """Whether a sentence can give so many numbers."""
        return numbers == self.width

    def over(self, labels: Sequence[str]) -> "Metric":
        """The same for a task with these labels."""
        return self

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
