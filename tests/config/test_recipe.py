"""Changes to recipes: every value of a recipe, with its range."""

from dataclasses import fields
from typing import Any

import pytest
from pydantic import ValidationError

from hyperadapters.config.recipe import RecipeChanges, full_changes
from hyperadapters.method import Recipe


def test_every_value_of_a_recipe_can_be_changed() -> None:
    assert list(RecipeChanges.model_fields) == [field.name for field in fields(Recipe)]


def test_changes_leave_the_rest_alone() -> None:
    changes = RecipeChanges(steps=7, betas=(0.8, 0.9))
    assert changes.put_into(Recipe(batch=4)) == Recipe(batch=4, steps=7, betas=(0.8, 0.9))


def test_a_number_of_examples_takes_the_place_of_one_of_tokens() -> None:
    published = Recipe(batch_tokens=256_000)
    assert RecipeChanges(batch=16).put_into(published).batch_tokens == 0
    both = RecipeChanges(batch=16, batch_tokens=4096).put_into(published)
    assert (both.batch, both.batch_tokens) == (16, 4096)
    assert RecipeChanges(steps=3).put_into(published).batch_tokens == 256_000


def test_full_changes_make_any_recipe_the_given_one() -> None:
    recipe = Recipe(steps=3, learning_rate=0.5, decay="constant", precision="bf16")
    assert full_changes(recipe).put_into(Recipe()) == recipe


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"steps": "5"},
        {"steps": True},
        {"steps": 1.5},
        {"learning_rate": 0.0},
        {"learning_rate": float("inf")},
        {"batch": 0},
        {"batch": 2**20 + 1},
        {"batch_tokens": 2**30 + 1},
        {"accumulate": 10**9},
        {"contexts_per_batch": 10**9},
        {"temperature": 0.0},
        {"warmup": -1},
        {"decay": "cosine"},
        {"betas": (0.9, 1.0)},
        {"smoothing": 1.0},
        {"clip": -0.1},
        {"precision": False},
        {"compile": 1},
        {"length": 3},
        {"criterion": "f1"},
        {"step": 5},
    ],
)
def test_values_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RecipeChanges.model_validate(wrong)


def test_an_infinite_temperature_is_uniform_sampling() -> None:
    assert RecipeChanges(temperature=float("inf")).put_into(Recipe()).temperature == float("inf")
