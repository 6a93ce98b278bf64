"""What no single key of a run file can tell: whether its parts fit each other. Loads nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from hyperadapters.config.arguments import argument_faults, built
from hyperadapters.config.cells import (
    Parts,
    cell_faults,
    group_faults,
    mapping_of,
    selection_faults,
)
from hyperadapters.config.recipe import RecipeChanges
from hyperadapters.config.run_file import MethodChoice, RunFile
from hyperadapters.config.task_settings import TaggingTask, TranslationTask
from hyperadapters.data.aligned import Aligned
from hyperadapters.data.built_in import Cldr
from hyperadapters.data.hub import Hub
from hyperadapters.data.pairs import Pairs
from hyperadapters.data.sources import PlainText
from hyperadapters.data.unlabelled import Parallel, RootText
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.validation import unknown
from hyperadapters.method import BACKBONE, Method, Recipe

__all__ = ["cross_faults"]


def cross_faults(document: Document) -> list[Fault]:
    """Every contradiction between the parts of a run file; broken parts are passed over."""
    parts = _parts(document)
    faults, method = _method(document, parts.get("method"))
    checks: Sequence[Callable[[Document, Parts, Method | None], Iterable[Fault]]] = (
        cell_faults,
        group_faults,
        _labels,
        _contents,
        _towers,
        _phases,
        _batches,
        _untrained,
        selection_faults,
    )
    for check in checks:
        faults += check(document, parts, method)
    return faults


def _method(document: Document, choice: MethodChoice | None) -> tuple[list[Fault], Method | None]:
    """What is wrong with the method; the method, as published where its arguments are wrong."""
    if choice is None:
        return [], None
    faults = argument_faults(document, choice)
    method, refused = built(document, choice.name, {} if faults else choice.arguments)
    return [*faults, *refused], method


def _parts(document: Document) -> Parts:
    values = document.values
    tasks = values.get("tasks")
    read = {
        name: _read("tasks", {name: task})
        for name, task in (tasks.items() if isinstance(tasks, dict) else ())
    }
    return {
        "backbone": _read("backbone", values.get("backbone")),
        "method": _read("method", values.get("method")),
        "tasks": {name: task[name] for name, task in read.items() if task is not None},
    }


def _read(field: str, value: object) -> Any:
    """The value of one field of a run file, None where it has faults of its own."""
    try:
        return _reader(field)(value)
    except ValidationError:
        return None


@cache
def _reader(field: str) -> Callable[[object], Any]:
    info = RunFile.model_fields[field]
    hint: Any = Annotated[info.annotation, Field(), *info.metadata]
    return TypeAdapter[Any](hint).validate_python


def _labels(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """A label map must lead to labels of the task, or to their entity types."""
    for name, task in parts["tasks"].items():
        if not isinstance(task, TaggingTask) or task.labels is None:
            continue
        known = dict.fromkeys([*task.labels, *(label.partition("-")[2] for label in task.labels)])
        known.pop("", None)
        for given, label in task.label_map.items():
            if label not in known:
                place = ("tasks", name, "label_map", given)
                yield unknown(document, place, "label", label, list(known))


def _contents(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """A tagging task must have data with labels, a translation task data with two sides."""
    for name, task in parts["tasks"].items():
        plain = [source for source in task.data if _without_labels(source)]
        if isinstance(task, TaggingTask) and plain:
            yield document.fault(
                ("tasks", name, "data"),
                "the data of a tagging task have no labels",
                expected="`conll`, `conllu`, `hub`, or `cldr` with `content: fields` or `spans`",
                found=f"`format: {plain[0].format}`",
            )
        single = [source for source in task.data if not _with_two_sides(source)]
        if isinstance(task, TranslationTask) and single:
            yield document.fault(
                ("tasks", name, "data"),
                "the data of a translation task have one side only",
                expected="`aligned`, `pairs`, `hub`, or `cldr` with `content: pairs`",
                found=f"`format: {single[0].format}`",
            )


def _towers(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """An architecture for translation must have a decoder."""
    shape = getattr(parts["backbone"], "architecture", None)
    translates = any(isinstance(task, TranslationTask) for task in parts["tasks"].values())
    if shape and translates and shape.type != "marian":
        yield document.fault(
            ("backbone", "architecture", "type"),
            f"`{shape.type}` does not translate: it has no decoder",
            remedy="set `type: marian`",
        )


def _with_two_sides(source: object) -> bool:
    two_sides = isinstance(source, Aligned | Hub | Pairs)
    return source.content == "pairs" if isinstance(source, Cldr) else two_sides


def _without_labels(source: object) -> bool:
    plain = isinstance(source, Aligned | Pairs | PlainText | RootText | Parallel)
    return source.content in ("text", "pairs") if isinstance(source, Cldr) else plain


def _phases(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    known = [phase.name for phase in method.phases] if method else []
    for name in mapping_of(document.values.get("phases")):
        if method and name not in known:
            yield unknown(document, ("phases", name), "phase", name, known)


def _batches(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """A batch must split into its micro-batches, and these into blocks of one row."""
    for place, recipe in _recipes(document, method):
        blocks = recipe.accumulate * recipe.contexts_per_batch
        if not recipe.batch_tokens and recipe.batch % blocks:
            yield document.fault(
                place,
                "`batch` does not split evenly",
                expected="a multiple of accumulate × contexts_per_batch = "
                f"{recipe.accumulate} × {recipe.contexts_per_batch}",
                found=str(recipe.batch),
                remedy="change one of the three; what the file leaves out is the method's own",
            )


def _recipes(document: Document, method: Method | None) -> Iterator[tuple[KeyPath, Recipe]]:
    """The recipe of every phase, and the place that says the last of it."""
    values = document.values
    everywhere, phases = _changes(values.get("recipe")), mapping_of(values.get("phases"))
    for phase in method.phases if method else ():
        recipe, own = everywhere.put_into(phase.recipe), phases.get(phase.name)
        place = ("recipe",) if own is None else ("phases", phase.name)
        yield place, _changes(own).put_into(recipe)
    pretrain = mapping_of(values.get("pretrain"))
    yield ("pretrain", "recipe"), _changes(pretrain.get("recipe")).put_into(Recipe())


def _changes(values: object) -> RecipeChanges:
    """The changes that can be read; the others have their own faults."""
    given = mapping_of(values)
    try:
        return RecipeChanges.model_validate(given)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors()}
        return RecipeChanges.model_validate({k: v for k, v in given.items() if k not in wrong})


def _untrained(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """Random weights must be trained at some time."""
    backbone = parts.get("backbone")
    if backbone is None or backbone.architecture is None or method is None:
        return
    trained = any(BACKBONE in phase.trains for phase in method.phases)
    if not trained and not document.values.get("pretrain"):
        yield document.fault(
            ("backbone", "architecture"),
            f"nothing trains the random weights: `{method.name}` keeps its backbone frozen",
            expected="a `pretrain` phase beside an `architecture`",
            remedy="add `pretrain: {train: {...}}`, or give a trained backbone by `path` or `name`",
        )
