"""The bottleneck adapter: down, non-linearity, up, with an optional norm before or after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from hyperadapters.errors import ConfigError
from hyperadapters.forms.base import Form, Weights
from hyperadapters.slots import Initial, Normal, Slot

__all__ = ["Activation", "Bottleneck", "activate", "bottleneck", "normalise"]

Activation = Literal["relu", "gelu", "gelu_tanh", "silu", "tanh"]
InnerNorm = Literal["none", "before", "after"]

_EPSILON = 1e-5


def activate(hidden: Tensor, activation: Activation) -> Tensor:
    """The non-linearity called `activation`; `gelu_tanh` is the approximation that T5's code calls
    `gelu_new`.
    """
    if activation == "gelu_tanh":
        return functional.gelu(hidden, approximate="tanh")
    result: Tensor = getattr(functional, activation)(hidden)
    return result


def bottleneck(
    hidden: Float[Tensor, "row token d_model"],
    down: Float[Tensor, "row width d_model"],
    down_bias: Float[Tensor, "row width"],
    up: Float[Tensor, "row d_model width"],
    up_bias: Float[Tensor, "row d_model"],
    activation: Activation = "relu",
) -> Float[Tensor, "row token d_model"]:
    """U·act(D·z + b_D) + b_U for every row's own tokens: what a bottleneck adapter adds to z.

    Hyper-X (2022), equation 1; Houlsby et al. (2019). Costs 4·d_model·width FLOPs per token.
    """
    code = torch.baddbmm(down_bias.unsqueeze(1), hidden, down.transpose(1, 2))
    return torch.baddbmm(up_bias.unsqueeze(1), activate(code, activation), up.transpose(1, 2))


def normalise(hidden: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Layer normalisation with a scale and shift per row (ε = 1e-5)."""
    normal = functional.layer_norm(hidden, hidden.shape[-1:], eps=_EPSILON)
    return torch.addcmul(shift.unsqueeze(1), normal, scale.unsqueeze(1))


@final
@dataclass(frozen=True)
class Bottleneck(Form):
    """A bottleneck adapter.

    Exactly one of `width` (features of the bottleneck) and `reduction` (d_model / width) is given.

    Args:
        norm: layer norm inside the adapter: none (Hyper-X, MAD-X), `before` the down projection
            (hyper-adapters) or `after` the up projection, before the residual (HyperFormer).
        unit_scale: the slot `scale` holds γ - 1 (hyper-adapters), so zero weights leave a plain
            norm.
        gain: the scale γ of the norm at the start, where weights are free or start as free ones. At
            0 an adapter with its norm `after` adds nothing at first.
        activation: the non-linearity.
        scaling: what is added is multiplied by it (He et al., 2022, of parallel adapters).
        initial: how free projections start; biases start at zero.
    """

    width: int | None = None
    reduction: int | float | None = None
    norm: InnerNorm = "none"
    unit_scale: bool = False
    gain: float = 1.0
    activation: Activation = "relu"
    scaling: float = 1.0
    initial: Initial = Normal(0.02)

    def __post_init__(self) -> None:
        if (self.width is None) == (self.reduction is None):
            raise ValueError("a bottleneck takes exactly one of `width` and `reduction`")
        if not (self.width or self.reduction or 0) > 0:
            raise ValueError("the `width` or `reduction` of a bottleneck is above 0")

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """Projections (width, d_model) and (d_model, width), their biases, and `scale`, `shift` of
        a norm.

        Raises:
            ConfigError: `reduction` is larger than the width of the backbone.
        """
        width = self.width or int(width_out // (self.reduction or 1))
        if width < 1:
            raise ConfigError(
                f"a `reduction` of {self.reduction} leaves nothing of {width_out} features"
            )
        slots = {
            "down": self.initial.slot((width, width_out)),
            "down_bias": Slot((width,)),
            "up": self.initial.slot((width_out, width)),
            "up_bias": Slot((width_out,)),
        }
        if self.norm != "none":
            slots["scale"] = Slot((width_out,), mean=self.gain - self.unit_scale)
            slots["shift"] = Slot((width_out,))
        return slots

    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token width_out"]:
        """`bottleneck`, with the norm where this form has it."""
        if self.norm == "before":
            hidden = normalise(hidden, self._scale(weights), weights["shift"])
        down, up = (weights["down"], weights["down_bias"]), (weights["up"], weights["up_bias"])
        added = bottleneck(hidden, *down, *up, self.activation)
        if self.scaling != 1.0:
            added = added * self.scaling
        if self.norm == "after":
            return normalise(added, self._scale(weights), weights["shift"])
        return added

    def settled(self, weights: Weights) -> tuple[Form, Weights]:
        """The 1 of a unit scale is added."""
        if self.norm == "none" or not self.unit_scale:
            return self, weights
        return replace(self, unit_scale=False), {**weights, "scale": self._scale(weights)}

    def _scale(self, weights: Weights) -> Tensor:
        scale = weights["scale"]
        if not self.unit_scale:
            return scale
        # Next to 1 the numbers of half precision lie so far apart that small scales would vanish.
        return scale + scale.new_ones(1, dtype=torch.float32)
