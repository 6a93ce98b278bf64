"""The layers of the heads of tasks, as forms whose weights a provider gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.forms.base import Form, Weights
from hyperadapters.slots import Slot

__all__ = ["Dense", "Linear", "affine"]

_BERT_STD, _BERT_WIDTH = 0.02, 768


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


@final
@dataclass(frozen=True)
class Dense(Form):
    """tanh(W·z + b), as wide as the backbone: what the head of a classifier makes of a first token
    before its softmax layer (the pooler of Devlin et al., 2019).

    Free weights start at BERT's scale: at its standard deviation of 0.02 for 768 features, wider
    for fewer, so that what goes on is as large.
    """

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """`weight` (d_model, features read) and `bias` (d_model)."""
        std = _BERT_STD * sqrt(_BERT_WIDTH / width_in)
        return {"weight": Slot((width_out, width_in), std=std), "bias": Slot((width_out,))}

    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token width_out"]:
        """Features in (-1, 1)."""
        return torch.tanh(affine(hidden, weights))
