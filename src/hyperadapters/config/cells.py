"""What is wrong with the cells and groups of a run file: pairs of a task and a language."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.validation import unknown
from hyperadapters.errors import ContextError, DataError
from hyperadapters.method import Method
from hyperadapters.routes import Route, languages_in, reading
from hyperadapters.tasks import TaskSettings

__all__ = [
    "Parts",
    "cell_faults",
    "group_faults",
    "mapping_of",
    "names_in",
    "selection_faults",
]

Parts = Mapping[str, Any]
"""The keys of a run file that could be read, as the values that `RunFile` would have."""


def cell_faults(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """Every cell must be of a task of the run, and in languages that its data have."""
    defined = document.values.get("tasks")
    for place, task, texts in _all_cells(document, _places(document)):
        if isinstance(defined, dict) and task not in defined:
            yield unknown(document, (*place, task), "task", task, list(defined))
        settings = parts["tasks"].get(task)
        for number, text in enumerate(texts if settings is not None else ()):
            for fault in _cell(document, parts, (*place, task, number), str(text)):
                remedies = filter(None, (fault.remedy, reading(str(text))))
                yield replace(fault, remedy="; ".join(remedies) or None)


def _cell(document: Document, parts: Parts, place: KeyPath, text: str) -> Iterator[Fault]:
    """What is wrong with one language or direction."""
    settings = parts["tasks"][place[-2]]
    try:
        route = settings.route(text)
    except ContextError as error:
        yield document.fault(place, str(error).splitlines()[0], expected="such as `de-en`")
        return
    known = _languages(settings)
    for language in route.languages if known else ():
        if language not in known:
            yield unknown(document, place, "language", language, known)
    refused = settings.refuses(route)
    if refused:
        yield document.fault(place, refused)
    if place[0] != "evaluate":
        if route.ends != route:
            yield document.fault(
                place,
                f"`{text}` goes through a third language",
                expected="directions such as `de-en`; routes such as `de-en-fr` only in `evaluate`",
            )
        return
    shape = getattr(parts.get("backbone"), "architecture", None)
    trained = _trained(document, str(place[-2]), settings)
    lost = settings.unreached(route, trained) if shape is not None else None
    if lost:
        targets = sorted({one.languages[-1] for one in trained})
        yield document.fault(
            place,
            lost,
            expected=f"one of {', '.join(targets)}",
            remedy=f"train a direction into the language, or leave `{text}` out",
        )


def _trained(document: Document, task: str, settings: TaskSettings) -> list[Route]:
    """What a task is trained on in some phase, as far as it can be read."""
    found = []
    places = [place for place in _places(document) if place[-1] == "train"]
    for _, own, texts in _all_cells(document, places):
        for text in texts if own == task else ():
            with suppress(ContextError):
                found.append(settings.route(str(text)))
    return found


def group_faults(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """A group has languages of cells, of data or with a family; no tier has its name."""
    groups = mapping_of(document.values.get("groups"))
    for name in mapping_of(document.values.get("tiers")):
        if name in groups:
            yield document.fault(("tiers", name), "there is a group of this name")
    texts = {str(t) for _, _, own in _all_cells(document, _places(document)) for t in own}
    texts |= set(mapping_of(document.values.get("families")))
    known = texts | {language for task in parts["tasks"].values() for language in _languages(task)}
    known |= {language for text in texts for language in languages_in(text)}
    for place, group, members in _all_cells(document, (("groups",),)):
        for number, text in enumerate(map(str, members)):
            languages = set(languages_in(text))  # of a direction that has no cell in this run
            if known and text not in known and not languages <= known:
                yield unknown(document, (*place, group, number), "language", text, sorted(known))


def names_in(document: Document, parts: Parts) -> tuple[str, ...]:
    """The names of tasks and languages, each alone, as what a phase can train: `language=yo`."""
    texts = {str(text) for _, _, own in _all_cells(document, _places(document)) for text in own}
    languages = texts | {language for text in texts for language in languages_in(text)}
    named = [("task", name) for name in parts["tasks"]]
    named += [("language", name) for name in sorted(languages)]
    return tuple(f"{factor}={name}" for factor, name in named)


def selection_faults(document: Document, parts: Parts, method: Method | None) -> Iterator[Fault]:
    """What chooses a checkpoint must be of a task that is trained."""
    places = _places(document)
    training = [place for place in places if place[-1] == "train"]
    trained = {task for _, task, _ in _all_cells(document, training)}
    choosing = [place for place in places if place[-1] == "select"]
    for place, task, _ in _all_cells(document, choosing):
        if trained and task in parts["tasks"] and task not in trained:
            yield document.fault(
                (*place, task),
                f"no phase trains `{task}`, so that it cannot choose a checkpoint",
                expected=f"cells of {', '.join(sorted(trained))}",
            )


def _places(document: Document) -> list[KeyPath]:
    """Every place of a run file that lists cells."""
    phases = mapping_of(document.values.get("phases"))
    own = [("phases", name, key) for name in phases for key in ("train", "select")]
    return [("train",), ("evaluate",), ("select",), *own]


def _all_cells(
    document: Document, places: Iterable[KeyPath]
) -> Iterator[tuple[KeyPath, str, Sequence[object]]]:
    """Every list of languages as written: a fault in one must not hide those in the others."""
    for place in places:
        cells = document.values
        for key in place:
            cells = cells.get(key) if isinstance(cells, dict) else None
        for task, languages in cells.items() if isinstance(cells, dict) else ():
            if isinstance(languages, list):
                yield place, task, languages


def _languages(task: TaskSettings) -> tuple[str, ...]:
    """The languages of a task's data, as far as that can be told without reading files."""
    found: set[str] = set()
    for source in task.data:
        try:
            own = source.routes(None)
        except DataError:
            own = ()
        if not own:
            return ()
        found |= {language for route in own for language in route.languages}
    return tuple(sorted(found))


def mapping_of(values: object) -> Mapping[str, Any]:
    """What should be a mapping; an empty one where it is none."""
    return values if isinstance(values, dict) else {}
