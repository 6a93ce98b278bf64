"""A study's result as tables, a plot and a report."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Column, Table

from hyperadapters.config import resolved, to_yaml
from hyperadapters.report.page import RunReport, html, read_run, terminal
from hyperadapters.report.summary import MISSING, shown, tasks_of
from hyperadapters.scoring.matrix import Score
from hyperadapters.study.results import Mean, StudyResult

__all__ = ["markdown", "plot", "print_result", "report"]


def print_result(result: StudyResult, console: Console) -> None:
    """Prints every comparison: the matrices of its lines side by side, then means over seeds."""
    for lines in result.compare:
        terminal([result.line(name) for name in lines], console)
        head = (Column(name, overflow="fold") for name in ("task", "mean over", *lines))
        table = Table(*head, title="Means over seeds, 95% intervals")
        for row in _rows(result.means(lines), lines):
            table.add_row(*row)
        console.print(table)


def markdown(result: StudyResult) -> str:
    """The same as Markdown: means with intervals, then every cell as a mean over seeds."""
    parts = [f"# {result.plan.study.name}\n"]
    for lines in result.compare:
        parts.append(_table(["task", "mean over", *lines], _rows(result.means(lines), lines)))
        parts.append(_table(["task", "language", *lines], _cells(result, lines)))
    if result.missing:
        parts.append(
            f"Left out, because runs failed or are not done yet: {', '.join(result.missing)}.\n"
        )
    if result.seeds:
        parts.append(f"Means over {_seeds(result)}; ± is half a 95% interval.\n")
    return "\n".join(parts)


def _seeds(result: StudyResult) -> str:
    """How many seeds there are of each line: `1 seed`, `3 seeds`, `2 to 3 seeds`."""
    numbers = {len(matrices) for matrices in result.seeds.values()}
    least, most = min(numbers), max(numbers)
    return f"{least} to {most} seeds" if least < most else f"{most} seed{'' if most == 1 else 's'}"


@rc_context({"text.parse_math": False})  # a name with a `$` is no formula
def plot(result: StudyResult) -> bytes:
    """A PNG: a panel per comparison and task, a group of points per mean, 95% intervals as bars.

    Raises:
        ValueError: there is no score.
    """
    panels = [
        (lines, task, [mean for mean in result.means(lines) if mean.task == task])
        for lines in result.compare
        for task in tasks_of([result.line(name) for name in lines])
    ]
    figure = Figure(figsize=(4.8 * len(panels), 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (lines, task, means) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
    ):
        labels = list(dict.fromkeys(mean.row for mean in means))
        for place, line in enumerate(lines):
            own = [mean for mean in means if mean.line == line]
            shift = (place - (len(lines) - 1) / 2) * 0.6 / len(lines)
            axes.errorbar(
                [labels.index(mean.row) + shift for mean in own],
                [mean.interval.mean for mean in own],
                yerr=[_half(mean) for mean in own],
                fmt="o",
                capsize=3,
                label=line,
            )
        axes.set_xticks(range(len(labels)), [label.replace(", ", ",\n") for label in labels])
        axes.set_title(f"{task} ({means[0].metric})" if means else task)
        axes.grid(axis="y", alpha=0.3)
        axes.legend(fontsize="small")
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=150)
    return stream.getvalue()


def report(result: StudyResult) -> str:
    """The HTML report: per line its mean over seeds, with the curves of its first one; of lines
    that are `alike`.
    """
    return html([_report_of(result, name) for name in result.alike])


def _report_of(result: StudyResult, line: str) -> RunReport:
    done = (run for run in result.plan.runs if run.digest in result.matrices)
    first = next(run for run in done if run.line == line)
    matrix = result.line(line)
    if (first.folder / "run.yaml").is_file():
        return replace(read_run(first.folder), matrix=matrix)
    run = first.run
    return RunReport(
        matrix, families=dict(run.families), run_yaml=to_yaml(run), values=resolved(run)
    )


def _rows(means: Sequence[Mean], lines: Sequence[str]) -> list[list[str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for mean in means:
        found.setdefault((mean.task, mean.row), {})[mean.line] = _text(mean)
    return [[*key, *(row.get(line, MISSING) for line in lines)] for key, row in found.items()]


def _text(mean: Mean) -> str:
    half = f" ± {shown(mean.metric, _half(mean))}" if mean.interval.values > 1 else ""
    return shown(mean.metric, mean.interval.mean) + half


def _half(mean: Mean) -> float:
    high = mean.interval.high
    return 0.0 if high is None else high - mean.interval.mean


def _cells(result: StudyResult, lines: Sequence[str]) -> list[list[str]]:
    matrices = [result.line(name) for name in lines]
    pairs = dict.fromkeys((c.task, c.language) for matrix in matrices for c in matrix.cells)
    return [[*pair, *(_cell(matrix.cell(*pair)) for matrix in matrices)] for pair in pairs]


def _cell(cell: Score | None) -> str:
    return f"{shown(cell.metric, cell.score)} ({cell.standing})" if cell else MISSING


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
