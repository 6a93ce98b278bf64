"""Changes that a run file makes to the recipe of a phase: every value of `Recipe`, in its range."""

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import Strict, create_model

from hyperadapters.document.values import Closed
from hyperadapters.method import Recipe

__all__ = ["RecipeChanges", "full_changes"]


def _strict(hint: Any) -> Any:
    """The same type without conversions: text and booleans are no numbers."""
    if get_origin(hint) is tuple:
        return tuple[tuple(map(_strict, get_args(hint)))]  # type: ignore[misc]
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return Annotated[hint, Strict()] if base in (bool, int, float) else hint


if TYPE_CHECKING:

    class _Values(Closed):
        """The fields of `Recipe`, each of which may be absent."""
else:
    _Values = create_model(
        "_Values",
        __base__=Closed,
        **{one.name: (_strict(one.type) | None, None) for one in dataclasses.fields(Recipe)},
    )


class RecipeChanges(_Values):
    """The values of a phase's `Recipe`, which explains each, that a run changes."""

    def put_into(self, recipe: Recipe) -> Recipe:
        """`recipe` with these changes; a number of examples takes the place of one of tokens."""
        names = {one.name for one in dataclasses.fields(Recipe)}
        changes = self.model_dump(include=names, exclude_none=True)
        by_examples = {"batch_tokens": 0} if "batch" in changes else {}
        return dataclasses.replace(recipe, **(by_examples | changes))


def full_changes(recipe: Recipe) -> RecipeChanges:
    """The changes that turn any recipe into this one."""
    return RecipeChanges(**dataclasses.asdict(recipe))
