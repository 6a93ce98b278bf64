"""The softmax layer of a task, as a form whose weights a provider gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.forms.base import Form, Weights
from hyperadapters.slots import Slot

__all__ = ["Linear", "affine"]


@final
@dataclass(frozen=True)
class Linear(Form):
    """W·z + b: scores for each of `labels` labels. A form of heads: zero weights are not
    the identity.
    """

    labels: int
    std: float = 0.02

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """`weight` (label, d_model) and `bias` (label)."""
        return {"weight": Slot((self.labels, width_in), std=self.std), "bias": Slot((self.labels,))}

    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token label"]:
        """Scores per token, not normalised."""
        return affine(hidden, weights)


def affine(
    hidden: Float[Tensor, "row token width_in"], weights: Weights
) -> Float[Tensor, "row token width_out"]:
    """W·z + b with the `weight` and `bias` of each row."""
    return torch.baddbmm(weights["bias"].unsqueeze(1), hidden, weights["weight"].transpose(1, 2))
