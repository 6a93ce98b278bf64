"""The objective of a phase, its backbone computed as the recipe says: as it is, or in graphs."""

from collections.abc import Callable
from math import gcd

import torch

from hyperadapters.machine.compiler import check_compiler
from hyperadapters.method import Recipe
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.compiled import Compiled
from hyperadapters.training.objective import Objective

__all__ = ["check_compute", "objective_of"]


def check_compute(recipe: Recipe, device: torch.device) -> None:
    """Raises unless this machine can compute as a recipe says.

    Raises:
        TrainingError: it has no compiler, or its `torch` is too old.
    """
    if recipe.compile:
        check_compiler(device)
        Compiled()


def objective_of(
    model: AdaptedModel, recipe: Recipe, ranks: int, tell: Callable[[str], object]
) -> Objective:
    """What one of so many ranks minimises.

    The examples of a rank are runs of equal size, each of one row: `contexts_per_batch` blocks, cut
    where a rank begins. That is what the graphs of a recipe with `compile` are made for.
    """
    if not recipe.compile:
        return Objective(model, recipe)
    blocks = recipe.contexts_per_batch // gcd(recipe.contexts_per_batch, ranks)
    return Objective(model, recipe, Compiled(blocks=blocks, tell=tell))
