"""Low-rank updates of a linear map."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from jaxtyping import Float
from torch import Tensor

from hyperadapters.forms.base import Form, Weights
from hyperadapters.slots import Slot, check_std

__all__ = ["LoRA"]


@final
@dataclass(frozen=True)
class LoRA(Form):
    """(α / r)·B·A·x beside a linear map of the backbone (Hu et al., 2021, equation 3).

    A starts from N(0, `std`²), B at zero.
    """

    rank: int
    alpha: float = 16.0
    std: float = 0.02

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError("the `rank` of LoRA is 1 or more")
        check_std(self.std)

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """`a` (rank, width_in) and `b` (width_out, rank)."""
        return {"a": Slot((self.rank, width_in), std=self.std), "b": Slot((width_out, self.rank))}

    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token width_out"]:
        """The low-rank map of the linear map's input."""
        code = hidden @ weights["a"].transpose(1, 2)
        return (code @ weights["b"].transpose(1, 2)) * (self.alpha / self.rank)
