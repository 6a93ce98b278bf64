"""Target-language-ready task adapters (Parović et al., 2023): six variants of MAD-X 2.0."""

from collections.abc import Sequence
from dataclasses import replace

from hyperadapters.errors import UnknownName
from hyperadapters.method import Method
from hyperadapters.methods.entrance import Invertible
from hyperadapters.methods.mad_x import mad_x_v2, task_phase
from hyperadapters.methods.recipes import TaskRecipe
from hyperadapters.methods.settings import TLR_TARGETS
from hyperadapters.schedules import Cycle

__all__ = [
    "listed",
    "tlr_all_multi",
    "tlr_bilingual",
    "tlr_leave_out_targ",
    "tlr_leave_out_task",
    "tlr_target",
    "tlr_task_multi",
    "turns",
]


def turns(languages: Sequence[str]) -> Cycle:
    """The cycle that goes over languages, in their order.

    Raises:
        ValueError: there is none, or one occurs twice.
    """
    if not languages or len(set(languages)) < len(languages):
        raise ValueError(
            "a cycle goes over one or more languages, each once, not over "
            + (", ".join(languages) or "none")
        )
    return Cycle([{"language": language} for language in languages])


def _ready(
    name: str,
    languages: Sequence[str],
    *,
    text: str,
    recipe: TaskRecipe,
    language_reduction: int,
    task_reduction: int,
    invertible: Invertible,
) -> Method:
    """MAD-X 2.0 whose task adapter sees the adapters of several languages while it is trained."""
    mad_x = mad_x_v2(
        name,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
        text=text,
    )
    task = task_phase(text, recipe, silent=("language", "task"), under=turns(languages))
    return replace(mad_x, phases=(mad_x.phases[0], task), paper="Parović et al. (2023)")


def listed(languages: Sequence[str]) -> list[str]:
    """The languages of an argument.

    Raises:
        ValueError: it is a text.
    """
    if isinstance(languages, str):  # which would be a list of its letters
        raise ValueError(f"a list of languages is needed, not the text `{languages}`")
    return list(languages)


def _without(targets: Sequence[str], left_out: Sequence[str]) -> list[str]:
    targets, left_out = listed(targets), listed(left_out)
    for language in left_out:
        if language not in targets:
            raise UnknownName("language to leave out", language, targets)
    return [language for language in targets if language not in left_out]


def tlr_target(
    name: str = "tlr-target",
    *,
    target: str,
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
) -> Method:
    """TARGET: the task adapter is trained on English data through the adapter of the target alone.

    The adapters of MAD-X 2.0. Micro-batch n of the task's data, and batch n of what chooses its
    checkpoint, run under language n mod k of a list, whatever the language of the data (equation
    2); scores, under the language of the data. One run per target from one language phase. Parović
    et al. (2023), section 3.

    Args:
        name: of the resulting method.
        target: the language that it is for.
        text: the name of the run's task of language modelling.
        recipe: the English data whose recipe the task adapters have.
        language_reduction: d_model / width of language adapters, from 1 to d_model.
        task_reduction: the same of task adapters.
        invertible: a `coupling` per language where the encoder begins, or `none`: the paper
            compares with BAD-X without.

    Raises:
        ValueError: a reduction is not above 0.
    """
    return _ready(
        name,
        [target],
        text=text,
        recipe=recipe,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
    )


def tlr_bilingual(
    name: str = "tlr-bilingual",
    *,
    target: str,
    source: str = "en",
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
) -> Method:
    """BILINGUAL: the adapters of source and target take turns, the source first.

    As `tlr_target`; one run per target.

    Args:
        name: of the resulting method.
        target: the language that it is for.
        source: the language of the task's data.
        text, recipe, language_reduction, task_reduction, invertible: as of `tlr_target`.

    Raises:
        ValueError: both languages are the same, or a reduction is not above 0.
    """
    return _ready(
        name,
        [source, target],
        text=text,
        recipe=recipe,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
    )


def tlr_task_multi(
    name: str = "tlr-task-multi",
    *,
    targets: Sequence[str],
    source: str = "en",
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
) -> Method:
    """TASK-MULTI: the adapters of the source and of all languages of one data set take turns.

    As `tlr_target`; one run per data set. `methods.settings` lists the languages of the paper's.

    Args:
        name: of the resulting method.
        targets: the languages of the data set that it is scored on, in the order of their turns.
        source: the language of the task's data; it comes first.
        text, recipe, language_reduction, task_reduction, invertible: as of `tlr_target`.

    Raises:
        ValueError: a language occurs twice, or a reduction is not above 0.
    """
    return _ready(
        name,
        [source, *listed(targets)],
        text=text,
        recipe=recipe,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
    )


def tlr_all_multi(
    name: str = "tlr-all-multi",
    *,
    targets: Sequence[str] = TLR_TARGETS,
    source: str = "en",
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
) -> Method:
    """ALL-MULTI: the adapters of the source and of the languages of all data sets take turns.

    As `tlr_target`; one run per task.

    Args:
        name: of the resulting method.
        targets: the languages, in the order of their turns; the paper's 34.
        source: the language of the task's data; it comes first.
        text, recipe, language_reduction, task_reduction, invertible: as of `tlr_target`.

    Raises:
        ValueError: a language occurs twice, or a reduction is not above 0.
    """
    return _ready(
        name,
        [source, *listed(targets)],
        text=text,
        recipe=recipe,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
    )


def tlr_leave_out_task(
    name: str = "tlr-leave-out-task",
    *,
    left_out: Sequence[str],
    targets: Sequence[str] = TLR_TARGETS,
    source: str = "en",
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
) -> Method:
    """LEAVE-OUT-TASK: as ALL-MULTI, without the languages of the data set that it is scored on.

    As `tlr_target`; one run per data set.

    Args:
        name: of the resulting method.
        left_out: the languages of that data set; the paper's are in `methods.settings`.
        targets: all languages, in the order of their turns; the paper's 34.
        source: the language of the task's data; it comes first.
        text, recipe, language_reduction, task_reduction, invertible: as of `tlr_target`.

    Raises:
        UnknownName: one of `left_out` is no target.
        ValueError: a language occurs twice, or a reduction is not above 0.
    """
    return _ready(
        name,
        [source, *_without(targets, left_out)],
        text=text,
        recipe=recipe,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
    )


def tlr_leave_out_targ(
    name: str = "tlr-leave-out-targ",
    *,
    target: str,
    targets: Sequence[str] = TLR_TARGETS,
    source: str = "en",
    text: str = "mlm",
    recipe: TaskRecipe = "conll-2003",
    language_reduction: int = 2,
    task_reduction: int = 16,
    invertible: Invertible = "coupling",
) -> Method:
    """LEAVE-OUT-TARG: as ALL-MULTI, without the one language that it is scored on.

    As `tlr_target`; one run per target.

    Args:
        name: of the resulting method.
        target: that language.
        targets: all languages, in the order of their turns; the paper's 34.
        source: the language of the task's data; it comes first.
        text, recipe, language_reduction, task_reduction, invertible: as of `tlr_target`.

    Raises:
        UnknownName: `target` is none of the targets.
        ValueError: a language occurs twice, or a reduction is not above 0.
    """
    return _ready(
        name,
        [source, *_without(targets, [target])],
        text=text,
        recipe=recipe,
        language_reduction=language_reduction,
        task_reduction=task_reduction,
        invertible=invertible,
    )
