"""The optimiser's arithmetic against independent formulas, and its state over a stop."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import nn

from hyperadapters.method import Decay, Recipe
from hyperadapters.training.optimisation import (
    ABSENT,
    divide_and_clip,
    moments,
    optimiser,
    restore_moments,
    schedule,
)


def parameters(seed: int = 0) -> dict[str, nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    return {name: nn.Parameter(torch.randn(3, 2, generator=generator)) for name in "abc"}


def give_gradients(named: dict[str, nn.Parameter], seed: int, names: str = "abc") -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in named.items():
        gradient = torch.randn(3, 2, generator=generator)
        parameter.grad = gradient if name in names else None


@pytest.mark.parametrize("warmup", [0, 4])
@pytest.mark.parametrize(
    ("decay", "rate"),
    [
        ("linear", lambda step, warmup: (20 - step) / (20 - warmup)),
        ("constant", lambda step, warmup: 1.0),
        ("inverse_sqrt", lambda step, warmup: math.sqrt(warmup / step) if warmup else None),
    ],
)
def test_learning_rates_follow_their_formulas(
    decay: Decay, rate: Callable[[int, int], float | None], warmup: int
) -> None:
    recipe = Recipe(steps=20, warmup=warmup, decay=decay, learning_rate=0.5)
    adamw = optimiser(parameters().values(), recipe)
    rates = schedule(adamw, recipe)
    for step in range(20):
        expected = step / warmup if step < warmup else rate(step, warmup)
        if expected is None:  # the shape that `transformers` gives an unwarmed inverse square root
            expected = 1 / math.sqrt((step + 10_000) / 10_000)
        assert rates.get_last_lr()[0] == pytest.approx(0.5 * expected)
        adamw.step()
        rates.step()


@pytest.mark.parametrize("decay", ["linear", "constant", "inverse_sqrt"])
def test_a_schedule_can_start_in_the_middle(decay: Decay) -> None:
    recipe = Recipe(steps=9, warmup=3, decay=decay)
    whole, late = (optimiser(parameters().values(), recipe) for _ in range(2))
    rates = schedule(whole, recipe)
    for _ in range(5):
        whole.step()
        rates.step()
    again = schedule(late, recipe, done=5)
    for _ in range(4):
        assert again.get_last_lr() == rates.get_last_lr()
        for adamw, moved in ((whole, rates), (late, again)):
            adamw.step()
            moved.step()


def test_one_update_is_adamw() -> None:
    recipe = Recipe(learning_rate=0.1, betas=(0.8, 0.9), epsilon=1e-3, weight_decay=0.2)
    named = parameters()
    start = named["a"].detach().clone()
    give_gradients(named, 1)
    gradient = named["a"].grad
    assert gradient is not None
    expected = start * (1 - 0.1 * 0.2) - 0.1 * gradient / (gradient.abs() + 1e-3)
    optimiser(named.values(), recipe).step()
    torch.testing.assert_close(named["a"].detach(), expected)


def test_a_parameter_without_gradient_stays_put() -> None:
    named = parameters()
    adamw = optimiser(named.values(), Recipe(learning_rate=0.1, weight_decay=0.5))
    give_gradients(named, 1)
    adamw.step()
    before = named["b"].detach().clone()
    give_gradients(named, 2, "ac")
    adamw.step()
    assert torch.equal(named["b"], before)


PRESENT = ("a", "ab", "c", "b", "a", "ac", "b", "b", "c", "a")
"""Which names each update has a gradient for; `d` never comes."""


def gradient_of(name: str, update: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(100 * ord(name) + update)
    return torch.randn(5, generator=generator).double()


def trained_by_name(absent: str) -> dict[str, torch.Tensor]:
    """A parameter per name, after the updates of `PRESENT`."""
    named = {name: nn.Parameter(torch.ones(5).double()) for name in "abcd"}
    adamw = optimiser(named.values(), Recipe(learning_rate=0.1))
    for update, present in enumerate(PRESENT):
        for name in present:
            named[name].grad = gradient_of(name, update)
        ABSENT[absent](named.values())
        adamw.step()
        adamw.zero_grad(set_to_none=True)
    return {name: parameter.detach() for name, parameter in named.items()}


def test_names_that_drift_are_rows_of_a_table_under_plain_adam() -> None:
    """`torch.optim.Adam` over one dense table, whose gradient is zero where a name is absent."""
    table = nn.Parameter(torch.ones(4, 5).double())
    adam = torch.optim.Adam([table], lr=0.1)
    for update, present in enumerate(PRESENT):
        table.grad = torch.zeros_like(table)
        for name in present:
            table.grad["abcd".index(name)] = gradient_of(name, update)
        adam.step()
    for name, vector in trained_by_name("drifting").items():
        torch.testing.assert_close(vector, table["abcd".index(name)].detach())


def test_names_that_stay_still_are_under_plain_adam_each_alone() -> None:
    """`torch.optim.Adam` per name, over the updates that have it and no others."""
    for name, vector in trained_by_name("still").items():
        alone = nn.Parameter(torch.ones(5).double())
        adam = torch.optim.Adam([alone], lr=0.1)
        for update, present in enumerate(PRESENT):
            if name in present:
                alone.grad = gradient_of(name, update)
                adam.step()
        torch.testing.assert_close(vector, alone.detach())


def test_a_name_that_drifts_goes_farther() -> None:
    """Present in one of n updates: about √n times as far, as its second moment decays between."""
    far = {}
    for absent in ABSENT:
        named = {name: nn.Parameter(torch.zeros(50)) for name in range(16)}
        adamw = optimiser(named.values(), Recipe(learning_rate=1e-3))
        generator = torch.Generator().manual_seed(0)
        for update in range(3200):
            named[update % 16].grad = torch.randn(50, generator=generator) + 0.5
            ABSENT[absent](named.values())
            adamw.step()
            adamw.zero_grad(set_to_none=True)
        far[absent] = float(torch.stack([*named.values()]).detach().norm())
    assert far["drifting"] / far["still"] == pytest.approx(16**0.5, rel=0.3)


@pytest.mark.parametrize("clip", [0.0, 0.5, 1e6])
def test_gradients_are_divided_and_then_clipped(clip: float) -> None:
    named = parameters()
    give_gradients(named, 1, "ab")
    gradients = [named[name].grad for name in "ab"]
    means = [gradient / 7 for gradient in gradients if gradient is not None]
    expected = torch.cat([mean.flatten() for mean in means]).norm()
    norm = divide_and_clip(named.values(), torch.tensor(1 / 7), clip)
    torch.testing.assert_close(norm, expected)
    ratio = min(1.0, clip / float(norm)) if clip else 1.0
    for name, mean in zip("ab", means, strict=True):
        torch.testing.assert_close(named[name].grad, mean * ratio)
    assert named["c"].grad is None


def test_without_gradients_there_is_nothing_to_clip() -> None:
    assert divide_and_clip(parameters().values(), torch.tensor(1.0), 1.0) == 0


def test_moments_go_back_where_they_came_from() -> None:
    recipe = Recipe(learning_rate=0.1)
    named, copies = parameters(), parameters()
    whole = optimiser(named.values(), recipe)
    give_gradients(named, 1, "ab")
    whole.step()
    late = optimiser(copies.values(), recipe)
    saved = moments(whole, named)
    assert sorted(saved) == [
        f"{kind}:{name}" for kind in ("exp_avg", "exp_avg_sq", "step") for name in "ab"
    ]
    restore_moments(late, copies, {key: value.clone() for key, value in saved.items()})
    with torch.no_grad():
        for name, parameter in copies.items():
            parameter.copy_(named[name])
    for step in range(3):
        for adamw, owned in ((whole, named), (late, copies)):
            give_gradients(owned, step, "bc")
            adamw.step()
    assert all(torch.equal(named[name], copies[name]) for name in "abc")
