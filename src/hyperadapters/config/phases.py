"""The phases of a run: those of its method with what the run file says, and those that it adds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from hyperadapters.config.run_file import Cells, PhaseChanges, RunFile
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.method import BACKBONE, HEADS, Method, Phase, Recipe, Start
from hyperadapters.methods import METHODS
from hyperadapters.routes import Cell

__all__ = ["cells_from", "cells_of", "emptied", "evaluated", "method_of", "spelt_out"]


def method_of(run: RunFile) -> Method:
    """The run's method, its phases filled in: with cells, recipes, and what else the run changes.

    Phases that only the run file has come first, in its order, or behind the method's own where
    they say `after`. They train the backbone and heads, and no adapter acts, where the run file
    says nothing else. A phase whose `train` is empty in the run file is left out.
    """
    method = METHODS[run.method.name](**run.method.arguments)
    own = {phase.name for phase in method.phases}
    before, behind = (
        [
            Phase(name=name, trains=frozenset({BACKBONE, HEADS}), acts=frozenset())
            for name, changes in run.phases.items()
            if name not in own and bool(changes.after) is after
        ]
        for after in (False, True)
    )
    left_out = emptied(run)
    phases = [one for one in (*before, *method.phases, *behind) if one.name not in left_out]
    return replace(method, phases=tuple(_filled(run, phase) for phase in phases))


def emptied(run: RunFile) -> list[str]:
    """The phases that a run leaves out: `train` is there, and names no cell."""
    said = {name: changes.train for name, changes in run.phases.items()}
    return [name for name, cells in said.items() if cells is not None and not any(cells.values())]


def _filled(run: RunFile, phase: Phase) -> Phase:
    changes = run.phases.get(phase.name, PhaseChanges())
    cells = cells_of(run, run.train if changes.train is None else changes.train)
    if changes.train is None:
        cells = tuple(cell for cell in cells if phase.has(cell.task))
    tasks = {cell.task for cell in cells}
    recipe = changes.put_into(run.recipe.put_into(phase.recipe))
    select = cells_of(run, run.select if changes.select is None else changes.select)
    chosen = tuple(cell for cell in select if cell.task in tasks)
    if changes.select is None and not any(run.tasks[task].scored for task in tasks):
        chosen = chosen or _judging(recipe, phase, cells)
    given: dict[str, Any] = {
        "trains": _set(changes.trains),
        "acts": _set(changes.acts),
        "leave_out": changes.leave_out,
        "under": changes.under and changes.under.schedule,
        "select_under": changes.select_under and changes.select_under.schedule,
        "score_under": changes.score_under and changes.score_under.schedule,
        "start_from": changes.start_from and Start(**changes.start_from.model_dump()),
        "examples": changes.examples,
    }
    return replace(
        phase,
        cells=cells,
        select=chosen,
        recipe=recipe,
        **{name: value for name, value in given.items() if value is not None},
    )


def _judging(recipe: Recipe, phase: Phase, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """What chooses the checkpoint of a phase of language modelling alone: its own cells, or those
    of them that its method names, where it is chosen by their text.
    """
    named = tuple(cell for cell in cells if cell in phase.select)
    return (named or cells) if recipe.criterion in ("loss", "perplexity") else ()


def _set(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def cells_of(run: RunFile, cells: Cells) -> tuple[Cell, ...]:
    """Cells as values: each task reads its own languages or directions."""
    return tuple(
        Cell(task, run.tasks[task].route(text)) for task, texts in cells.items() for text in texts
    )


def evaluated(run: RunFile) -> tuple[Cell, ...]:
    """The cells of the run's matrix."""
    return cells_of(run, run.evaluate)


def cells_from(run: RunFile, names: Sequence[str]) -> tuple[Cell, ...]:
    """Cells of a run file as the command line names them: `ner/tr`.

    Raises:
        UnknownName: the run file has no such task.
        ConfigError: a name without a stroke.
        ContextError: a direction that is none.
    """
    cells = []
    for name in names:
        task, stroke, text = name.partition("/")
        if not stroke or not text:
            raise ConfigError(f"`{name}` names no cell", expected="TASK/LANGUAGE, such as `ner/tr`")
        if task not in run.tasks:
            raise UnknownName("task", task, run.tasks)
        cells.append(Cell(task, run.tasks[task].route(text)))
    return tuple(cells)


def spelt_out(method: Method) -> dict[str, dict[str, Any]]:
    """The phases of a run as a run file writes them, with everything that they say."""
    adapters = [adapter.name for adapter in method.adapters]
    return {
        phase.name: {
            **{name: _plain(value) for name, value in asdict(phase.recipe).items()},
            "train": _by_task(phase.cells),
            "select": _by_task(phase.select),
            "trains": sorted(phase.trains),
            **_acting(phase, adapters),
            "leave_out": {name: list(layers) for name, layers in phase.leave_out.items()},
            "under": phase.under.spelt_out(),
            "select_under": phase.select_under.spelt_out(),
            "score_under": phase.score_under.spelt_out(),
            **_started(phase),
            **({} if phase.examples is None else {"examples": phase.examples}),
        }
        for phase in method.phases
    }


def _started(phase: Phase) -> dict[str, dict[str, Any]]:
    if phase.start_from is None:
        return {}
    said = asdict(phase.start_from).items()
    return {"start_from": {name: value for name, value in said if value is not None}}


def _acting(phase: Phase, adapters: Sequence[str]) -> dict[str, list[str]]:
    """Who acts; nothing is said of a phase in which everyone acts, where there is no one."""
    if phase.acts is None:
        return {"acts": sorted(adapters)} if adapters else {}
    return {"acts": sorted(phase.acts)}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _by_task(cells: Iterable[Cell]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for cell in cells:
        found.setdefault(cell.task, []).append(str(cell.route))
    return found
