"""Matrices as tables for a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hyperadapters.report.summary import (
    MISSING,
    best_of,
    blocks,
    flat_means,
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
_NO_SIGN = (" ", " ", "")
_NOTED = 8
"""Cells whose notes are printed, at most; a page has those of all."""


def terminal(matrices: Sequence[Matrix], console: Console) -> None:
    """Prints one or several matrices side by side, with group means and a legend, and of few cells
    their notes.

    The standing of a cell is a sign and a colour; the best of several runs is bold.
    """
    ascii_only = console.options.ascii_only
    keys = [letter(place) if len(matrices) > 1 else "" for place in range(len(matrices))]
    named = [_named(matrix) for matrix in matrices]
    title = None if len(matrices) > 1 else named[0]
    table = Table("", title=title, header_style="bold", title_style="bold")
    for task in tasks_of(matrices):
        for key in keys:
            table.add_column(f"{task} {key}".strip(), justify="right")
    _add_rows(table, matrices, ascii_only)
    if len(matrices) > 1:
        for key, name in zip(keys, named, strict=True):
            console.print(Text.assemble((key, "bold"), f"  {name}"))
    console.print(table)
    console.print(_legend(matrices, ascii_only))
    for key, matrix in zip(keys, matrices, strict=True):
        for mean in flat_means(matrix):
            console.print(f"{key}  {mean}".strip(), markup=False)
    noted = [cell for matrix in matrices for cell in matrix.cells if cell.note]
    for cell in noted if len(noted) <= _NOTED else ():
        console.print(f"{cell.task}/{cell.language}: {cell.note}", style="dim", markup=False)


def _named(matrix: Matrix) -> str:
    seeds = [f"seed {listed(matrix.seeds)}"] if matrix.seeds else []
    return f"{matrix.run} ({listed([matrix.method, *seeds])})"


def _add_rows(table: Table, matrices: Sequence[Matrix], ascii_only: bool) -> None:
    tasks = tasks_of(matrices)
    for _, languages in blocks(matrices):
        table.add_section()
        for language in languages:
            cells = {task: [m.cell(task, language) for m in matrices] for task in tasks}
            table.add_row(language, *_scores(matrices, cells, ascii_only))
    table.add_section()
    for row in mean_rows(matrices):
        means = {task: [row.of(matrix, task) for matrix in matrices] for task in tasks}
        title = Text(f"mean, {row.title(*tasks)}", style="italic")
        table.add_row(title, *_scores(matrices, means, ascii_only))


def _scores(
    matrices: Sequence[Matrix],
    found: Mapping[str, Sequence[Score | float | None]],
    ascii_only: bool,
) -> Iterator[Text]:
    """The cells of a row, or its means, by task one per run; a cell's standing is behind it."""
    for task, row in found.items():
        metric = metric_of(matrices, task)
        scores = [one.score if isinstance(one, Score) else one for one in row]
        best = best_of(metric, scores)
        for place, (one, score) in enumerate(zip(row, scores, strict=True)):
            if score is None:
                yield Text(f"{'-' if ascii_only else MISSING}  ", style="dim")
                continue
            text = Text(shown(metric, score), style="bold" if place in best else "")
            sign, plain, colour = _SIGNS[one.standing] if isinstance(one, Score) else _NO_SIGN
            yield text.append(f" {plain if ascii_only else sign}", style=f"not bold {colour}")


def _legend(matrices: Sequence[Matrix], ascii_only: bool) -> Text:
    present = {cell.standing for matrix in matrices for cell in matrix.cells}
    text = Text()
    for standing in STANDINGS:
        if standing in present:
            sign, plain, colour = _SIGNS[standing]
            text.append(plain if ascii_only else sign, style=colour).append(f" {standing}   ")
    return text.append("bold: best of the runs", style="dim") if len(matrices) > 1 else text
