"""The matrix as a heat map in HTML: colour is the score, edge and pattern are the standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from hyperadapters.metrics import METRICS
from hyperadapters.report.markup import badge, element, text
from hyperadapters.report.summary import (
    MISSING,
    best_of,
    blocks,
    language_name,
    mean_row,
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


def heat_map(matrices: Sequence[Matrix], names: Sequence[str]) -> str:
    """The legend, then a block per group of languages.

    On a wide page a language is a column, on a narrow one a row.

    Args:
        names: what each run is called.
    """
    drawing = _HeatMap(matrices, names)
    drawn = []
    for group, languages in blocks(matrices):
        size = ceil(len(languages) / ceil(len(languages) / _LANGUAGES_ABREAST))
        for start in range(0, len(languages), size):
            title = (group or "in no group") + (" (continued)" if start else "")
            mean = group if start + size >= len(languages) else None
            drawn.append(drawing.block(title, languages[start : start + size], mean))
    return drawing.legend() + element("div", *drawn, class_="heats")


@dataclass(frozen=True)
class _Scale:
    """From the worst to the best score of a task over all runs."""

    metric: str
    worst: float
    best: float

    def of(self, score: float) -> float:
        """0 for the worst, 1 for the best; one half where all are equal."""
        if self.best == self.worst:
            return 0.5
        return abs((score - self.worst) / (self.best - self.worst))


@dataclass(frozen=True)
class _HeatMap:
    """Runs and what each is called."""

    matrices: Sequence[Matrix]
    names: Sequence[str]

    @cached_property
    def scales(self) -> dict[str, _Scale]:
        """By task."""
        found = {}
        for task in tasks_of(self.matrices):
            metric = metric_of(self.matrices, task)
            scores = sorted(c.score for matrix in self.matrices for c in matrix.select(task))
            if not METRICS[metric].higher_is_better:
                scores.reverse()
            found[task] = _Scale(metric, scores[0], scores[-1])
        return found

    def legend(self) -> str:
        """The standings that occur, and the colours of each task."""
        items = []
        present = {cell.standing for matrix in self.matrices for cell in matrix.cells}
        for standing in STANDINGS:
            if standing in present:
                sample = element("span", class_=f"sample tile {_CLASSES[standing]}")
                items.append(element("span", sample, text(standing)))
        ramp = element("span", class_="ramp")
        for task, scale in self.scales.items():
            worst, best = (text(shown(scale.metric, end)) for end in (scale.worst, scale.best))
            items.append(element("span", f"{text(task)} ", worst, ramp, best))
        if len(self.matrices) > 1:
            items.append(element("span", element("b", "bold"), " best of the runs"))
        return element("p", *items, class_="legend")

    def block(self, title: str, languages: Sequence[str], mean: str | None) -> str:
        """Some languages, and the mean of a group below them."""
        rows = [_row(self._head())]
        for place, language in enumerate(languages):
            # Tooltips open towards the middle of the block, so that none leaves the page.
            side = "left" if place < len(languages) / 2 else "right"
            rows.append(_row(self._language(language, side)))
        if mean is not None:
            rows.append(_row(self._mean(mean)))
        lines = len(self.scales) * len(self.matrices)
        grid = element("div", *rows, class_="heat", role="table", style=f"--lines:{lines}")
        return element("div", element("h3", text(title)), grid, class_="block")

    def _head(self) -> list[str]:
        cells = [element("span", role="columnheader", aria_label="language")]
        for task in self.scales:
            for place, name in enumerate(self.names):
                label = element("span", text(task)) + (badge(place) if len(self.names) > 1 else "")
                said = {"class_": "task" if place else "task first", "title": f"{task}, {name}"}
                cells.append(element("span", label, role="columnheader", **said))
        return cells

    def _language(self, language: str, side: str) -> list[str]:
        title = language_name(language)
        cells = [element("span", text(language), role="rowheader", class_="code", title=title)]
        for task, scale in self.scales.items():
            found = [matrix.cell(task, language) for matrix in self.matrices]
            scores = [cell.score if cell else None for cell in found]
            for cell, kinds, name in zip(found, _kinds(scale, scores), self.names, strict=True):
                run = [name] if len(self.names) > 1 else []
                cells.append(_tile(cell, scale, [side, *kinds], run))
        return cells

    def _mean(self, group: str) -> list[str]:
        cells = [element("span", "mean", role="rowheader", class_="code mean")]
        row = mean_row(self.matrices, group)
        for task, scale in self.scales.items():
            scores = [row.of(matrix, task) for matrix in self.matrices]
            for score, kinds in zip(scores, _kinds(scale, scores), strict=True):
                kind = " ".join(["tile", "mean", *kinds])
                cells.append(
                    element("span", text(shown(scale.metric, score)), role="cell", class_=kind)
                )
        return cells


def _row(cells: Sequence[str]) -> str:
    return element("div", *cells, role="row", class_="row")


def _kinds(scale: _Scale, scores: Sequence[float | None]) -> list[list[str]]:
    """What sets each run's tile of a task apart: that it is the first, that it is the best."""
    best = best_of(scale.metric, scores)
    return [["first"] * (place == 0) + ["best"] * (place in best) for place in range(len(scores))]


def _tile(cell: Score | None, scale: _Scale, kinds: list[str], run: list[str]) -> str:
    if cell is None:
        return element("span", MISSING, role="cell", class_=" ".join(["tile", "none", *kinds]))
    value = scale.of(cell.score)
    dark = [name for name, above in (("upper", 0.5), ("t1", 0.56), ("t2", 0.74)) if value > above]
    score = shown(cell.metric, cell.score)
    lines = [
        *run,
        f"{cell.task} in {language_name(cell.language)} ({cell.language})",
        f"{score} {cell.metric.replace('_', ' ')}",
        f"{cell.standing}, {cell.sentences:,} sentences",
        *filter(None, [cell.note]),
    ]
    return element(
        "span",
        text(score),
        role="cell",
        class_=" ".join(["tile", _CLASSES[cell.standing], *dark, *kinds]),
        style=f"--v:{value:.3f}",
        data_tip="\n".join(lines),
        aria_label=", ".join(lines),
    )
