"""The biaffine scorer of pairs, as a form whose weights a provider gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.forms.base import Form, Weights
from hyperadapters.forms.linear import affine
from hyperadapters.slots import Slot

__all__ = ["Biaffine", "paired"]


@final
@dataclass(frozen=True)
class Biaffine(Form):
    """Scores of pairs of vectors, one for each of `labels`: s(x, y) = [x; 1]ᵀ·U·[y; 1].

    The product of Dozat and Manning (2017) without their layers before it, as the shallow head of
    Glavaš and Vulić (2021) has it. The form is what is done to each y alone, U·[y; 1]; `paired`
    then multiplies with every x, because a form knows no pairs.

    Args:
        labels: scores per pair.
        std: of the weights at the start. At 0 every pair has the score 0 at first, and the first
            step moves the weights only, not what is before them.
    """

    labels: int = 1
    std: float = 0.0

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """`weight` (label·(d_model + 1), d_model) and `bias` (label·(d_model + 1)): U without and
        with the 1 of y.
        """
        asked = self.labels * (width_in + 1)
        return {"weight": Slot((asked, width_in), std=self.std), "bias": Slot((asked,))}

    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token asked"]:
        """What each y asks of an x: label after label, d_model + 1 numbers."""
        return affine(hidden, weights)


def paired(
    asked: Float[Tensor, "example place asked"], vectors: Float[Tensor, "example word d_model"]
) -> Float[Tensor, "example word place label"]:
    """The scores of all pairs of an example.

    2·word·place·label·d_model FLOPs per example; what is given has word·place·label numbers.

    Args:
        asked: what `Biaffine` gives of each y.
        vectors: each x.
    """
    ones = vectors.new_ones(*vectors.shape[:-1], 1)
    wide = torch.cat([vectors, ones], dim=-1)
    by_label = asked.reshape(*asked.shape[:-1], -1, wide.shape[-1]).to(wide.dtype)
    return torch.einsum("ewd,epld->ewpl", wide, by_label)
