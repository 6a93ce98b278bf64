"""Group means of the runs side by side, and how far apart they are, in HTML."""

from collections.abc import Mapping, Sequence

from hyperadapters.metrics import METRICS
from hyperadapters.report.bootstrap import Difference, PairedBootstrap
from hyperadapters.report.markup import badge, details, element, text
from hyperadapters.report.summary import (
    MeanRow,
    best_of,
    blocks,
    language_name,
    mean_rows,
    metric_of,
    shown,
    tasks_of,
)
from hyperadapters.scoring.matrix import Matrix, Score

__all__ = ["differences", "means"]

CellKey = tuple[str, str]


def means(matrices: Sequence[Matrix], names: Sequence[str]) -> str:
    """A card per task: the mean over each group for each run, as numbers and bars."""
    cards = []
    for task in tasks_of(matrices):
        rows = [row for row in mean_rows(matrices) if row.of_task(task)]
        body = [_mean_line(matrices, names, task, row) for row in rows]
        metric = metric_of(matrices, task).replace("_", " ")
        title = element("h3", text(task), " ", element("small", text(metric)))
        cards.append(element("div", title, *body, class_="card"))
    return element("div", *cards, class_="cards")


def _mean_line(matrices: Sequence[Matrix], names: Sequence[str], task: str, row: MeanRow) -> str:
    metric = metric_of(matrices, task)
    scores = [row.of(matrix, task) for matrix in matrices]
    best = best_of(metric, scores)
    longest = 1.0 if METRICS[metric].higher_is_better else max(s for s in scores if s is not None)
    bars = []
    for place, score in enumerate(scores):
        width = f"--w:{100 * (score or 0) / longest:.1f}%"
        bar = element("span", element("i", class_=f"c{place % 8}", style=width), class_="track")
        number = element("span", text(shown(metric, score)), class_="number")
        mark = badge(place) if len(matrices) > 1 else ""
        kind = "bar best" if place in best else "bar"
        bars.append(element("div", mark, bar, number, class_=kind, title=names[place]))
    count = f"{len(row.of_task(task))} cells"
    label = element("p", text(row.title(task)), " ", element("small", count))
    return element("div", label, *bars, class_="mean-line")


def differences(matrices: Sequence[Matrix], names: Sequence[str]) -> str:
    """Every other run against the first: differences of means with intervals, then per language."""
    cells = [{(c.task, c.language): c for c in m.cells if c.statistics} for m in matrices]
    pairings = {place: PairedBootstrap(cells[0], cells[place]) for place in range(1, len(matrices))}
    rows = mean_rows(matrices)
    cards = [_card(matrices, pairings, rows, task) for task in tasks_of(matrices)]
    tables = [_table(matrices, names, pairings, task) for task in tasks_of(matrices)]
    counted = [_count(matrices, names, pairings[place], place) for place in pairings]
    return (
        element("div", *cards, class_="cards")
        + element("ul", *counted, class_="counts")
        + details("Differences per language", *tables)
    )


def _card(
    matrices: Sequence[Matrix],
    pairings: Mapping[int, PairedBootstrap],
    rows: Sequence[MeanRow],
    task: str,
) -> str:
    metric = metric_of(matrices, task)
    found = [
        (row, place, difference)
        for row in rows
        for place, pairing in pairings.items()
        if (difference := pairing.difference(row.of_task(task)))
    ]
    reach = max((max(abs(d.low), abs(d.high)) for _, _, d in found), default=0.0) * 1.05 or 1.0
    lines, above = [], None
    for row, place, difference in found:
        if row is not above:
            lines.append(element("p", text(row.title(task))))
        above = row
        lines.append(_whisker(metric, place, difference, reach))
    unit = "points" if METRICS[metric].higher_is_better else metric
    end = shown(metric, reach, signed=True)
    ends = (element("i", text(label)) for label in (end.replace("+", "−"), "0", end))
    ruler = element("span", *ends, class_="ruler")
    axis = element("div", badge(0), ruler, element("span", class_="number"), class_="bar axis")
    title = element("h3", text(task), " ", element("small", f"{unit} above ", badge(0)))
    return element("div", title, *lines, axis, class_="card forest")


def _whisker(metric: str, place: int, difference: Difference, reach: float) -> str:
    left, middle, right = (
        50 + 50 * value / reach for value in (difference.low, difference.value, difference.high)
    )
    line = element("i", class_="line", style=f"left:{left:.2f}%;width:{right - left:.2f}%")
    dot = element("i", class_="dot", style=f"left:{middle:.2f}%")
    kind = f"whisker c{place % 8}" + ("" if difference.clear else " unclear")
    track = element("span", line, dot, class_=kind)
    number = element("span", *_numbers(metric, difference), class_="number")
    return element("div", badge(place), track, number, class_="bar")


def _numbers(metric: str, difference: Difference) -> tuple[str, str]:
    value = element(
        "b" if difference.clear else "span", text(shown(metric, difference.value, signed=True))
    )
    ends = (shown(metric, end, signed=True) for end in (difference.low, difference.high))
    p = "p < 0.001" if difference.p == 0 else f"p = {difference.p:.3f}"
    return value, element("small", text(f" [{', '.join(ends)}]"), title=p)


def _count(
    matrices: Sequence[Matrix], names: Sequence[str], pairing: PairedBootstrap, place: int
) -> str:
    """In how many cells that neither trained on a run is clearly better or worse than the first."""
    above = below = level = 0
    for pair in pairing.pairs:
        cells: list[Score | None] = [matrices[0].cell(*pair), matrices[place].cell(*pair)]
        difference = pairing.difference([pair])
        if difference is None or any(c and c.standing == "trained pair" for c in cells):
            continue
        better = METRICS[next(c.metric for c in cells if c)].higher_is_better
        above += difference.clear and (difference.value > 0) == better
        below += difference.clear and (difference.value > 0) != better
        level += not difference.clear
    said = (
        f" {names[place]}: of {above + below + level} cells that neither run trained on, "
        f"better in {above}, worse in {below}, not told apart in {level}"
    )
    return element("li", badge(place), text(said))


def _table(
    matrices: Sequence[Matrix],
    names: Sequence[str],
    pairings: Mapping[int, PairedBootstrap],
    task: str,
) -> str:
    metric = metric_of(matrices, task)
    head = [element("th", text(task), scope="col")]
    head += [element("th", badge(place), title=names[place], scope="col") for place in pairings]
    body = []
    for _, languages in blocks(matrices):
        for language in languages:
            code = text(f"{language_name(language)} ({language})")
            cells = [element("th", code, scope="row")]
            for pairing in pairings.values():
                difference = pairing.difference([(task, language)])
                cells.append(element("td", *(_numbers(metric, difference) if difference else "–")))
            body.append(element("tr", *cells))
    table = element("thead", element("tr", *head)) + element("tbody", *body)
    return element("div", element("table", table), class_="scroll")
