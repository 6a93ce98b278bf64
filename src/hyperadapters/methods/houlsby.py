"""Adapters (Houlsby et al., 2019), Adapters† and fine-tuned T5, as HyperFormer's paper has them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from hyperadapters.forms import Bottleneck, Norm
from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase, Recipe
from hyperadapters.methods.hyper_x import NORMS
from hyperadapters.providers import Plan, joined, table
from hyperadapters.sites import Where
from hyperadapters.slots import Normal

__all__ = [
    "SITES",
    "Size",
    "Training",
    "adapters_dagger",
    "houlsby_adapters",
    "houlsby_bottleneck",
    "multi_task",
    "recipe_of",
    "shared_norms",
    "t5_fine_tuning",
    "trained_norms",
]

Size = Literal["small", "base"]
"""Which T5 a recipe is for."""
Training = Literal["paper", "released"]
"""Whose recipe: what the paper says, or what its code does."""

SITES = Where("attention", "ffn")
"""Both positions of every layer of both towers; none at cross-attention."""

_PAPER = "Karimi Mahabadi et al. (2021)"
_PROJECTIONS = frozenset({"down", "down_bias", "up", "up_bias"})
_NORM = frozenset({"scale", "shift"})

_RECIPES: Mapping[Training, Recipe] = {
    "paper": Recipe(
        steps=2**18,
        learning_rate=3e-4,
        temperature=10.0,
        decay="constant",
        evaluate_every=1000,
        criterion="metric",
    ),
    "released": Recipe(
        steps=2**16,
        learning_rate=3e-4,
        temperature=10.0,
        warmup=500,
        absent="drifting",
        smoothing=0.1,
        evaluate_every=1000,
        criterion="metric",
    ),
}
"""Section 3 and appendix A of the paper; the released scripts on their four GPUs, where 2¹⁸ updates
became 2¹⁶ of four times the batch. Both keep the checkpoint with the best mean of the metrics."""

_BATCHES: Mapping[Training, Mapping[Size, int]] = {
    "paper": {"small": 64, "base": 32},
    "released": {"small": 128, "base": 128},
}


def recipe_of(size: Size, training: Training) -> Recipe:
    """The recipe for a backbone of this size."""
    return replace(_RECIPES[training], batch=_BATCHES[training][size])


def multi_task(name: str, recipe: Recipe, *adapters: Adapter, paper: str) -> Method:
    """Adapters in one phase that trains them and the heads of tasks; the backbone is frozen.

    Args:
        name, adapters, paper: of the resulting method.
        recipe: of its phase.
    """
    trains = frozenset({adapter.name for adapter in adapters} | {HEADS})
    return Method(name, adapters, (Phase(trains=trains, recipe=recipe),), paper=paper)


def houlsby_bottleneck(reduction: int, std: float, gain: float = 1.0) -> Bottleneck:
    """LN(U·GELU(D·x)), whose GELU is the approximation with tanh; `gain` is the scale of the norm
    at the start.
    """
    return Bottleneck(
        reduction=reduction,
        norm="after",
        gain=gain,
        activation="gelu_tanh",
        initial=Normal(std),
    )


def trained_norms(weights: Plan) -> Adapter:
    """Every norm of the backbone, as changes of its weights."""
    return Adapter("norms", Norm(), NORMS, weights)


def shared_norms(projections: Plan) -> Plan:
    """The projections of a plan, and norms inside adapters that all rows share."""
    return joined((projections, _PROJECTIONS), (table(), _NORM))


def t5_fine_tuning(
    name: str = "t5-base-multi", size: Size = "base", *, recipe: Training = "paper"
) -> Method:
    """Every weight of the backbone is trained, on one task a run (`single`) or on all (`multi`).

    Raffel et al. (2020), in the comparison of Karimi Mahabadi et al. (2021), table 1.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
        recipe: that of the `paper`, or of the `released` code.
    """
    phase = Phase(trains=frozenset({BACKBONE, HEADS}), recipe=recipe_of(size, recipe))
    return Method(name, adapters=(), phases=(phase,), paper="Raffel et al. (2020)")


def houlsby_adapters(
    name: str = "adapters-base",
    size: Size = "base",
    *,
    reduction: int = 32,
    std: float = 0.01,
    gain: float = 1.0,
    recipe: Training = "paper",
) -> Method:
    """Adapters: a bottleneck per task after self-attention and feed-forward sub-layers, and the
    norms of the backbone per task; the rest of it is frozen.

    `A(x) = LN(U·GELU(D·x)) + x`, before dropout and residual. Houlsby et al. (2019); the paper
    trains one task a run, which a run of several tasks equals up to the order of batches.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
        reduction: d_model / width of the adapters, from 1 to d_model.
        std: standard deviation of the projections at the start.
        gain: scale of the norm inside the adapters at the start, 1 as in the paper. What it gives
            is then as large as the hidden states of an encoder like BERT. At 0 adapters add nothing
            at first.
        recipe: that of the `paper`, or of the `released` code.
    """
    adapters = Adapter("adapters", houlsby_bottleneck(reduction, std, gain), SITES, table("task"))
    chosen = recipe_of(size, recipe)
    return multi_task(
        name, chosen, adapters, trained_norms(table("task")), paper="Houlsby et al. (2019)"
    )


def adapters_dagger(
    name: str = "adapters-dagger-base",
    size: Size = "base",
    *,
    reduction: int = 32,
    std: float = 0.01,
    gain: float = 1.0,
    recipe: Training = "paper",
) -> Method:
    """Adapters†: adapters per task whose norms, and the norms of the backbone, all tasks share.

    Karimi Mahabadi et al. (2021), section 3.1; reductions of 2 and 4 are those of their table 3.

    Args:
        name, size, reduction, std, gain, recipe: as of `houlsby_adapters`.
    """
    weights = shared_norms(table("task"))
    adapters = Adapter("adapters", houlsby_bottleneck(reduction, std, gain), SITES, weights)
    return multi_task(name, recipe_of(size, recipe), adapters, trained_norms(table()), paper=_PAPER)
