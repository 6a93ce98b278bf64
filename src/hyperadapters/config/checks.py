"""What no single key of a run file can tell: whether its parts fit each other. Loads nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from hyperadapters.config.arguments import argument_faults, built
from hyperadapters.config.cells import (
    Parts,
    cell_faults,
    group_faults,
    mapping_of,
    names_in,
    selection_faults,
)
from hyperadapters.config.recipe import RecipeChanges
from hyperadapters.config.run_file import MethodChoice, RunFile
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.validation import unknown
from hyperadapters.method import BACKBONE, HEADS, Method, Recipe

__all__ = ["cross_faults"]

_MOST = 100
"""Faults of one kind that are looked for; a message shows fewer."""


def cross_faults(document: Document) -> list[Fault]:
    """Every contradiction between the parts of a run file; broken parts are passed over."""
    parts = _parts(document)
    faults, method = _method(document, parts.get("method"))
    checks: Sequence[Callable[[Document, Parts, Method | None], Iterable[Fault]]] = (
        cell_faults,
        group_faults,
        _entries,
        _towers,
        _phases,
        _batches,
        _untrained,
        selection_faults,
    )
    for check in checks:
        faults += islice(check(document, parts, method), _MOST)
    return faults


def _method(document: Document, choice: MethodChoice | None) -> tuple[list[Fault], Method | None]:
    """What is wrong with the method; the method, as published where its arguments are wrong."""
    if choice is None:
        return [], None
    faults = argument_faults(document, choice)
    method, refused = built(document, choice.name, {} if faults else choice.arguments)
    return faults or refused, method


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


def _entries(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """What each task finds wrong with its own entry."""
    for name, task in parts["tasks"].items():
        yield from task.faults(document, ("tasks", name))


def _towers(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """An architecture must have the towers that tasks need."""
    shape = getattr(parts["backbone"], "architecture", None)
    if shape is None:
        return
    for name, task in parts["tasks"].items():
        if not task.fits(shape.towers):
            yield document.fault(
                ("backbone", "architecture", "type"),
                f"`{shape.type}` cannot learn task `{name}`, of kind `{task.kind}`",
                expected=f"a backbone {task.needs()}",
                found=f"`{shape.type}`, which has {' and '.join(shape.towers)}",
                remedy="set another `type`, or leave the task out",
            )
            return


def _phases(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """A phase is the method's, or has cells of its own; all of its parts are the method's. Some
    phase is left.
    """
    known = [phase.name for phase in method.phases] if method else []
    given_to = mapping_of(document.values.get("phases"))
    cells = {name: mapping_of(given_to.get(name)).get("train") for name in (*known, *given_to)}
    if known and not any(own is None or any(mapping_of(own).values()) for own in cells.values()):
        said = "every phase is left out, so that nothing would be trained"
        yield document.fault(("phases",), said, remedy="take `train: {}` out of one of them")
    for name, given in given_to.items():
        if method and name not in known and not any(mapping_of(cells[name]).values()):
            yield unknown(document, ("phases", name), "phase", name, known)
        names = names_in(document, parts)
        yield from _named_parts(document, ("phases", name), mapping_of(given), method, names)
    if method and not document.values.get("train"):
        if any(cells[name] is None for name in known):
            yield document.fault((), "`train` is missing", remedy="add a line `train: ...`")


def _named_parts(
    document: Document,
    place: KeyPath,
    given: Parts,
    method: Method | None,
    names: Collection[str],
) -> Iterator[Fault]:
    adapters = [adapter.name for adapter in method.adapters] if method else []
    legal = {"trains": [*adapters, BACKBONE, HEADS], "acts": adapters, "leave_out": adapters}
    for key, known in legal.items() if method else ():
        for name in _several(given.get(key)):
            if name not in known and not (key == "trains" and name in names):
                yield unknown(document, (*place, key), "part of the method", str(name), known)


def _several(values: object) -> Collection[Any]:
    """What should be several; nothing where it is one."""
    return values if isinstance(values, (list, tuple, dict)) else ()


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
    recipes = {name: Recipe() for name in phases}
    recipes |= {phase.name: phase.recipe for phase in method.phases} if method else {}
    for name, recipe in recipes.items():
        own = phases.get(name)
        place = ("recipe",) if own is None else ("phases", name)
        yield place, _changes(own).put_into(everywhere.put_into(recipe))


def _changes(values: object) -> RecipeChanges:
    """The changes that can be read; the others have their own faults."""
    known = RecipeChanges.model_fields
    given = {key: value for key, value in mapping_of(values).items() if key in known}
    try:
        return RecipeChanges.model_validate(given)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors()}
        return RecipeChanges.model_validate({k: v for k, v in given.items() if k not in wrong})


def _untrained(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """Random weights must be trained at some time, or come from another run."""
    backbone = parts.get("backbone")
    if backbone is None or backbone.architecture is None or method is None:
        return
    given = {
        name: mapping_of(changes)
        for name, changes in mapping_of(document.values.get("phases")).items()
    }
    trained: dict[str, Collection[str]] = {name: (BACKBONE,) for name in given}
    trained |= {phase.name: phase.trains for phase in method.phases}
    trained |= {name: _several(own["trains"]) for name, own in given.items() if own.get("trains")}
    started = any(own.get("start_from") for own in given.values())
    if not started and not any(BACKBONE in parts for parts in trained.values()):
        yield document.fault(
            ("backbone", "architecture"),
            f"nothing trains the random weights: `{method.name}` keeps its backbone frozen",
            expected="a phase of its own beside an `architecture`",
            remedy="add `phases: {pretrain: {train: {...}}}`, or give a trained backbone by `path` "
            "or `name`",
        )
