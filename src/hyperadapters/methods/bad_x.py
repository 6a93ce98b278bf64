"""BAD-X (Parović et al., 2022): one adapter for a source and a target language together."""

from dataclasses import replace

from hyperadapters.forms import Bottleneck
from hyperadapters.method import Method
from hyperadapters.methods.mad_x import language_phase, stacked, task_phase
from hyperadapters.methods.recipes import TEXT_RECIPE, TaskRecipe
from hyperadapters.routes import Cell, Route
from hyperadapters.schedules import Fixed
from hyperadapters.slots import Normal

__all__ = ["bad_x"]


def bad_x(
    name: str = "bad-x",
    *,
    target: str,
    source: str = "en",
    language_reduction: int = 2,
    task_reduction: int = 16,
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    std: float = 0.02,
) -> Method:
    """BAD-X: the adapter of a pair of languages is trained on raw text of both, in turns, and the
    task adapter on it; nothing is exchanged afterwards.

    The equations of `mad_x` with the pair's adapter in the language's place, at all layers, and no
    invertible adapter. Everything runs under the pair, whatever the language of the data: training,
    the choice of the checkpoint, and scores. One run per target. The checkpoint of the first phase
    is chosen by the perplexity of text of the target alone, as in the released code. The paper
    states no recipe; the values are those that Parović et al. (2023) compare it with.

    Args:
        name: of the resulting method.
        target: the language that it is for.
        source: the language of the task's data.
        language_reduction: d_model / width of the pair's adapter, from 1 to d_model.
        task_reduction: the same of task adapters.
        text: the name of the run's task of language modelling.
        recipe: the English data whose recipe the task adapters have.
        std: standard deviation of all projections at the start.

    Raises:
        ValueError: both languages are the same, a reduction is not above 0, or `std` is negative.
    """
    if target == source:
        raise ValueError(f"a pair is of two languages, not of `{source}` alone")
    pair = Fixed(source_language=source, target_language=target)
    return Method(
        name,
        adapters=stacked(
            Bottleneck(reduction=language_reduction, initial=Normal(std)),
            Bottleneck(reduction=task_reduction, initial=Normal(std)),
            name="pair",
            keys=("source_language", "target_language"),
        ),
        phases=(
            replace(
                language_phase(text, TEXT_RECIPE, adapters=("pair",), under=pair),
                select=(Cell(text, Route.of(target)),),
            ),
            task_phase(text, recipe, under=pair, score_under=pair),
        ),
        paper="Parović et al. (2022)",
    )
