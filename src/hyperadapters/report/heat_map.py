"""The matrix as a heat map in HTML: colour is the score, edge and pattern are the standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from hyperadapters.metrics import METRICS
from hyperadapters.report.markup import badge, element, text
from hyperadapters.report.summary import (
    MISSING,
    best_of,
    blocks,
    language_name,
    metric_of,
    shown,
    tasks_of,
)
from hyperadapters.scoring.matrix import STANDINGS, Matrix, Score, Standing

__all__ = ["heat_map"]

_CLASSES: dict[Standing, str] = {
    "trained pair": "trained",
    "unseen pair": "unseen",
    "unseen language": "foreign",
}
_LANGUAGES_ABREAST = 20


@dataclass(frozen=True)
class _Scale:
    """From the worst to the best score of a task over all runs."""

    metric: str
    low: float
    high: float

    def of(self, score: float) -> float:
        """0 for the worst, 1 for the best."""
        share = (score - self.low) / (self.high - self.low) if self.high > self.low else 1.0
        return share if METRICS[self.metric].higher_is_better else 1 - share


def heat_map(matrices: Sequence[Matrix], names: Sequence[str]) -> str:
    """The legend, then a block per group of languages.

    On a wide page a language is a column, on a narrow one a row.

    Args:
        names: what each run is called.
    """
    scales = {task: _scale(matrices, task) for task in tasks_of(matrices)}
    drawn = []
    for group, languages in blocks(matrices):
        parts = ceil(len(languages) / _LANGUAGES_ABREAST)
        size = ceil(len(languages) / parts)
        for start in range(0, len(languages), size):
            chosen = languages[start : start + size]
            mean = group if group is not None and start + size >= len(languages) else None
            title = (group or "in no group") + (" (continued)" if start else "")
            drawn.append(_block(matrices, names, scales, title, chosen, mean))
    return _legend(matrices, scales) + element("div", *drawn, class_="heats")


def _scale(matrices: Sequence[Matrix], task: str) -> _Scale:
    scores = [cell.score for matrix in matrices for cell in matrix.select(task)]
    return _Scale(metric_of(matrices, task), min(scores), max(scores))


def _legend(matrices: Sequence[Matrix], scales: dict[str, _Scale]) -> str:
    items = []
    present = {cell.standing for matrix in matrices for cell in matrix.cells}
    for standing in STANDINGS:
        if standing in present:
            sample = element("span", class_=f"sample tile {_CLASSES[standing]}")
            items.append(element("span", sample, text(standing)))
    for task, scale in scales.items():
        ends = (scale.low, scale.high)
        worst, best = ends if METRICS[scale.metric].higher_is_better else ends[::-1]
        ramp = element("span", class_="ramp")
        ends_shown = (text(shown(scale.metric, worst)), text(shown(scale.metric, best)))
        items.append(element("span", f"{text(task)} ", ends_shown[0], ramp, ends_shown[1]))
    if len(matrices) > 1:
        items.append(element("span", element("b", "bold"), " best of the runs"))
    return element("p", *items, class_="legend")


def _block(
    matrices: Sequence[Matrix],
    names: Sequence[str],
    scales: dict[str, _Scale],
    title: str,
    languages: Sequence[str],
    mean: str | None,
) -> str:
    rows = [_head(matrices, names)]
    for place, language in enumerate(languages):
        # Tooltips open towards the middle of the block, so that none leaves the page.
        side = "left" if place < len(languages) / 2 else "right"
        rows.append(_language(matrices, names, scales, language, side))
    if mean is not None:
        rows.append(_mean(matrices, mean))
    lines = len(tasks_of(matrices)) * len(matrices)
    grid = element("div", *rows, class_="heat", role="table", style=f"--lines:{lines}")
    return element("div", element("h3", text(title)), grid, class_="block")


def _head(matrices: Sequence[Matrix], names: Sequence[str]) -> str:
    cells = [element("span", role="columnheader", aria_label="language")]
    for task in tasks_of(matrices):
        for place, name in enumerate(names):
            several = len(matrices) > 1
            label = element("span", text(task)) + (badge(place) if several else "")
            kind = "task first" if place == 0 else "task"
            cells.append(
                element("span", label, role="columnheader", class_=kind, title=f"{task}, {name}")
            )
    return element("div", *cells, role="row", class_="row")


def _language(
    matrices: Sequence[Matrix],
    names: Sequence[str],
    scales: dict[str, _Scale],
    language: str,
    side: str,
) -> str:
    title = language_name(language)
    cells = [element("span", text(language), role="rowheader", class_="code", title=title)]
    for task in tasks_of(matrices):
        found = [matrix.cell(task, language) for matrix in matrices]
        best = best_of(scales[task].metric, [cell.score if cell else None for cell in found])
        for place, cell in enumerate(found):
            kinds = [side, *(["first"] if place == 0 else []), *(["best"] if place in best else [])]
            run = names[place] if len(names) > 1 else None
            cells.append(_tile(cell, scales[task], kinds, run))
    return element("div", *cells, role="row", class_="row")


def _tile(cell: Score | None, scale: _Scale, kinds: list[str], run: str | None) -> str:
    if cell is None:
        return element("span", MISSING, role="cell", class_=" ".join(["tile", "none", *kinds]))
    value = scale.of(cell.score)
    dark = [name for name, above in (("upper", 0.5), ("t1", 0.56), ("t2", 0.74)) if value > above]
    lines = [
        *([run] if run else []),
        f"{cell.task} in {language_name(cell.language)} ({cell.language})",
        f"{shown(cell.metric, cell.score)} {cell.metric.replace('_', ' ')}",
        f"{cell.standing}, {cell.sentences:,} sentences",
        *([cell.note] if cell.note else []),
    ]
    return element(
        "span",
        text(shown(cell.metric, cell.score)),
        role="cell",
        class_=" ".join(["tile", _CLASSES[cell.standing], *dark, *kinds]),
        style=f"--v:{value:.3f}",
        data_tip="\n".join(lines),
        aria_label=", ".join(lines),
    )


def _mean(matrices: Sequence[Matrix], group: str) -> str:
    cells = [element("span", "mean", role="rowheader", class_="code mean")]
    for task in tasks_of(matrices):
        metric = metric_of(matrices, task)
        scores = [matrix.mean(task, group) for matrix in matrices]
        best = best_of(metric, scores)
        for place, score in enumerate(scores):
            kinds = ["tile", "mean", *(["first"] if place == 0 else [])]
            kinds += ["best"] if place in best else []
            cells.append(
                element("span", text(shown(metric, score)), role="cell", class_=" ".join(kinds))
            )
    return element("div", *cells, role="row", class_="row")
