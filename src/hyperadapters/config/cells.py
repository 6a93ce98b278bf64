"""What is wrong with the cells and groups of a run file: pairs of a task and a language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hyperadapters.config.task_settings import TranslationTask
from hyperadapters.context import direction
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.validation import unknown
from hyperadapters.errors import ContextError, DataError
from hyperadapters.method import Method

__all__ = [
    "Parts",
    "cell_faults",
    "group_faults",
    "mapping_of",
    "selection_faults",
]

Parts = Mapping[str, Any]
"""The keys of a run file that could be read, as the values that `RunFile` would have."""

_CELLS: tuple[KeyPath, ...] = (("train",), ("evaluate",), ("select",), ("pretrain", "train"))


def cell_faults(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
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


def group_faults(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """A group has languages of cells, of data or with a family; no tier has its name."""
    groups = mapping_of(document.values.get("groups"))
    for name in mapping_of(document.values.get("tiers")):
        if name in groups:
            yield document.fault(("tiers", name), "there is a group of this name")
    known = {str(name) for _, _, languages in _all_cells(document) for name in languages}
    known |= {language for task in parts["tasks"].values() for language in _languages(task)}
    known |= set(mapping_of(document.values.get("families")))
    known |= {side for name in known for side in name.split("-")}
    for place, group, languages in _all_cells(document, (("groups",),)):
        for number, language in enumerate(languages):
            sides = set(str(language).split("-"))  # of a direction that has no cell in this run
            if known and language not in known and not sides <= known:
                place_of = (*place, group, number)
                yield unknown(document, place_of, "language", str(language), sorted(known))


def selection_faults(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """What chooses a checkpoint must be of a task that is trained."""
    trained = {task for place, task, _ in _all_cells(document, (("train",), ("pretrain", "train")))}
    for place, task, _ in _all_cells(document, (("select",),)):
        if trained and task in parts["tasks"] and task not in trained:
            yield document.fault(
                (*place, task),
                f"no phase trains `{task}`, so that it cannot choose a checkpoint",
                expected=f"cells of {', '.join(sorted(trained))}",
            )


def _direction(
    document: Document, place: KeyPath, name: str, known: Sequence[str]
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


def _through(document: Document, parts: Parts, place: KeyPath, name: str) -> Iterator[Fault]:
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
    values = document.values
    phases = (values.get("train"), mapping_of(values.get("pretrain")).get("train"))
    trained = (mapping_of(phase).get(task) for phase in phases)
    lists = [one for one in trained if isinstance(one, list)]
    targets = {str(direction).split("-")[-1] for one in lists for direction in one}
    for target in name.split("-")[1:]:
        if targets and target not in targets:
            yield document.fault(
                place,
                f"nothing is trained to translate into `{target}`",
                expected=f"one of {', '.join(sorted(targets))}",
                remedy=f"train a direction into `{target}`, or leave `{name}` out",
            )


def _all_cells(
    document: Document, places: Sequence[KeyPath] = _CELLS
) -> Iterator[tuple[KeyPath, str, Sequence[object]]]:
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


def mapping_of(values: object) -> Mapping[str, Any]:
    """What should be a mapping; an empty one where it is none."""
    return values if isinstance(values, dict) else {}
