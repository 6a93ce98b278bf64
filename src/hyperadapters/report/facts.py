"""What surrounds the results in HTML: the runs, their sizes, their files, a paper's figures."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hyperadapters.report.markup import badge, details, element, heading, table, text
from hyperadapters.report.papers import PaperSetting, beside
from hyperadapters.report.runs import RunReport
from hyperadapters.report.summary import MISSING, language_name, listed, metric_of, tasks_of

__all__ = ["header", "paper_tables", "parameters", "run_files"]

_ROWS_OF_DIFFERENCES = 40


def header(runs: Sequence[RunReport], names: Sequence[str]) -> str:
    """The title, and a card per run with its method, seed and facts."""
    title = names[0] if len(runs) == 1 else f"{len(runs)} runs side by side"
    cards = []
    for place, (run, name) in enumerate(zip(runs, names, strict=True)):
        seeds = {"seed": listed(run.matrix.seeds)} if run.matrix.seeds else {}
        facts = {"method": run.matrix.method, **seeds, **_scalars(run.facts)}
        pairs = [
            element("div", element("dt", text(k)), element("dd", text(v))) for k, v in facts.items()
        ]
        mark = element("h3", badge(place), " ", text(name)) if len(runs) > 1 else ""
        cards.append(element("div", mark, element("dl", *pairs), class_="run"))
    return element(
        "header",
        element("p", "hyperadapters", class_="eyebrow"),
        element("h1", text(title)),
        element("div", *cards, class_="runs"),
    )


def _scalars(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.replace("_", " "): value if isinstance(value, str) else f"{value:,}"
        for name, value in facts.items()
        if isinstance(value, str | int | float)
    }


def parameters(runs: Sequence[RunReport]) -> str:
    """A table of parameter counts, with their share of the backbone where that is known."""
    counts = [run.parameters for run in runs]
    rows = dict.fromkeys(name for count in counts for name in count)
    if not rows:
        return ""
    labels = [badge(place) for place in range(len(runs))] if len(runs) > 1 else ["count"]
    body = []
    for row in rows:
        label = element("th", text(row.replace("_", " ")), scope="row")
        body.append(element("tr", label, *(_count(row, count) for count in counts)))
    return table([heading("parameters"), *map(heading, labels)], body)


def _count(row: str, counts: Mapping[str, int]) -> str:
    if row not in counts:
        return element("td", MISSING)
    share = []
    if row.startswith("trained") and counts.get("backbone"):
        percent = 100 * counts[row] / counts["backbone"]
        share = [element("small", f"{percent:.1f}% of the backbone")]
    return element("td", f"{counts[row]:,}", *share)


def paper_tables(runs: Sequence[RunReport], names: Sequence[str], paper: PaperSetting) -> str:
    """Per task, our scores beside the paper's; its methods that we ran come first."""
    matrices = [run.matrix for run in runs]
    ran = [matrix.method for matrix in matrices]
    tables = []
    for task in tasks_of(matrices):
        methods = paper.methods(task, metric_of(matrices, task))
        methods = tuple(sorted(methods, key=lambda method: method not in ran))
        rows = beside(matrices, paper, task, methods)
        if not rows:
            continue
        spans = ((len(runs), "ours"), (len(methods), "the paper's"))
        tops = [element("th", label, colspan=n, scope="colgroup") for n, label in spans]
        head = [heading(text(task))]
        for place, name in enumerate(names):
            label = badge(place) if len(runs) > 1 else text(ran[place])
            head.append(heading(label, title=name))
        for method in methods:
            kind = "theirs ran" if method in ran else "theirs"
            head.append(heading(text(method), class_=kind))
        body = []
        for row in rows:
            label = f"mean, {row.label}" if row.is_mean else language_name(row.label)
            cells = [element("th", text(label), scope="row", title=row.label)]
            cells += [element("td", _points(value)) for value in row.ours]
            cells += [element("td", _points(value), class_="theirs") for value in row.paper]
            body.append(element("tr", *cells, class_="mean" if row.is_mean else None))
        tables.append(table(head, body, element("tr", element("td"), *tops, class_="spans")))
    return "".join(tables)


def _points(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1f}"


def run_files(runs: Sequence[RunReport], names: Sequence[str]) -> str:
    """What differs between the runs' files, then each file as it was resolved, folded away."""
    files = []
    for run, name in zip(runs, names, strict=True):
        if run.run_yaml:
            body = element("pre", text(run.run_yaml.strip()))
            files.append(details(f"{name}, every value as resolved", body))
    return _differing(runs) + "".join(files)


def _differing(runs: Sequence[RunReport]) -> str:
    if len(runs) < 2:
        return ""
    settings = [run.settings for run in runs]
    paths = dict.fromkeys(path for setting in settings for path in setting)
    rows = []
    for path in paths:
        values = [setting.get(path, MISSING) for setting in settings]
        if len(set(values)) > 1 and path not in ("name", "output"):
            label = element("th", element("code", text(path)), scope="row")
            # a long list may break after commas
            cells = [element("td", re.sub(r",\s*", ", ", text(value))) for value in values]
            rows.append(element("tr", label, *cells))
    if not rows:
        return ""
    head = [heading("setting"), *(heading(badge(place)) for place in range(len(runs)))]
    differing = table(head, rows[:_ROWS_OF_DIFFERENCES])
    return element("div", element("h3", "What differs"), differing, class_="diff")
