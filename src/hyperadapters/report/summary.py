"""What tables and figures agree on: order, means, which is best, and how numbers print."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from babel import Locale

from hyperadapters.metrics import METRICS
from hyperadapters.scoring.matrix import Matrix, Score

__all__ = [
    "MISSING",
    "MeanRow",
    "FlatMean",
    "best_of",
    "blocks",
    "flat_means",
    "language_name",
    "letter",
    "listed",
    "mean_row",
    "mean_rows",
    "metric_of",
    "shown",
    "tasks_of",
]

MISSING = "–"
"""What stands where there is no number."""

CellKey = tuple[str, str]


@dataclass(frozen=True)
class MeanRow:
    """A mean over some pairs, the same for every run.

    Args:
        label: the group, and whether pairs that a run trained on are left out.
        pairs: (task, language).
        scored: of them and others of the group, those that some run has scored.
    """

    label: str
    pairs: frozenset[CellKey]
    scored: frozenset[CellKey]

    def title(self, *tasks: str) -> str:
        """The label, and how many cells of some tasks it is over where not all that were scored."""
        own, every = (sum(task in tasks for task, _ in at) for at in (self.pairs, self.scored))
        return self.label + (f", {own} of {every} cells" if own < every else "")

    def of(self, matrix: Matrix, task: str) -> float | None:
        """The unweighted mean over the row's languages of a task, None where there is none."""
        scores = [cell.score for cell in matrix.select(task) if _pair(cell) in self.pairs]
        return fmean(scores) if scores else None

    def of_task(self, task: str) -> list[CellKey]:
        """The row's pairs of one task, sorted."""
        return sorted(pair for pair in self.pairs if pair[0] == task)


def mean_rows(matrices: Sequence[Matrix]) -> list[MeanRow]:
    """The means worth printing: per group, and per group without what any of the runs trained on.

    Only pairs that every run with the task has scored count, so that runs compare like with like;
    where these are not all that some run has scored, the title says so: `Romance, 2 of 5 cells`.
    """
    rows: list[MeanRow] = []
    trained = frozenset(
        _pair(cell) for m in matrices for cell in m.cells if cell.standing == "trained pair"
    )
    for suffix, left_out in (("", frozenset[CellKey]()), (", never trained on", trained)):
        for group in matrices[0].group_names:
            row = mean_row(matrices, group, left_out)
            if row.pairs and all(row.pairs != other.pairs for other in rows):
                rows.append(replace(row, label=group + suffix))
    return rows


def mean_row(
    matrices: Sequence[Matrix], group: str, left_out: frozenset[CellKey] = frozenset()
) -> MeanRow:
    """The mean over a group of the first run, of every run over the same pairs; see `mean_rows`."""
    members = matrices[0].members(group)
    scored = frozenset(_pair(cell) for matrix in matrices for cell in matrix.cells)
    every = frozenset(pair for pair in scored - left_out if pair[1] in members)
    return MeanRow(group, every & _common(matrices), every)


@dataclass(frozen=True)
class FlatMean:
    """The mean over the scores of several tasks in one language, two of a task whose metric is
    itself a mean of two: the average of GLUE.

    Args:
        language: of all of them.
        tasks: their names, in order.
        values: how many scores.
        mean: of these, × 100.
    """

    language: str
    tasks: tuple[str, ...]
    values: int
    mean: float

    def __str__(self) -> str:
        return (
            f"flat mean in {self.language} over {self.values} scores of {listed(self.tasks)}: "
            f"{self.mean:.1f}"
        )


def flat_means(matrix: Matrix) -> list[FlatMean]:
    """Where it is another mean than that over tasks: in languages with a task that has two scores.

    Tasks with scores that are better where they are lower have no part in it.
    """
    found = []
    for language in matrix.languages:
        own = [cell for cell in matrix.cells if cell.language == language]
        cells = [cell for cell in own if METRICS[cell.metric].higher_is_better]
        values = [value for cell in cells for value in cell.values]
        if len(values) > len(cells) > 1:
            names = tuple(cell.task for cell in cells)
            found.append(FlatMean(language, names, len(values), 100 * fmean(values)))
    return found


def _common(matrices: Sequence[Matrix]) -> frozenset[CellKey]:
    found: set[CellKey] = set()
    for task in tasks_of(matrices):
        scored = [{_pair(cell) for cell in matrix.select(task)} for matrix in matrices]
        found |= set.intersection(*filter(None, scored))
    return frozenset(found)


def _pair(cell: Score) -> CellKey:
    return cell.task, cell.language


def tasks_of(matrices: Sequence[Matrix]) -> tuple[str, ...]:
    """Every task that some run scored, in order of appearance."""
    return tuple(dict.fromkeys(task for matrix in matrices for task in matrix.tasks))


def metric_of(matrices: Sequence[Matrix], task: str) -> str:
    """The metric of a task that some run scored."""
    return next(cell.metric for matrix in matrices for cell in matrix.select(task))


def blocks(matrices: Sequence[Matrix]) -> list[tuple[str | None, tuple[str, ...]]]:
    """The languages in groups, those in no group last under None; a language stands once."""
    left = dict.fromkeys(language for matrix in matrices for language in matrix.languages)
    found: list[tuple[str | None, tuple[str, ...]]] = []
    for group, members in matrices[0].groups.items():
        present = tuple(language for language in members if language in left)
        for language in present:
            del left[language]
        found.append((group, present))
    return [(group, names) for group, names in [*found, (None, tuple(left))] if names]


def shown(metric: str, score: float | None, *, signed: bool = False) -> str:
    """A score in print: × 100 with one decimal where higher is better, else with two decimals.

    Args:
        signed: whether a plus stands before what is above zero: for differences.
    """
    if score is None:
        return MISSING
    sign = "+" if signed else ""
    text = f"{100 * score:{sign}.1f}" if METRICS[metric].higher_is_better else f"{score:{sign}.2f}"
    return text.replace("-", "−")


def best_of(metric: str, scores: Sequence[float | None]) -> frozenset[int]:
    """The places of the best among several scores, equal in print; none without two to compare."""
    present = [score for score in scores if score is not None]
    if len(present) < 2:
        return frozenset()
    best = shown(metric, (max if METRICS[metric].higher_is_better else min)(present))
    return frozenset(place for place, score in enumerate(scores) if shown(metric, score) == best)


def language_name(code: str) -> str:
    """The English name of a language, or the code itself where none is known."""
    name = Locale("en").languages.get(code.replace("-", "_"))
    return str(name) if name else code


def listed(values: Iterable[object]) -> str:
    """Values as a reader lists them: `0, 1, 2`."""
    return ", ".join(map(str, values))


def letter(place: int) -> str:
    """The letter that stands for the run at `place` (0-based); letters repeat after Z."""
    return chr(ord("A") + place % 26)
