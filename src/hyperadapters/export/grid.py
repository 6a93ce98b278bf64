"""Many rows in one call: which they are, and where each is written."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.export.adaptation import row_of
from hyperadapters.export.base import Format
from hyperadapters.machine.whole import clear, whole
from hyperadapters.providers import Provider
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly

__all__ = ["ALL", "cells_of", "check_known", "export"]

ALL = "all"
"""In place of a name: every one that the model knows."""


def cells_of(assembly: Assembly, tasks: Sequence[str], languages: Sequence[str]) -> list[Cell]:
    """Every cell of some tasks in some languages or directions, also those never trained on.

    Args:
        assembly: a trained model.
        tasks: names, or `all`.
        languages: names or directions; or `all` that anything in the run is trained or scored in
            and that the weights know.

    Raises:
        UnknownName: no such task, or nothing knows a name.
        ContextError: a language is no direction, where a task needs one.
    """
    named = list(assembly.tasks) if ALL in tasks else list(dict.fromkeys(tasks))
    for task in named:
        if task not in assembly.tasks:
            raise UnknownName("task", task, assembly.tasks)
    cells: list[Cell] = []
    for task in named:
        if ALL in languages:
            cells += _known(assembly, task)
        else:
            asked = [assembly.cell(task, text) for text in dict.fromkeys(languages)]
            for cell in asked:
                check_known(assembly, cell)
            cells += asked
    return cells


def _known(assembly: Assembly, task: str) -> Iterator[Cell]:
    """The cells of a task in all routes of the run that have as many languages as its own."""
    trained = [cell for phase in assembly.method.phases for cell in phase.cells]
    every = [*trained, *assembly.evaluated]
    own = {len(cell.route.languages) for cell in every if cell.task == task}
    routes = dict.fromkeys(cell.route for cell in every if len(cell.route.languages) in own)
    for route in routes:
        try:
            check_known(assembly, Cell(task, route))
        except UnknownName:
            continue
        yield Cell(task, route)


def check_known(assembly: Assembly, cell: Cell) -> None:
    """Nothing, if every adapter that acts has weights for a cell, whose route has one hop.

    Raises:
        UnknownName: one has none.
    """
    row, phase = row_of(assembly, cell), assembly.method.phases[-1]
    for name, provider in assembly.model.adapters.items():
        own = cast(Provider, provider)
        if phase.lets_act(name):
            own.check(row.of(own.factors))


def export(
    assembly: Assembly,
    cells: Sequence[Cell],
    folder: Path,
    format: Format,
    progress: Callable[[int, int, str], object] = lambda done, total, cell: None,
) -> list[Path]:
    """Writes rows, each whole or not at all: one into `folder`, several into
    `folder/TASK/LANGUAGE`.

    Args:
        assembly: a trained model, in evaluation mode.
        cells: whose rows; see `cells_of`.
        folder: not there yet, or empty where the rows come to lie.
        format: one of `FORMATS`, made.
        progress: told how many of how many are written, and the cell that is next.

    Returns:
        The folders, in the order of the cells.

    Raises:
        ConfigError: something is in the way, or the format cannot carry a row; or there is none.
    """
    if not cells:
        raise ConfigError("nothing to export", expected="a task and a language of the run")
    places = _places(cells, folder)
    for place in places.values():
        _check_free(place)
    writer = format.start(assembly)
    for number, (cell, place) in enumerate(places.items()):
        progress(number, len(places), f"{cell.task}/{cell.route}")
        with _cleared(place), whole(place) as part:
            part.mkdir()
            writer.write(cell, part)
    progress(len(places), len(places), "")
    return list(places.values())


@contextmanager
def _cleared(place: Path) -> Iterator[None]:
    """What was written so far goes where the rest of it cannot be."""
    try:
        yield
    except BaseException:
        clear(place)
        raise


def _places(cells: Sequence[Cell], folder: Path) -> Mapping[Cell, Path]:
    if len(cells) == 1:
        return {cells[0]: folder}
    places = {cell: folder / cell.task / str(cell.route).replace(":", "_") for cell in cells}
    shared = Counter(places.values())
    for cell, place in places.items():
        if shared[place] > 1:
            raise ConfigError(
                f"two rows would come into the folder `{place}`",
                found=f"`{cell}` is one of them; a colon is written as `_` there",
                remedy="export one of them by itself, into another folder",
            )
    return places


def _check_free(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        found = sorted(path.name for path in place.iterdir())
    else:
        found = [place.name] if place.exists() or place.is_symlink() else []
    if found:
        raise ConfigError(
            f"`{place}` is not empty",
            expected="a folder that is not there yet, or is empty",
            found=", ".join(found[:3]),
            remedy="give another folder, or remove what is there",
        )
