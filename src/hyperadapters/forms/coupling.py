"""The coupling: what enters a tower changed half by half, so that it can be undone exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.errors import ConfigError
from hyperadapters.forms.base import Form, Weights
from hyperadapters.forms.bottleneck import Activation, bottleneck
from hyperadapters.slots import Initial, Normal, Slot

__all__ = ["Coupling"]

_SLOTS = ("down", "down_bias", "up", "up_bias")

Turn = tuple[int, tuple[Tensor, ...]]
"""Which half changes, 0 or 1, and the weights by which it does."""


@final
@dataclass(frozen=True)
class Coupling(Form):
    """Additive coupling: the halves of a vector change in turns, each by what the other gives.

    `x₁ ← x₁ + F(x₂)`, then `x₂ ← x₂ + G(x₁)`, with F and G bottlenecks over half of the features:
    `F(z) = U·act(D·z + b_D) + b_U`. Subtracting in reverse order undoes it, whatever the weights
    are. NICE (Dinh et al., 2015), section 3.2; the invertible adapter of MAD-X (Pfeiffer et al.,
    2020, section 3.3) has two turns.

    Args:
        reduction: half of d_model / width of the bottlenecks.
        activation: their non-linearity.
        depth: turns, the first half first; each has weights of its own.
        initial: how free projections start; biases start at zero.

    Raises:
        ValueError: `reduction` is not above 0, or there is no turn.
    """

    reduction: int | float = 2
    activation: Activation = "relu"
    depth: int = 2
    initial: Initial = Normal(0.02)

    def __post_init__(self) -> None:
        if not self.reduction > 0:
            raise ValueError("the `reduction` of a coupling is above 0")
        if self.depth < 1:
            raise ValueError("the `depth` of a coupling is 1 or more")

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """Projections (depth, width, d_model / 2) and (depth, d_model / 2, width), their biases.

        Raises:
            ConfigError: the width of the backbone has no halves, or `reduction` leaves nothing.
        """
        half, rest = divmod(width_out, 2)
        width = int(half // self.reduction)
        if rest or width < 1:
            raise ConfigError(
                f"a coupling with a `reduction` of {self.reduction} does not fit {width_out} "
                "features",
                expected="an even number of features, and a `reduction` of at most half of it",
            )
        turn = {
            "down": self.initial.slot((width, half)),
            "down_bias": Slot((width,)),
            "up": self.initial.slot((half, width)),
            "up_bias": Slot((half,)),
        }
        return {name: replace(slot, shape=(self.depth, *slot.shape)) for name, slot in turn.items()}

    def apply(
        self, hidden: Float[Tensor, "row token d_model"], weights: Weights
    ) -> Float[Tensor, "row token d_model"]:
        """What both halves change by."""
        halves = hidden.chunk(2, dim=-1)
        added = list(torch.zeros_like(hidden).chunk(2, dim=-1))
        for own, layer in self._turns(weights):
            other = 1 - own
            added[own] = added[own] + self._given(halves[other] + added[other], layer)
        return torch.cat(added, dim=-1)

    def inverse(
        self, hidden: Float[Tensor, "row token d_model"], weights: Weights
    ) -> Float[Tensor, "row token d_model"]:
        """The turns subtracted, the last one first."""
        halves = list(hidden.chunk(2, dim=-1))
        for own, layer in reversed(list(self._turns(weights))):
            halves[own] = halves[own] - self._given(halves[1 - own], layer)
        return torch.cat(halves, dim=-1)

    def _turns(self, weights: Weights) -> Iterator[Turn]:
        layers = zip(*(weights[slot].unbind(1) for slot in _SLOTS), strict=True)
        return ((turn % 2, layer) for turn, layer in enumerate(layers))

    def _given(self, half: Tensor, layer: tuple[Tensor, ...]) -> Tensor:
        down, down_bias, up, up_bias = layer
        return bottleneck(half, down, down_bias, up, up_bias, self.activation)
