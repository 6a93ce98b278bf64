"""Trained norms of the backbone, as deltas to its scale and shift."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.forms.base import Form, Weights
from hyperadapters.slots import Slot

__all__ = ["Norm"]


@final
@dataclass(frozen=True)
class Norm(Form):
    """x̂·Δγ + Δβ, added to the output of a norm of the backbone; x̂ is the norm's input,
    normalised.

    Deltas, so that zero weights are the pre-trained norm and weight decay pulls towards it.
    """

    adds: ClassVar[bool] = False

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """Δγ, and Δβ where the backbone's norm has a shift."""
        slots = {"scale": Slot((width_out,))}
        if bias:
            slots["shift"] = Slot((width_out,))
        return slots

    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token width_out"]:
        """x̂·Δγ + Δβ with `hidden` = x̂."""
        scale = weights["scale"].unsqueeze(1)
        if "shift" not in weights:
            return hidden * scale
        return torch.addcmul(weights["shift"].unsqueeze(1), hidden, scale)
