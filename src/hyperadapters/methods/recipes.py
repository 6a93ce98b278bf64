"""How the papers of MAD-X and its family train language adapters, and task adapters on them."""

from collections.abc import Mapping
from math import ceil
from typing import Literal

from hyperadapters.method import Recipe

__all__ = ["HYPER_X_TASK", "HYPER_X_TEXT", "TASK_RECIPES", "TEXT_RECIPE", "TaskRecipe"]

TaskRecipe = Literal["conll-2003", "ewt", "multinli", "squad"]
"""The English data that a recipe of the target-language-ready paper is for."""

TEXT_RECIPE = Recipe(
    steps=100_000,
    learning_rate=5e-5,
    batch=8,
    order="alternate",
    length=256,
    evaluate_every=5000,
    criterion="perplexity",
)
"""Parović et al. (2023), of language adapters. Their 100,000 updates are those of one language:
languages take turns, so a run of n languages wants n times as many. Theirs end after 100 epochs
where that is sooner, but not before 30,000; of small texts they evaluate every 1,000."""


def _task_recipe(
    examples: int, epochs: int, *, batch: int, rate: float, every: int, length: int, patience: int
) -> Recipe:
    return Recipe(
        steps=epochs * ceil(examples / batch),
        learning_rate=rate,
        batch=batch,
        length=length,
        evaluate_every=every,
        patience=patience,
    )


TASK_RECIPES: Mapping[TaskRecipe, Recipe] = {
    "conll-2003": _task_recipe(14_041, 10, batch=8, rate=5e-5, every=250, length=512, patience=0),
    "ewt": _task_recipe(12_543, 10, batch=8, rate=5e-5, every=250, length=512, patience=0),
    "multinli": _task_recipe(392_702, 5, batch=32, rate=2e-5, every=625, length=128, patience=0),
    "squad": _task_recipe(87_599, 15, batch=16, rate=1e-4, every=625, length=384, patience=4),
}
"""Parović et al. (2023), of task adapters; epochs as updates over the training examples. SQuAD's
are counted as questions: long passages give some more windows."""

HYPER_X_TEXT = Recipe(
    steps=100_000,
    learning_rate=1e-4,
    batch=32,
    order="alternate",
    length=256,
    evaluate_every=5000,
    criterion="perplexity",
)
HYPER_X_TASK = Recipe(
    steps=12_500,
    learning_rate=1e-4,
    batch=32,
    temperature=1.0,
    warmup=4000,
    length=256,
    evaluate_every=5000,
)
"""Üstün et al. (2022), section 4.2: 20 epochs, here of the 20,000 English sentences of WikiANN. The
paper states no learning rate of its language adapters; 1e-4 is MAD-X's."""
