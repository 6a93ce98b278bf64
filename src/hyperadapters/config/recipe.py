"""Changes that a run file makes to the recipe of a phase, with the range of each."""

from dataclasses import asdict, replace
from typing import Annotated, Literal, final

from pydantic import Field

from hyperadapters.document.values import Closed, Natural, Number, Positive, Whole
from hyperadapters.method import Recipe

__all__ = ["RecipeChanges", "full_changes"]

_Beta = Annotated[Number, Field(ge=0, lt=1)]


@final
class RecipeChanges(Closed):
    """The values of a phase's `Recipe`, which explains each, that a run changes."""

    steps: Positive | None = None
    learning_rate: Annotated[Number, Field(gt=0, allow_inf_nan=False)] | None = None
    batch: Positive | None = None
    batch_tokens: Natural | None = None
    accumulate: Positive | None = None
    contexts_per_batch: Positive | None = None
    temperature: Annotated[Number, Field(gt=0)] | None = None
    warmup: Natural | None = None
    decay: Literal["linear", "constant", "inverse_sqrt"] | None = None
    weight_decay: Annotated[Number, Field(ge=0, allow_inf_nan=False)] | None = None
    betas: tuple[_Beta, _Beta] | None = None
    epsilon: Annotated[Number, Field(gt=0, allow_inf_nan=False)] | None = None
    clip: Annotated[Number, Field(ge=0, allow_inf_nan=False)] | None = None
    smoothing: Annotated[Number, Field(ge=0, lt=1)] | None = None
    precision: Literal["no", "bf16", "fp16"] | None = None
    length: Annotated[Whole, Field(ge=4)] | None = None
    evaluate_every: Natural | None = None
    patience: Natural | None = None
    criterion: Literal["score", "loss", "perplexity", "last"] | None = None

    def put_into(self, recipe: Recipe) -> Recipe:
        """`recipe` with these changes; a number of examples takes the place of one of tokens."""
        changes = self.model_dump(exclude_none=True)
        by_examples = {"batch_tokens": 0} if "batch" in changes else {}
        return replace(recipe, **(by_examples | changes))


def full_changes(recipe: Recipe) -> RecipeChanges:
    """The changes that turn any recipe into this one."""
    return RecipeChanges(**asdict(recipe))
