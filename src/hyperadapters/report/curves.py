"""Learning curves as inline SVG: per phase the training loss and the scores on the dev splits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10, nan
from statistics import fmean
from typing import Any

from hyperadapters.report.markup import element, figure, text
from hyperadapters.report.runs import Record, RunReport
from hyperadapters.report.summary import letter

__all__ = ["curves"]

Points = list[tuple[float, float]]
Scale = Callable[[float], float]

_SCORES = "dev scores"
_TITLES = {
    "loss": "dev loss (nats)",
    "last": "dev loss (nats)",
    "perplexity": "dev perplexity",
}
"""What is drawn, by the criterion that checkpoints are chosen by."""

_WIDTH, _HEIGHT = 400.0, 250.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 36.0, 18.0, 10.0, 24.0


@dataclass(frozen=True)
class _Line:
    """One curve: its points, its classes, what it is, and the letter at its end."""

    points: Points
    kind: str
    label: str
    key: str = ""


def curves(runs: Sequence[RunReport], names: Sequence[str]) -> str:
    """Two figures per phase, in order of training; nothing where no run has metrics."""
    phases = dict.fromkeys(str(record.get("phase", "")) for run in runs for record in run.curves)
    figures = [figure for phase in phases for figure in _phase(runs, names, phase)]
    return element("div", *figures, class_="figures curves") if figures else ""


def _phase(runs: Sequence[RunReport], names: Sequence[str], phase: str) -> list[str]:
    losses, selections, dots = [], [], []
    titles = dict.fromkeys(_chooses(run, phase) for run in runs)
    for place, run in enumerate(runs):
        records = [record for record in run.curves if record.get("phase", "") == phase]
        loss = _points((record["step"], record.get("loss")) for record in records)
        selection = _points((record["step"], record.get("selection")) for record in records)
        kind, key = f"c{place % 8} dash{place % 4}", letter(place) if len(runs) > 1 else ""
        losses.append(_Line(loss, f"faint c{place % 8}", names[place]))
        losses.append(_Line(_smooth(loss), kind, names[place], key))
        if len(runs) == 1 and _SCORES in titles:
            selections += _cells(records)
        selections.append(_Line(selection, kind, names[place], key))
        dots.append(_best(records))
    figures = []
    if any(line.points for line in losses):
        figures.append(_figure(f"{phase}: training loss (nats)", losses, []))
    if any(line.points for line in selections):
        figures.append(_figure(f"{phase}: {' and '.join(titles)}", selections, dots))
    return figures


def _chooses(run: RunReport, phase: str) -> str:
    """What the checkpoints of a phase were chosen by; scores where the run does not say."""
    told = run.settings
    criterion = told.get(f"phases.{phase}.criterion") or told.get(f"{phase}.recipe.criterion")
    return _TITLES.get(criterion or "score", _SCORES)


def _points(found: Iterable[tuple[Any, Any]]) -> Points:
    """(step, value) where there is a number; of several at one step the last."""
    numbers = {
        float(step): float(value)
        for step, value in found
        if isinstance(value, int | float) and isfinite(value)
    }
    return sorted(numbers.items())


def _cells(records: Sequence[Record]) -> list[_Line]:
    """The dev score of every cell, as thin lines behind the selection."""
    scores = [(record["step"], record["dev"]) for record in records if "dev" in record]
    cells = dict.fromkeys(cell for _, dev in scores for cell in dev)
    return [
        _Line(_points((step, dev.get(cell)) for step, dev in scores), "cell", cell)
        for cell in cells
    ]


def _best(records: Sequence[Record]) -> tuple[float, float] | None:
    """The last checkpoint that was the best so far."""
    best = [r for r in records if r.get("best") and isfinite(r.get("selection", nan))]
    return (float(best[-1]["step"]), float(best[-1]["selection"])) if best else None


def _smooth(points: Points) -> Points:
    """Means over a twentieth of the curve on either side, over less towards its ends."""
    values = [value for _, value in points]
    smooth = []
    for place, (step, _) in enumerate(points):
        reach = min(place, len(points) - 1 - place, len(points) // 20)
        smooth.append((step, fmean(values[place - reach : place + reach + 1])))
    return smooth


def _figure(title: str, lines: Sequence[_Line], dots: Sequence[tuple[float, float] | None]) -> str:
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    x_ticks, y_ticks = _ticks(0.0, max(xs)), _ticks(min(ys), max(ys))
    x = _scale((0.0, max(xs)), (_LEFT, _WIDTH - _RIGHT))
    y = _scale((y_ticks[0], y_ticks[-1]), (_HEIGHT - _BOTTOM, _TOP))
    drawn = [_grid(x, y, [tick for tick in x_ticks if tick <= max(xs)], y_ticks)]
    drawn += [_path(line, x, y) for line in lines if line.points]
    drawn += _keys([line for line in lines if line.key and line.points], x, y)
    for place, dot in enumerate(dots):
        if dot is not None:
            step, value = dot
            said = element("title", text(f"best checkpoint: step {step:g}, {value:.3f}"))
            kind = f"best c{place % 8}"
            drawn.append(element("circle", said, cx=x(step), cy=y(value), r=5, class_=kind))
    return figure(title, *drawn, width=_WIDTH, height=_HEIGHT)


def _keys(lines: Sequence[_Line], x: Scale, y: Scale) -> list[str]:
    """The letter of each line beside its end, pushed apart where ends meet."""
    drawn, free = [], _TOP
    for line in sorted(lines, key=lambda line: y(line.points[-1][1])):
        step, value = line.points[-1]
        level = max(free, y(value) + 3.5)
        free = level + 10.5
        kind = f"key {line.kind}"
        drawn.append(element("text", line.key, class_=kind, x=x(step) + 5, y=level))
    return drawn


def _grid(x: Scale, y: Scale, x_ticks: Sequence[float], y_ticks: Sequence[float]) -> str:
    drawn = []
    for tick in y_ticks:
        level = y(tick)
        line = {"x1": _LEFT, "x2": _WIDTH - _RIGHT, "y1": level, "y2": level, "class_": "grid"}
        drawn.append(element("line", **line))
        drawn.append(element("text", f"{tick:g}", x=_LEFT - 7, y=level + 3.5, class_="tick end"))
    for tick in x_ticks:
        last = tick == x_ticks[-1]
        label = f"{tick:,.10g}" + (" steps" if last else "")
        kind = "tick end" if last and x(tick) > _WIDTH - 2 * _RIGHT else "tick middle"
        drawn.append(element("text", label, x=x(tick), y=_HEIGHT - 6, class_=kind))
    return "".join(drawn)


def _path(line: _Line, x: Scale, y: Scale) -> str:
    title = element("title", text(f"{line.label}: {line.points[-1][1]:.3f} at the end"))
    if len(line.points) == 1:
        ((a, b),) = line.points
        return element("circle", title, cx=x(a), cy=y(b), r=3, class_=line.kind)
    places = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line.points)
    return element("polyline", title, points=places, class_=f"curve {line.kind}")


def _scale(domain: tuple[float, float], span: tuple[float, float]) -> Scale:
    width = domain[1] - domain[0] or 1.0
    return lambda value: span[0] + (value - domain[0]) / width * (span[1] - span[0])


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, four or five steps apart."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = high / 4 - low / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= rough * 0.999)
    first, last = floor(low / step + 1e-9), -floor(-high / step + 1e-9)
    return [round(step * count, 10) for count in range(first, last + 1)]
