"""Six ways to attach a form to a module of the backbone."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

__all__ = [
    "WIRINGS",
    "Flow",
    "Update",
    "after",
    "around",
    "beside",
    "entry",
    "normalised",
    "residual",
    "within",
]

Hidden = Float[Tensor, "example token _"]
Update = Callable[[Hidden], Hidden]
"""What a form adds, given the hidden states of the whole batch."""


class Flow(NamedTuple):
    """What goes into a module and what comes out, while adapters are folded in one by one."""

    read: Hidden
    gives: Hidden


def after(module: nn.Module, flow: Flow, update: Update) -> Flow:
    """out + form(out): after a sub-layer or a layer, before the residual is added."""
    return Flow(flow.read, flow.gives + update(flow.gives))


def beside(module: nn.Module, flow: Flow, update: Update) -> Flow:
    """out + form(in): beside a linear map or a sub-layer."""
    return Flow(flow.read, flow.gives + update(flow.read))


def around(module: nn.Module, flow: Flow, update: Update) -> Flow:
    """s ← s + form(norm(s)), then norm(s): MAD-X, around the norm that closes a residual sum.

    Calls `norm.forward`, so that no hook runs twice. With two adapters this is the stack of
    MAD-X: the second reads the norm of what the first left.
    """
    total = flow.read + update(flow.gives)
    return Flow(total, module.forward(total))


def within(module: nn.Module, flow: Flow, update: Update) -> Flow:
    """out + x̂·Δγ + Δβ in a norm, x̂ its normalised input."""
    return Flow(flow.read, flow.gives + update(normalised(module, flow.read)))


def normalised(norm: nn.Module, hidden: Hidden) -> Hidden:
    """The input of a norm, normalised as that norm does, without its scale and shift."""
    if isinstance(norm, nn.LayerNorm):
        return nn.functional.layer_norm(hidden, norm.normalized_shape, eps=norm.eps)
    variance = hidden.float().square().mean(-1, keepdim=True)  # root mean square, in float32 as T5
    epsilon: Any = norm.eps if hasattr(norm, "eps") else norm.variance_epsilon
    return (hidden * torch.rsqrt(variance + epsilon)).to(hidden.dtype)


def entry(module: nn.Module, flow: Flow, update: Update) -> Flow:
    """in + form(in): what enters the first layer."""
    changed = flow.read + update(flow.read)
    return Flow(changed, changed)


def residual(module: nn.Module, flow: Flow, update: Update) -> Flow:
    """in + form(in), where a residual sum takes in what its sub-layer reads: beside a sub-layer
    that is no module of its own.

    Several forms all read what comes in (He et al., 2022: parallel adapters).
    """
    return Flow(flow.read, flow.gives + update(flow.read))


WIRINGS: Mapping[str, Callable[[nn.Module, Flow, Update], Flow]] = {
    "after": after,
    "beside": beside,
    "around": around,
    "in": within,
    "entry": entry,
    "residual": residual,
}
"""Every wiring by the name that the table of backbones uses."""
