"""`python -m benchmarks.claims.exchange RUN...`: what do another language's weights cost?

Every cell is scored under the rows of other languages in turn. If a network has learned what a
language needs, scores fall, also on pairs of task and language that were never trained together.
"""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table

from hyperadapters.machine.ranks import process
from hyperadapters.report.bootstrap import over_seeds
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Fixed
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Matrix

NAMES = ("en", "nl", "tr", "vi", "ar", "ta", "hi", "sw", "fi", "ru")
"""The languages whose weights are tried."""

Kind = tuple[str, str]
"""A task and a standing of its cells."""


def costs(assembly: Assembly, names: Sequence[str]) -> Mapping[Kind, float]:
    """Points lost by task and standing: the mean over names, and over the languages of the groups
    but the one whose weights they get.
    """
    own = evaluate(assembly)
    each = [lost(own, evaluate(assembly, under=Fixed(language=name)), name) for name in names]
    return {kind: fmean(one[kind] for one in each) for kind in each[0]}


def lost(own: Matrix, other: Matrix, name: str) -> Mapping[Kind, float]:
    """100 × (own - other), averaged over languages."""
    found: dict[Kind, list[float]] = {}
    for before, after in zip(own.cells, other.cells, strict=True):
        if before.language != name and before.language in own.members("all"):
            kind = (before.task, before.standing)
            found.setdefault(kind, []).append(100 * (before.score - after.score))
    return {kind: fmean(points) for kind, points in found.items()}


def main() -> None:
    """A line per task and standing, with 95% intervals over the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="folders, the seeds of a system")
    parser.add_argument("--names", nargs="+", default=NAMES, help="languages; " + " ".join(NAMES))
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    load = partial(bundle.load, data_root=arguments.data_root, device=process().device)
    every = [costs(load(run / "model"), arguments.names) for run in arguments.runs]
    table = Table("task", "pairs", "points lost", "95%", *(run.name for run in arguments.runs))
    for kind in every[0]:
        points = [one[kind] for one in every]
        mean = over_seeds(points)
        bounds = "" if mean.low is None else f"[{mean.low:.1f}, {mean.high:.1f}]"
        table.add_row(*kind, f"{mean.mean:.1f}", bounds, *(f"{one:.1f}" for one in points))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
