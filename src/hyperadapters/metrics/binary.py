"""Scores of texts with one of two labels: F1 of the second label, and its mean with accuracy."""

from collections.abc import Sequence
from statistics import fmean
from typing import final

from hyperadapters.metrics.base import Metric, Statistics

__all__ = ["F1", "F1Accuracy"]


class _OfTwo(Metric):
    """A score of texts with one of two labels, of which the second one is looked for.

    A prediction that is neither label counts as the wrong one, as T5's evaluation has it (Raffel et
    al., 2020). Both of these scores have the same statistics, so that each is known beside another.

    Args:
        labels: of the task; without any, summed statistics can be scored and nothing counted.
    """

    width = 5

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self._labels = tuple(label for label in labels if label != self.missing)

    def refused(self, labels: Sequence[str]) -> list[str]:
        """All, unless they are two."""
        return [] if len(labels) == 2 else list(labels)

    def over(self, labels: Sequence[str]) -> Metric:
        """The same score, looking for the second of these labels."""
        return type(self)(labels)

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """(found, predicted and gold texts of the second label; right texts, texts)."""
        negative, positive = self._labels
        counts = [0.0] * self.width
        for true, guess in zip(gold, predicted, strict=True):
            found = guess == positive or (guess != negative and true == negative)
            row = (found and true == positive, found, true == positive, true == guess, True)
            counts = [count + one for count, one in zip(counts, row, strict=True)]
        return tuple(counts)

    def score(self, totals: Statistics) -> float:
        """The mean of `values`."""
        return fmean(self.values(totals))

    def beside(self, totals: Statistics) -> str:
        """F1 and accuracy, times 100, but for one that is the score itself."""
        others = {"f1": _f1(totals), "accuracy": _accuracy(totals)}
        others.pop(self.name, None)
        return ", ".join(f"{name}: {100 * score:.1f}" for name, score in others.items())


def _f1(totals: Statistics) -> float:
    """2·found / (predicted + gold), 0 where the label is neither predicted nor gold."""
    found, predicted, gold = totals[:3]
    return 2 * found / (predicted + gold) if predicted + gold else 0.0


def _accuracy(totals: Statistics) -> float:
    right, every = totals[3:]
    return right / every if every else 0.0


@final
class F1(_OfTwo):
    """F1 of the second label: the harmonic mean of its precision and recall."""

    name = "f1"

    def values(self, totals: Statistics) -> tuple[float, ...]:
        """F1."""
        return (_f1(totals),)


@final
class F1Accuracy(_OfTwo):
    """The mean of F1 and accuracy, as GLUE has it of MRPC and QQP (Wang et al., 2019)."""

    name = "f1_accuracy"

    def values(self, totals: Statistics) -> tuple[float, ...]:
        """F1 and accuracy."""
        return (_f1(totals), _accuracy(totals))
