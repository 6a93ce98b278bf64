"""The scale of what is generated: how it starts, and how far an update moves it."""

from dataclasses import replace
from typing import Literal

from hyperadapters.method import Recipe
from hyperadapters.providers import Encoder, Even, Heads, LinearHeads, Per
from hyperadapters.slots import Normal

__all__ = ["FREE_RATE", "Scale", "at_free_rate", "free_scale"]

Scale = Literal["paper", "free"]
"""How generated weights start and how far an update moves them: as the paper has it, or as free
weights."""

FREE_RATE = Recipe(learning_rate=1e-3)
"""What suits adapters beside a frozen encoder: ten times what suits the encoder's own weights."""


def at_free_rate(recipe: Recipe) -> Recipe:
    """The recipe with the learning rate of free adapters."""
    return replace(recipe, learning_rate=FREE_RATE.learning_rate)


def free_scale(
    hidden: int, code: int, *, per: Per = "all", pace: float = 1.0
) -> tuple[Encoder, Heads]:
    """The layers and the heads of a hypernetwork whose weights start and move as free ones do.

    Args:
        hidden: width of the first layer.
        code: width of what the heads read.
        per: who shares a head, as of `LinearHeads`.
        pace: how many times faster than a generated weight a feature inside may move.

    Raises:
        ValueError: a width is less than 1, or the pace not above 0.
    """
    return Even((hidden, code), pace=pace), LinearHeads(per=per, initial=Normal(1.0), matched=True)
