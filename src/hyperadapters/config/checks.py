"""What no single key of a run file can tell: whether its parts fit each other. Loads nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from hyperadapters.config.arguments import argument_faults, built
from hyperadapters.config.document import Document, Fault, Place
from hyperadapters.config.recipe import RecipeChanges
from hyperadapters.config.run_file import RunFile
from hyperadapters.config.task_settings import TaggingTask, TranslationTask
from hyperadapters.config.validation import unknown
from hyperadapters.context import direction
from hyperadapters.data.aligned import Aligned
from hyperadapters.data.hub import Hub
from hyperadapters.data.pairs import Pairs
from hyperadapters.data.sources import Cldr, PlainText
from hyperadapters.data.unlabelled import Parallel, RootText
from hyperadapters.errors import ContextError, DataError
from hyperadapters.method import BACKBONE, Method, Recipe

__all__ = ["cross_faults"]

Parts = Mapping[str, Any]
"""The keys of a run file that could be read, as the values that `RunFile` would have."""

_CELLS: tuple[Place, ...] = (("train",), ("evaluate",), ("select",), ("pretrain", "train"))


def cross_faults(document: Document) -> list[Fault]:
    """Every contradiction between the parts of a run file; broken parts are passed over."""
    parts = _parts(document)
    choice = parts.get("method")
    faults = argument_faults(document, choice) if choice else []
    method = built(document, choice, faults) if choice else None
    checks: Sequence[Callable[[Document, Parts, Method | None], Iterable[Fault]]] = (
        _cells,
        _groups,
        _labels,
        _contents,
        _towers,
        _phases,
        _batches,
        _untrained,
    )
    for check in checks:
        faults += check(document, parts, method)
    return faults


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


def _cells(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """Every pair must be of a task of the run, and in a language that its data have."""
    defined = document.values.get("tasks")
    for place, task, languages in _all_cells(document):
        if isinstance(defined, dict) and task not in defined:
            yield unknown(document, (*place, task), "task", task, list(defined))
        settings = parts["tasks"].get(task)
        known = _languages(settings)
        for number, language in enumerate(languages):
            at = (*place, task, number)
            if isinstance(settings, TranslationTask):
                yield from _direction(document, at, str(language), known)
                yield from _through(document, parts, at, str(language))
            elif known and language not in known:
                yield unknown(document, at, "language", str(language), known)


def _direction(
    document: Document, place: Place, name: str, known: Sequence[str]
) -> Iterator[Fault]:
    """A cell of a translation task is a direction between two languages of its data."""
    try:
        direction(name)
    except ContextError as error:
        yield document.fault(place, str(error).splitlines()[0], expected="such as `de-en`")
        return
    languages = sorted({language for one in known for language in one.split("-")})
    for language in name.split("-") if known else ():
        if language not in languages:
            yield unknown(document, place, "language", language, languages)


def _through(document: Document, parts: Parts, place: Place, name: str) -> Iterator[Fault]:
    """Only what is evaluated can go through a third language; a vocabulary that is learned here
    knows the target languages of training.
    """
    if place[0] != "evaluate":
        if name.count("-") > 1:
            yield document.fault(
                place,
                f"`{name}` goes through a third language",
                expected="directions such as `de-en`; routes such as `de-en-fr` only in `evaluate`",
            )
        return
    backbone, task = parts.get("backbone"), str(place[1])
    if backbone is None or backbone.architecture is None:
        return
    trained = _mapping(document.values.get("train")).get(task)
    targets = {str(one).split("-")[-1] for one in trained} if isinstance(trained, list) else set()
    for target in name.split("-")[1:]:
        if targets and target not in targets:
            yield document.fault(
                place,
                f"nothing is trained to translate into `{target}`",
                expected=f"one of {', '.join(sorted(targets))}",
                remedy=f"train a direction into `{target}`, or leave `{name}` out",
            )


def _all_cells(
    document: Document, places: Sequence[Place] = _CELLS
) -> Iterator[tuple[Place, str, Sequence[object]]]:
    """Every list of languages as written: a fault in one must not hide those in the others."""
    for place in places:
        cells = document.values
        for key in place:
            cells = cells.get(key) if isinstance(cells, dict) else None
        for task, languages in cells.items() if isinstance(cells, dict) else ():
            if isinstance(languages, list):
                yield place, task, languages


def _languages(task: Any) -> tuple[str, ...]:
    """The languages of a task's data, as far as that can be told without reading files."""
    found: list[str] = []
    for source in getattr(task, "data", ()):
        try:
            own = source.languages(None)
        except DataError:
            own = ()
        if not own:
            return ()
        found += own
    return tuple(sorted(set(found)))


def _groups(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """A group has languages of cells, of data or with a family; no tier has its name."""
    groups = _mapping(document.values.get("groups"))
    for name in _mapping(document.values.get("tiers")):
        if name in groups:
            yield document.fault(("tiers", name), "there is a group of this name")
    known = {str(name) for _, _, languages in _all_cells(document) for name in languages}
    known |= {language for task in parts["tasks"].values() for language in _languages(task)}
    known |= set(_mapping(document.values.get("families")))
    known |= {side for name in known for side in name.split("-")}
    for place, group, languages in _all_cells(document, (("groups",),)):
        for number, language in enumerate(languages):
            sides = set(str(language).split("-"))  # of a direction that has no cell in this run
            if known and language not in known and not sides <= known:
                place_of = (*place, group, number)
                yield unknown(document, place_of, "language", str(language), sorted(known))


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
    for name in _mapping(document.values.get("phases")):
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
                expected=f"a multiple of accumulate × contexts_per_batch = {blocks}",
                found=str(recipe.batch),
            )


def _recipes(document: Document, method: Method | None) -> Iterator[tuple[Place, Recipe]]:
    values = document.values
    everywhere, phases = _changes(values.get("recipe")), _mapping(values.get("phases"))
    for phase in method.phases if method else ():
        recipe = everywhere.put_into(phase.recipe)
        yield ("recipe",), recipe
        if phase.name in phases:
            yield ("phases", phase.name), _changes(phases[phase.name]).put_into(recipe)
    pretrain = _mapping(values.get("pretrain"))
    yield ("pretrain", "recipe"), _changes(pretrain.get("recipe")).put_into(Recipe())


def _changes(values: object) -> RecipeChanges:
    """The changes that can be read; the others have their own faults."""
    given = _mapping(values)
    try:
        return RecipeChanges.model_validate(given)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors()}
        return RecipeChanges.model_validate({k: v for k, v in given.items() if k not in wrong})


def _mapping(values: object) -> Mapping[str, Any]:
    return values if isinstance(values, dict) else {}


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
