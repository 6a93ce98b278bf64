"""MAD-X (Pfeiffer et al., 2020): the adapter of a task stands on the adapter of a language."""

from collections.abc import Mapping
from math import ceil
from typing import Literal

from hyperadapters.forms import Bottleneck
from hyperadapters.method import HEADS, Adapter, Method, Phase, Recipe
from hyperadapters.providers import table
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.sites import Where
from hyperadapters.slots import Normal

__all__ = [
    "TEXT_RECIPE",
    "TaskRecipe",
    "language_phase",
    "mad_x_hyper_x",
    "mad_x_v2",
    "stacked",
    "task_phase",
]

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


_TASK_RECIPES: Mapping[TaskRecipe, Recipe] = {
    "conll-2003": _task_recipe(14_041, 10, batch=8, rate=5e-5, every=250, length=512, patience=0),
    "ewt": _task_recipe(12_543, 10, batch=8, rate=5e-5, every=250, length=512, patience=0),
    "multinli": _task_recipe(392_702, 5, batch=32, rate=2e-5, every=625, length=128, patience=0),
    "squad": _task_recipe(87_599, 15, batch=16, rate=1e-4, every=625, length=384, patience=4),
}
"""Parović et al. (2023), of task adapters; epochs as updates over the training examples. SQuAD's
are counted as questions: long passages give some more windows."""

_HYPER_X_TEXT = Recipe(
    steps=100_000,
    learning_rate=1e-4,
    batch=32,
    order="alternate",
    length=256,
    evaluate_every=5000,
    criterion="perplexity",
)
_HYPER_X_TASK = Recipe(
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


def stacked(
    language: Bottleneck, task: Bottleneck, *, name: str = "language", keys: tuple[str, ...]
) -> tuple[Adapter, Adapter]:
    """The adapter of a language or pair, and that of the task on it.

    Both are around the sum that closes each feed-forward sub-layer: with x its input, f its output
    and LN the backbone's own norm, `a = A_L(LN(f + x)) + f`, then `A_T(LN(a + x)) + a` and the norm
    of that plus x.

    Args:
        language: the form of the first.
        task: the form of the second.
        name: of the first.
        keys: the factors by which the first has its weights.
    """
    where = Where("ffn_sum")
    return (
        Adapter(name, language, where, table(*keys)),
        Adapter("task", task, where, table("task")),
    )


def language_phase(
    text: str, recipe: Recipe, *, adapter: str = "language", under: Schedule | None = None
) -> Phase:
    """The first phase: the adapters of languages alone act and are trained, on raw text.

    Args:
        text: the name of the run's task of language modelling.
        recipe: how it is trained.
        adapter: what it trains.
        under: what all of it runs under; None for the rows of the data.
    """
    schedule = under or Observed()
    return Phase(
        name="language",
        tasks=frozenset({text}),
        acts=frozenset({adapter}),
        trains=frozenset({adapter}),
        under=schedule,
        select_under=schedule,
        score_under=schedule,
        recipe=recipe,
    )


def task_phase(
    text: str,
    recipe: Recipe | TaskRecipe,
    *,
    silent: tuple[str, ...] = (),
    under: Schedule | None = None,
    score_under: Schedule | None = None,
) -> Phase:
    """The second phase: adapters of tasks and their heads are trained on frozen ones of languages.

    Args:
        text: the name of the run's task of language modelling, which it leaves out.
        recipe: how it is trained, or the data whose published recipe that is.
        silent: the adapters whose last layer is left out (MAD-X 2.0).
        under: what training and the choice of its checkpoint run under; None for the rows of the
            data.
        score_under: the same for the matrix.
    """
    schedule = under or Observed()
    return Phase(
        name="task",
        without=frozenset({text}),
        trains=frozenset({"task", HEADS}),
        leave_out=dict.fromkeys(silent, (-1,)),
        under=schedule,
        select_under=schedule,
        score_under=score_under or Observed(),
        recipe=_TASK_RECIPES[recipe] if isinstance(recipe, str) else recipe,
    )


def mad_x_v2(
    name: str = "mad-x-v2",
    *,
    language_reduction: int = 2,
    task_reduction: int = 16,
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    std: float = 0.02,
) -> Method:
    """MAD-X 2.0: language adapters are trained on raw text; a task adapter on the language adapter
    of its data is used on that of any other language.

    `A(z) = U·ReLU(D·z)` with biases and no norm of its own, wired as `stacked` says. The backbone
    is frozen. Language adapters are trained at all layers; from then on, also in use, the last
    layer of both adapters is left out. What is left out has parameters all the same: the paper
    trains twelve layers of a language adapter and drops the last when it loads them. Without the
    invertible adapter at the embeddings that MAD-X also has. Pfeiffer et al. (2020, 2021); values
    of Parović et al. (2023).

    Args:
        name: of the resulting method.
        language_reduction: d_model / width of language adapters, from 1 to d_model.
        task_reduction: the same of task adapters.
        text: the name of the run's task of language modelling.
        recipe: the English data whose recipe the task adapters have.
        std: standard deviation of all projections at the start.

    Raises:
        ValueError: a reduction is not above 0, or `std` is negative.
    """
    return Method(
        name,
        adapters=stacked(
            Bottleneck(reduction=language_reduction, initial=Normal(std)),
            Bottleneck(reduction=task_reduction, initial=Normal(std)),
            keys=("language",),
        ),
        phases=(
            language_phase(text, TEXT_RECIPE),
            task_phase(text, recipe, silent=("language", "task")),
        ),
        paper="Pfeiffer et al. (2020)",
    )


def mad_x_hyper_x(
    name: str = "mad-x-hyper-x",
    *,
    language_width: int = 256,
    task_width: int = 48,
    text: str = "mlm",
    std: float = 0.02,
) -> Method:
    """MAD-X as Hyper-X is compared with it: both adapters at all layers, nothing left out.

    The equations of `mad_x_v2`. Data of a task may be in several languages (their MAD-X MS): each
    batch runs through the language adapter of its own. Üstün et al. (2022), section 4.2.

    Args:
        name: of the resulting method.
        language_width: of the bottleneck of language adapters, above 0.
        task_width: the same of task adapters.
        text: the name of the run's task of language modelling.
        std: standard deviation of all projections at the start.

    Raises:
        ValueError: a width is not above 0, or `std` is negative.
    """
    return Method(
        name,
        adapters=stacked(
            Bottleneck(width=language_width, initial=Normal(std)),
            Bottleneck(width=task_width, initial=Normal(std)),
            keys=("language",),
        ),
        phases=(language_phase(text, _HYPER_X_TEXT), task_phase(text, _HYPER_X_TASK)),
        paper="Pfeiffer et al. (2020)",
    )
