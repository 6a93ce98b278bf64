"""MAD-X (Pfeiffer et al., 2020): the adapter of a task stands on the adapter of a language."""

from collections.abc import Sequence
from dataclasses import replace

from hyperadapters.forms import Activation, Bottleneck, Coupling
from hyperadapters.method import HEADS, Adapter, Method, Phase, Recipe
from hyperadapters.methods.entrance import Invertible, entrance
from hyperadapters.methods.recipes import (
    HYPER_X_TASK,
    HYPER_X_TEXT,
    TASK_RECIPES,
    TEXT_RECIPE,
    TaskRecipe,
)
from hyperadapters.providers import table
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.sites import Where
from hyperadapters.slots import Normal

__all__ = [
    "language_phase",
    "mad_x",
    "mad_x_hyper_x",
    "mad_x_v2",
    "stacked",
    "task_phase",
]


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
    text: str, recipe: Recipe, *, adapters: Sequence[str], under: Schedule | None = None
) -> Phase:
    """The first phase: the adapters of languages alone act and are trained, on raw text.

    Args:
        text: the name of the run's task of language modelling.
        recipe: how it is trained.
        adapters: those that act, and are trained.
        under: what all of it runs under; None for the rows of the data.
    """
    schedule = under or Observed()
    return Phase(
        name="language",
        tasks=frozenset({text}),
        acts=frozenset(adapters),
        trains=frozenset(adapters),
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
        recipe=TASK_RECIPES[recipe] if isinstance(recipe, str) else recipe,
    )


def mad_x(
    name: str = "mad-x",
    *,
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
    invertible_reduction: int = 2,
    invertible_depth: int = 2,
    activation: Activation = "relu",
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    std: float = 0.02,
) -> Method:
    """MAD-X: invertible and language adapters are trained on raw text; a task adapter on those of
    the language of its data is used on those of any other language.

    `A(z) = U·ReLU(D·z)` with biases and no norm of its own, wired as `stacked` says, at all layers.
    The invertible adapter is a coupling of what enters the first layer, undone before the output
    embedding wherever the language-model head is used; it acts, frozen, while tasks are trained and
    in use. The backbone is frozen. Pfeiffer et al. (2020), section 3; recipes of Parović et al.
    (2023).

    Args:
        name: of the resulting method.
        language_reduction: d_model / width of language adapters, from 1 to d_model.
        task_reduction: the same of task adapters.
        invertible: a `coupling` per language where the encoder begins, or `none`.
        invertible_reduction: half of d_model / width of its two bottlenecks, from 1 to d_model / 2.
        invertible_depth: how many times one half of the features changes by what the other gives.
        activation: the non-linearity of all of them.
        text: the name of the run's task of language modelling.
        recipe: the English data whose recipe the task adapters have.
        std: standard deviation of all projections at the start.

    Raises:
        ValueError: a reduction is not above 0, `invertible_depth` is below 1, or `std` is negative.
    """
    start = Normal(std)
    coupling = Coupling(invertible_reduction, activation, invertible_depth, start)
    below = entrance(invertible, coupling, table("language"))
    language, task = stacked(
        Bottleneck(reduction=language_reduction, activation=activation, initial=start),
        Bottleneck(reduction=task_reduction, activation=activation, initial=start),
        keys=("language",),
    )
    trained = [adapter.name for adapter in (*below, language)]
    return Method(
        name,
        adapters=(*below, language, task),
        phases=(
            language_phase(text, TEXT_RECIPE, adapters=trained),
            task_phase(text, recipe),
        ),
        paper="Pfeiffer et al. (2020)",
    )


def mad_x_v2(
    name: str = "mad-x-v2",
    *,
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    std: float = 0.02,
) -> Method:
    """MAD-X 2.0: `mad_x` whose last layer has no adapters once the task is trained.

    Language adapters are trained at all layers; from then on, also in use, the last layer of both
    adapters is left out. What is left out has parameters all the same: the paper trains twelve
    layers of a language adapter and drops the last when it loads them. Pfeiffer et al. (2020,
    2021); values of Parović et al. (2023).

    Args:
        name: of the resulting method.
        language_reduction: d_model / width of language adapters, from 1 to d_model.
        task_reduction: the same of task adapters.
        invertible: a `coupling` per language where the encoder begins, or `none`.
        text: the name of the run's task of language modelling.
        recipe: the English data whose recipe the task adapters have.
        std: standard deviation of all projections at the start.

    Raises:
        ValueError: a reduction is not above 0, or `std` is negative.
    """
    whole = mad_x(
        name,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
        text=text,
        recipe=recipe,
        std=std,
    )
    task = task_phase(text, recipe, silent=("language", "task"))
    return replace(whole, phases=(whole.phases[0], task))


def mad_x_hyper_x(
    name: str = "mad-x-hyper-x",
    *,
    language_width: int = 256,
    task_width: int = 48,
    text: str = "mlm",
    std: float = 0.02,
) -> Method:
    """MAD-X as Hyper-X is compared with it: both adapters at all layers, nothing left out.

    The equations of `mad_x`, without invertible adapters. Data of a task may be in several
    languages (their MAD-X MS): each batch runs through the language adapter of its own. Üstün et
    al. (2022), section 4.2.

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
        phases=(
            language_phase(text, HYPER_X_TEXT, adapters=("language",)),
            task_phase(text, HYPER_X_TASK),
        ),
        paper="Pfeiffer et al. (2020)",
    )
