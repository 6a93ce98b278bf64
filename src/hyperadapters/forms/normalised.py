"""A layer norm of what a sub-layer gives, added to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from jaxtyping import Float
from torch import Tensor

from hyperadapters.forms.base import Form, Weights
from hyperadapters.forms.bottleneck import normalise
from hyperadapters.slots import Slot

__all__ = ["Normalised"]


@final
@dataclass(frozen=True)
class Normalised(Form):
    """γ ⊙ LN(z) + β: what a bottleneck with a norm behind it is without its projections
    (HyperFormer without adapter blocks).
    """

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """`scale` and `shift`."""
        return {"scale": Slot((width_out,), mean=1.0), "shift": Slot((width_out,))}

    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token width_out"]:
        """The norm, without the residual."""
        return normalise(hidden, weights["scale"], weights["shift"])
