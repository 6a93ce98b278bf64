"""Matrices as tables for a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hyperadapters.report.summary import (
    MISSING,
    MeanRow,
    best_of,
    blocks,
    letter,
    listed,
    mean_rows,
    metric_of,
    shown,
    tasks_of,
)
from hyperadapters.scoring.matrix import STANDINGS, Matrix, Score, Standing

__all__ = ["terminal"]

_SIGNS: dict[Standing, tuple[str, str, str]] = {
    "trained pair": ("●", "#", "green"),
    "unseen pair": ("○", "o", "cyan"),
    "unseen language": ("◇", "?", "magenta"),
}
"""Per standing its sign, the sign for terminals without Unicode, and its colour."""
_NOTED = 8
"""Cells whose notes are printed, at most; a page has those of all."""


def terminal(matrices: Sequence[Matrix], console: Console) -> None:
    """Prints one or several matrices side by side, with group means and a legend, and of few cells
    their notes.

    The standing of a cell is a sign and a colour; the best of several runs is bold.
    """
    ascii_only = console.options.ascii_only
    table = Table(header_style="bold", title=_title(matrices), title_style="bold")
    table.add_column("")
    for task in tasks_of(matrices):
        for key in _keys(matrices):
            table.add_column(f"{task} {key}".strip(), justify="right")
    for _, languages in blocks(matrices):
        table.add_section()
        for language in languages:
            table.add_row(language, *_scores(matrices, language, ascii_only))
    table.add_section()
    for row in mean_rows(matrices):
        title = row.title(*tasks_of(matrices))
        table.add_row(Text(f"mean, {title}", style="italic"), *_means(matrices, row))
    for key, matrix in zip(_keys(matrices), matrices, strict=True):
        if key:
            console.print(Text.assemble((key, "bold"), f"  {_named(matrix)}"))
    console.print(table)
    console.print(_legend(matrices, ascii_only))
    _notes([cell for matrix in matrices for cell in matrix.cells if cell.note], console)


def _notes(noted: Sequence[Score], console: Console) -> None:
    for cell in noted if len(noted) <= _NOTED else ():
        console.print(f"{cell.task}/{cell.language}: {cell.note}", style="dim", markup=False)


def _title(matrices: Sequence[Matrix]) -> str | None:
    return _named(matrices[0]) if len(matrices) == 1 else None


def _named(matrix: Matrix) -> str:
    seeds = [f"seed {listed(matrix.seeds)}"] if matrix.seeds else []
    return f"{matrix.run} ({listed([matrix.method, *seeds])})"


def _keys(matrices: Sequence[Matrix]) -> list[str]:
    """What stands for each run in a column's heading: nothing where there is only one."""
    return [letter(place) if len(matrices) > 1 else "" for place in range(len(matrices))]


def _scores(matrices: Sequence[Matrix], language: str, ascii_only: bool) -> list[Text]:
    row = []
    for task in tasks_of(matrices):
        cells = [matrix.cell(task, language) for matrix in matrices]
        scores = [cell.score if cell else None for cell in cells]
        best = best_of(metric_of(matrices, task), scores)
        row += [_score(cell, place in best, ascii_only) for place, cell in enumerate(cells)]
    return row


def _score(cell: Score | None, best: bool, ascii_only: bool) -> Text:
    if cell is None:
        return Text(f"{_missing(ascii_only)}  ", style="dim")
    sign, plain, colour = _SIGNS[cell.standing]
    text = Text(shown(cell.metric, cell.score), style="bold" if best else "")
    return text.append(f" {plain if ascii_only else sign}", style=f"not bold {colour}")


def _means(matrices: Sequence[Matrix], row: MeanRow) -> list[Text]:
    found = []
    for task in tasks_of(matrices):
        metric = metric_of(matrices, task)
        scores = [row.of(matrix, task) for matrix in matrices]
        best = best_of(metric, scores)
        found += [
            Text(shown(metric, score) + "  ", style="bold" if place in best else "")
            for place, score in enumerate(scores)
        ]
    return found


def _missing(ascii_only: bool) -> str:
    return "-" if ascii_only else MISSING


def _legend(matrices: Sequence[Matrix], ascii_only: bool) -> Text:
    present = {cell.standing for matrix in matrices for cell in matrix.cells}
    text = Text()
    for standing in STANDINGS:
        if standing in present:
            sign, plain, colour = _SIGNS[standing]
            text.append(plain if ascii_only else sign, style=colour).append(f" {standing}   ")
    return text.append("bold: best of the runs", style="dim") if len(matrices) > 1 else text
