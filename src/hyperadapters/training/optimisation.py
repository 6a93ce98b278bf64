"""AdamW, learning-rate schedules, and gradients of sums made gradients of means."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from transformers.optimization import (
    get_constant_schedule_with_warmup,
    get_inverse_sqrt_schedule,
    get_linear_schedule_with_warmup,
)

from hyperadapters.method import Recipe

__all__ = [
    "ABSENT",
    "divide_and_clip",
    "drift_absent",
    "leave_absent",
    "moments",
    "optimiser",
    "restore_moments",
    "schedule",
]

_SCHEDULES: dict[str, Callable[..., LambdaLR]] = {
    "linear": get_linear_schedule_with_warmup,
    "constant": get_constant_schedule_with_warmup,
    "inverse_sqrt": get_inverse_sqrt_schedule,
}


def optimiser(parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with a recipe's numbers; parameters without a gradient stay put, decay included."""
    return torch.optim.AdamW(
        parameters,
        lr=recipe.learning_rate,
        betas=recipe.betas,
        eps=recipe.epsilon,
        weight_decay=recipe.weight_decay,
        fused=True,
    )


def schedule(optimiser: torch.optim.Optimizer, recipe: Recipe, done: int = 0) -> LambdaLR:
    """The recipe's learning rate over its updates, after `done` of them.

    Linear warm-up from 0, then `linear` to 0 at the last update, `constant`, or `inverse_sqrt`:
    peak · sqrt(warmup / update), and for a warm-up of 0 peak · sqrt(10,000 / (update + 10,000)).
    """
    for group in optimiser.param_groups:
        group.setdefault("initial_lr", group["lr"])
    make = _SCHEDULES[recipe.decay]
    if recipe.decay == "linear":
        make = partial(make, num_training_steps=recipe.steps)
    made: LambdaLR = make(optimiser, num_warmup_steps=recipe.warmup, last_epoch=done - 1)
    return made


def leave_absent(parameters: Iterable[nn.Parameter]) -> None:
    """Parameters without a gradient stay as they are."""


def drift_absent(parameters: Iterable[nn.Parameter]) -> None:
    """Parameters without a gradient get one of zero: their momentum carries them on."""
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)


ABSENT: Mapping[str, Callable[[Iterable[nn.Parameter]], None]] = {
    "still": leave_absent,
    "drifting": drift_absent,
}
"""What an update does with trained parameters that it has no gradient for, by `Recipe.absent`."""


def divide_and_clip(
    parameters: Iterable[nn.Parameter], factor: Float[Tensor, ""], clip: float
) -> Float[Tensor, ""]:
    """Multiplies all gradients by `factor`, then down to the norm `clip`, in one pass.

    Args:
        factor: on the device of the gradients; 1 / predictions for a mean.
        clip: the largest norm over all gradients; 0 for none.

    Returns:
        The norm before clipping.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        return torch.zeros_like(factor)
    norm: Tensor = torch.stack(torch._foreach_norm(gradients)).norm() * factor
    if clip:
        factor = factor * (clip / (norm + 1e-6)).clamp(max=1.0)
    torch._foreach_mul_(gradients, factor)
    return norm


def moments(
    optimiser: torch.optim.Optimizer, parameters: Mapping[str, nn.Parameter]
) -> dict[str, Tensor]:
    """What the optimiser remembers: `exp_avg:NAME`, `exp_avg_sq:NAME` and `step:NAME`.

    Only of parameters that ever had a gradient.
    """
    return {
        f"{kind}:{name}": value
        for name, parameter in parameters.items()
        for kind, value in optimiser.state.get(parameter, {}).items()
    }


def restore_moments(
    optimiser: torch.optim.Optimizer,
    parameters: Mapping[str, nn.Parameter],
    saved: Mapping[str, Tensor],
) -> None:
    """Gives the optimiser back what `moments` took from it."""
    for key, value in saved.items():
        kind, _, name = key.partition(":")
        optimiser.state[parameters[name]][kind] = value.to(parameters[name].device)
