"""The report of one or several runs: tables for a terminal, one page for a browser."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from hyperadapters.data import families
from hyperadapters.errors import BundleError, DataError
from hyperadapters.report.comparison import differences, means
from hyperadapters.report.curves import curves
from hyperadapters.report.embedding_figure import embedding_figure
from hyperadapters.report.facts import header, paper_tables, parameters, run_files
from hyperadapters.report.generated import generated_tables
from hyperadapters.report.heat_map import heat_map
from hyperadapters.report.markup import element, section, text
from hyperadapters.report.papers import PaperSetting
from hyperadapters.report.runs import RunReport, labels, read_run
from hyperadapters.report.terminal import terminal

__all__ = ["RunReport", "check_page", "html", "read_run", "terminal"]


def html(runs: Sequence[RunReport], papers: PaperSetting | None = None) -> str:
    """The page: no script, nothing fetched, light or dark as the reader's system is.

    Args:
        runs: in order; the first is what the others are compared with.
        papers: a paper's figures to print beside ours.

    Raises:
        DataError: no run, or runs that scored different sentences of a pair.
    """
    if not runs:
        raise DataError("no run to report on", expected="one or more run folders")
    names, matrices = labels(runs), [run.matrix for run in runs]
    parts = [
        header(runs, names),
        section("Means", _MEANS, means(matrices, names)),
    ]
    if len(runs) > 1:
        parts.append(section("Differences", _DIFFERENCES, differences(matrices, names)))
    parts.append(section("Every cell", _CELLS, heat_map(matrices, names)))
    parts += _optional("Learning curves", _CURVES, curves(runs, names))
    parts += _optional("Generated weights", _GENERATED, generated_tables(runs, names))
    parts += _maps(runs, names)
    if papers is not None:
        lead = f"{text(papers.paper)}, {text(papers.setting)}. {_PAPER}"
        parts += _optional("Beside the paper", lead, paper_tables(runs, names, papers))
    parts += _optional("Parameters", "", parameters(runs))
    parts += _optional("Run files" if len(runs) > 1 else "Run file", "", run_files(runs, names))
    return _page(" · ".join(names), "".join(parts))


_MEANS = "Unweighted over languages; a language in no group (the source) is in no mean."
_DIFFERENCES = (
    "From the first run, with 95% intervals of a paired bootstrap over sentences "
    "(1,000 resamples). A hollow dot: the interval holds zero."
)
_CELLS = "Point at a cell for its details."
_CURVES = (
    "Loss as logged (thin) and smoothed; the score that chooses the checkpoint, with the dev score "
    "of every cell (thin) where there is one run. The ring is the checkpoint that was kept."
)
_GENERATED = (
    "Root mean square of what the hypernetwork wrote at the last update that was looked at, and "
    "how far one of these updates moved it at most; and the parts of the mean square: what is the "
    "same everywhere, what layers, tasks and languages differ by, and what only a combination has."
)
_PAPER = "Our means are over the languages evaluated here, the paper's over its own."


def _optional(title: str, lead: str, content: str) -> list[str]:
    return [section(title, lead, content)] if content else []


def _maps(runs: Sequence[RunReport], names: Sequence[str]) -> list[str]:
    """A map for every run with language embeddings."""
    found = []
    for run, name in zip(runs, names, strict=True):
        title = "Language embeddings" + (f" of {name}" if len(runs) > 1 else "")
        vectors = run.embeddings.get("language", {})
        known = {**families(), **run.families}
        found += _optional(title, "", embedding_figure(vectors, known))
    return found


_SIGN = '<meta name="generator" content="hyperadapters">'


def check_page(path: Path) -> None:
    """Nothing if a page may be written somewhere without being asked to: where there is nothing, or
    an older page.

    Raises:
        BundleError: there is another file.
    """
    if not path.exists():
        return
    with path.open("rb") as stream:
        start = stream.read(1000)
    if _SIGN.encode() not in start:
        raise BundleError(
            f"`{path}` would be replaced, and is no report of this library",
            where=str(path.absolute()),
            remedy=f"name another file, `--output FILE`; with `--output {path}` it is replaced",
        )


def _page(title: str, body: str) -> str:
    style = files("hyperadapters.report").joinpath("report.css").read_text(encoding="utf-8")
    head = (
        f'<meta charset="utf-8">{_SIGN}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        + element("title", text(title))
        + element("style", style)
    )
    main = element("body", element("main", body))
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>{main}</html>\n'
