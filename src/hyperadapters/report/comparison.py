"""Group means of the runs side by side, and how far apart they are, in HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from hyperadapters.metrics import METRICS
from hyperadapters.report.bootstrap import Difference, PairedBootstrap
from hyperadapters.report.markup import badge, details, element, heading, table, text
from hyperadapters.report.summary import (
    MISSING,
    MeanRow,
    best_of,
    blocks,
    flat_means,
    language_name,
    mean_rows,
    metric_of,
    shown,
    tasks_of,
)
from hyperadapters.scoring.matrix import Matrix

__all__ = ["differences", "means"]


def means(matrices: Sequence[Matrix], names: Sequence[str]) -> str:
    """A card per task: the mean over each group for each run, as numbers and bars; and the flat
    means over tasks.
    """
    cards = []
    for task in tasks_of(matrices):
        rows = [row for row in mean_rows(matrices) if row.of_task(task)]
        body = [_mean_line(matrices, names, task, row) for row in rows]
        metric = metric_of(matrices, task).replace("_", " ")
        cards.append(_card(task, text(metric), *body, class_="card"))
    flat = [
        element("p", text(f"{name}: {mean}"))
        for matrix, name in zip(matrices, names, strict=True)
        for mean in flat_means(matrix)
    ]
    return "".join((element("div", *cards, class_="cards"), *flat))


def _card(task: str, small: str, *body: str, class_: str) -> str:
    title = element("h3", text(task), " ", element("small", small))
    return element("div", title, *body, class_=class_)


def _mean_line(matrices: Sequence[Matrix], names: Sequence[str], task: str, row: MeanRow) -> str:
    metric = metric_of(matrices, task)
    scores = [row.of(matrix, task) for matrix in matrices]
    best = best_of(metric, scores)
    highest = max(score or 0.0 for score in scores) or 1.0
    longest = 1.0 if METRICS[metric].higher_is_better else highest
    bars = []
    for place, score in enumerate(scores):
        width = f"--w:{max(0.0, 100 * (score or 0) / longest):.1f}%"
        bar = element("span", element("i", class_=f"c{place % 8}", style=width), class_="track")
        number = element("span", text(shown(metric, score)), class_="number")
        mark = badge(place) if len(matrices) > 1 else ""
        kind = "bar best" if place in best else "bar"
        bars.append(element("div", mark, bar, number, class_=kind, title=names[place]))
    cells = len(row.of_task(task))
    count = f"{cells} cell{'' if cells == 1 else 's'}"
    label = element("p", text(row.title(task)), " ", element("small", count))
    return element("div", label, *bars, class_="mean-line")


def differences(matrices: Sequence[Matrix], names: Sequence[str]) -> str:
    """Every other run against the first: differences of means with intervals, then per language."""
    cells = [{(c.task, c.language): c for c in m.cells if c.statistics} for m in matrices]
    pairings = {place: PairedBootstrap(cells[0], cells[place]) for place in range(1, len(matrices))}
    found = _Differences(matrices, names, pairings)
    tasks = tasks_of(matrices)
    return (
        element("div", *map(found.card, tasks), class_="cards")
        + element("ul", *map(found.count, pairings), class_="counts")
        + details("Differences per language", *map(found.table, tasks))
    )


@dataclass(frozen=True)
class _Differences:
    """Runs, what each is called, and by its place how each but the first differs from the first."""

    matrices: Sequence[Matrix]
    names: Sequence[str]
    pairings: Mapping[int, PairedBootstrap]

    def card(self, task: str) -> str:
        """The differences of a task's means, with their intervals on one axis."""
        metric = metric_of(self.matrices, task)
        found = [
            (row, place, difference)
            for row in mean_rows(self.matrices)
            for place, pairing in self.pairings.items()
            if (difference := pairing.difference(row.of_task(task)))
        ]
        reach = max((abs(end) for *_, d in found for end in (d.low, d.high)), default=0.0)
        reach = reach * 1.05 or 1.0
        lines = []
        for row, own in groupby(found, key=lambda one: one[0]):
            lines.append(element("p", text(row.title(task))))
            lines += [_whisker(metric, place, difference, reach) for _, place, difference in own]
        unit = "points" if METRICS[metric].higher_is_better else metric
        end = shown(metric, reach, signed=True)
        ends = (element("i", text(label)) for label in (end.replace("+", "−"), "0", end))
        ruler = element("span", *ends, class_="ruler")
        axis = element("div", badge(0), ruler, element("span", class_="number"), class_="bar axis")
        return _card(task, f"{unit} above {badge(0)}", *lines, axis, class_="card forest")

    def count(self, place: int) -> str:
        """In how many cells that neither trained on a run is clearly better or worse than the
        first.
        """
        above = below = level = 0
        for pair in self.pairings[place].pairs:
            cells = [self.matrices[run].cell(*pair) for run in (0, place)]
            difference = self.pairings[place].difference([pair])
            if difference is None or any(c and c.standing == "trained pair" for c in cells):
                continue
            higher = METRICS[metric_of(self.matrices, pair[0])].higher_is_better
            above += difference.clear and (difference.value > 0) == higher
            below += difference.clear and (difference.value > 0) != higher
            level += not difference.clear
        said = (
            f" {self.names[place]}: of {above + below + level} cells that neither run trained on, "
            f"better in {above}, worse in {below}, not told apart in {level}"
        )
        return element("li", badge(place), text(said))

    def table(self, task: str) -> str:
        """The differences of a task in every language."""
        metric = metric_of(self.matrices, task)
        head = [heading(badge(place), title=self.names[place]) for place in self.pairings]
        body = []
        for language in (name for _, languages in blocks(self.matrices) for name in languages):
            code = text(f"{language_name(language)} ({language})")
            cells = [element("th", code, scope="row")]
            for pairing in self.pairings.values():
                difference = pairing.difference([(task, language)])
                numbers = _numbers(metric, difference) if difference else MISSING
                cells.append(element("td", *numbers))
            body.append(element("tr", *cells))
        return table([heading(text(task)), *head], body)


def _whisker(metric: str, place: int, difference: Difference, reach: float) -> str:
    ends = (difference.low, difference.value, difference.high)
    left, middle, right = (50 + 50 * value / reach for value in ends)
    line = element("i", class_="line", style=f"left:{left:.2f}%;width:{right - left:.2f}%")
    dot = element("i", class_="dot", style=f"left:{middle:.2f}%")
    kind = f"whisker c{place % 8}" + ("" if difference.clear else " unclear")
    track = element("span", line, dot, class_=kind)
    number = element("span", *_numbers(metric, difference), class_="number")
    return element("div", badge(place), track, number, class_="bar")


def _numbers(metric: str, difference: Difference) -> tuple[str, str]:
    value, low, high = (
        text(shown(metric, number, signed=True))
        for number in (difference.value, difference.low, difference.high)
    )
    p = "p < 0.001" if difference.p == 0 else f"p = {difference.p:.3f}"
    bounds = element("small", f" [{low}, {high}]", title=p)
    return element("b" if difference.clear else "span", value), bounds
