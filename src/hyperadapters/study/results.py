"""What a study found: a matrix per line and seed, and means over seeds with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

from hyperadapters.report.bootstrap import Interval, over_seeds
from hyperadapters.report.summary import mean_rows, metric_of, tasks_of
from hyperadapters.scoring.matrix import Matrix, combine
from hyperadapters.study.plan import StudyPlan

__all__ = ["Mean", "StudyResult", "result_of"]


@dataclass(frozen=True)
class Mean:
    """One mean over languages of one line, over its seeds.

    Args:
        row: which languages: a group, and whether trained pairs are left out.
        interval: mean and 95% interval over seeds, in the units of the metric.
    """

    line: str
    task: str
    metric: str
    row: str
    interval: Interval


@dataclass(frozen=True)
class StudyResult:
    """Everything a study found.

    Args:
        plan: what it was to do.
        matrices: digest of a run -> its matrix; without those of runs that failed.
        seeds: line -> its matrix per seed; runs of a combined axis are one matrix there. A seed one
            of whose runs failed is left out, and so is a line without any.
    """

    plan: StudyPlan
    matrices: Mapping[str, Matrix]
    seeds: Mapping[str, Sequence[Matrix]]

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that have a matrix, in order."""
        return tuple(self.seeds)

    @property
    def compare(self) -> tuple[tuple[str, ...], ...]:
        """Lists of these lines to show side by side.

        Where runs are combined and the study names no lists, those that are not `alike` are by
        themselves.
        """
        lists = self.plan.compare
        if not self.plan.study.compare:
            apart = tuple(name for name in self.lines if name not in self.alike)
            lists = (self.alike, apart)
        kept = (tuple(n for n in names if n in self.seeds) for names in lists)
        return tuple(filter(None, kept))

    @property
    def alike(self) -> tuple[str, ...]:
        """The lines that can stand beside each other: all, but where runs are combined those whose
        runs left a cell out, if there are any.

        Beside these, a line of trained pairs alone, such as a table of pairs, would be compared on
        the same pairs where the others were not trained on them.
        """
        left_out = tuple(
            name
            for name, own in self.seeds.items()
            if any(cell.standing != "trained pair" for matrix in own for cell in matrix.cells)
        )
        return left_out if self.plan.study.combine is not None and left_out else self.lines

    @property
    def scored(self) -> bool:
        """Whether there is any score."""
        return any(matrix.cells for own in self.seeds.values() for matrix in own)

    @property
    def missing(self) -> tuple[str, ...]:
        """The runs of the grid that have no matrix, by name."""
        return tuple(run.run.name for run in self.plan.runs if run.digest not in self.matrices)

    def line(self, name: str) -> Matrix:
        """The mean of a line's seeds."""
        return replace(combine(self.seeds[name]), run=name)

    def means(self, lines: Sequence[str]) -> list[Mean]:
        """Every mean of some lines; all of them are over the same languages."""
        every = [matrix for name in lines for matrix in self.seeds[name]]
        means = []
        for row, task, line in product(mean_rows(every), tasks_of(every), lines):
            found = [row.of(matrix, task) for matrix in self.seeds[line]]
            scores = [score for score in found if score is not None]
            if scores:
                metric = metric_of(every, task)
                means.append(Mean(line, task, metric, row.title(task), over_seeds(scores)))
        return means

    def to_values(self) -> dict[str, Any]:
        """Plain values for `study.json`; numbers of single sentences stay in the run folders."""
        return {
            "study": self.plan.study.name,
            "runs": [
                {
                    "line": run.line,
                    "values": dict(run.values),
                    "digest": run.digest,
                    "folder": str(run.folder),
                    "matrix": _brief(self.matrices[run.digest]),
                }
                for run in self.plan.runs
                if run.digest in self.matrices
            ],
            "missing": list(self.missing),
            "lines": {name: _brief(self.line(name)) for name in self.lines},
            "comparisons": [
                {"lines": list(lines), "means": [asdict(mean) for mean in self.means(lines)]}
                for lines in self.compare
            ],
        }


def result_of(plan: StudyPlan, matrices: Mapping[str, Matrix]) -> StudyResult:
    """The result of a plan from the matrix of each of its runs, by digest; of those there are."""
    seeds = {}
    for name in plan.lines:
        whole = [
            runs for runs in plan.line(name).values() if all(r.digest in matrices for r in runs)
        ]
        own = [combine([matrices[run.digest] for run in runs]) for runs in whole]
        seeds[name] = [replace(matrix, run=name) for matrix in own]
    return StudyResult(plan, matrices, {name: own for name, own in seeds.items() if own})


def _brief(matrix: Matrix) -> dict[str, Any]:
    cells = [
        {key: value for key, value in asdict(cell).items() if key != "statistics"}
        for cell in matrix.cells
    ]
    return {**asdict(replace(matrix, cells=())), "cells": cells}
