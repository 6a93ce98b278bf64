"""Scores of texts with one label each, counted label by label: macro-F1, Matthews' coefficient."""

import math
from collections.abc import Sequence
from typing import final

from hyperadapters.metrics.base import Metric, Statistics

__all__ = ["MacroF1", "Matthews"]


class _ByLabel(Metric):
    """A score of texts with one label each, over how often each label is right, predicted and gold.

    All of these scores have the same statistics, so that each is known beside another.

    Args:
        labels: of the task; without any, summed statistics can be scored and nothing counted.
    """

    width = 3
    per = "sentence and label"

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self._places = {label: 3 * place for place, label in enumerate(labels)}

    def fits(self, numbers: int) -> bool:
        """Three for each label."""
        return numbers > 0 and numbers % self.width == 0

    def over(self, labels: Sequence[str]) -> Metric:
        """The same score, counting these labels."""
        return type(self)(labels)

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """(right, predicted, gold) of each label in turn."""
        counts = [0.0] * (3 * len(self._places))
        for true, guess in zip(gold, predicted, strict=True):
            counts[self._places[true]] += true == guess
            counts[self._places[guess] + 1] += 1
            counts[self._places[true] + 2] += 1
        return tuple(counts)

    def beside(self, totals: Statistics) -> str:
        """Accuracy, and the other scores of the same statistics, all times 100."""
        right, _, gold = map(sum, _columns(totals))
        others = {"accuracy": right / gold if gold else 0.0}
        others |= {m.name: m.score(totals) for m in (MacroF1(), Matthews()) if m.name != self.name}
        return ", ".join(f"{name}: {100 * score:.1f}" for name, score in others.items())


def _columns(totals: Statistics) -> tuple[Statistics, Statistics, Statistics]:
    """How often each label is right, predicted and gold."""
    return totals[0::3], totals[1::3], totals[2::3]


@final
class MacroF1(_ByLabel):
    """The unweighted mean over labels of 2·right / (predicted + gold).

    Labels that are neither predicted nor gold have no part in it, as scikit-learn has it.
    """

    name = "macro_f1"

    def score(self, totals: Statistics) -> float:
        """0 for an empty corpus."""
        counts = zip(*_columns(totals), strict=True)
        each = [2 * right / (guess + gold) for right, guess, gold in counts if guess + gold]
        return sum(each) / len(each) if each else 0.0


@final
class Matthews(_ByLabel):
    """Matthews' correlation coefficient of gold and predicted labels, for any number of labels.

    (c·s - Σ p_k·t_k) / √((s² - Σ p_k²)·(s² - Σ t_k²)), with c right of s texts, label k predicted
    p_k times and gold t_k times (Gorodkin, 2004). From -1 to 1; 0 for guessing.
    """

    name = "mcc"
    range = (-1.0, 1.0)

    def score(self, totals: Statistics) -> float:
        """0 where all gold labels are the same, or all predicted ones."""
        right, predicted, gold = _columns(totals)
        every = sum(gold)
        shared = sum(p * t for p, t in zip(predicted, gold, strict=True))
        spread = (every**2 - sum(n * n for n in counts) for counts in (predicted, gold))
        product = math.prod(spread)
        return (sum(right) * every - shared) / math.sqrt(product) if product > 0 else 0.0
