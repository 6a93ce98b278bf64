"""The task × language matrix as a value: cells, means, JSON, and how several become one."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from hyperadapters.document.stored import stored
from hyperadapters.document.values import Closed, Natural, Number, Text, Whole
from hyperadapters.errors import DataError
from hyperadapters.metrics import METRICS, Statistics

__all__ = ["ALL_GROUPS", "STANDINGS", "Matrix", "Score", "Standing", "combine"]

Standing = Literal["trained pair", "unseen pair", "unseen language"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
ALL_GROUPS = "all"
"""The union of all groups, under the name that tables use."""


@dataclass(frozen=True)
class Score:
    """The score of one cell: a task in one language or direction.

    Args:
        metric: a name of `METRICS`, whose range `score` has.
        sentences: how many were scored.
        standing: what training saw of the pair.
        statistics: what each sentence adds to the metric, in corpus order. In a mean of several
            models the numbers of all models stand side by side.
        note: anything to know besides, such as the row it ran under.
        models: how many models' scores are averaged here.
        variant: what sets the scores of its metric apart from others, such as `tok:zh`.
    """

    task: str
    language: str
    metric: str
    score: float
    sentences: int
    standing: Standing
    statistics: tuple[Statistics, ...] = field(default=(), repr=False)
    note: str = ""
    models: int = 1
    variant: str = ""

    @property
    def counted(self) -> str:
        """The metric and its variant, such as `bleu tok:zh`: scores that are like each other."""
        return f"{self.metric} {self.variant}".strip()

    @property
    def values(self) -> tuple[float, ...]:
        """The scores that this one is the mean of, where its metric is a mean of two, as that of F1
        and accuracy; else this one alone, as without statistics.
        """
        if not self.statistics:
            return (self.score,)
        metric = METRICS[self.metric]
        totals = metric.pooled(self.statistics)
        width = len(totals) // self.models
        starts = range(0, width * self.models, max(width, 1))
        each = [metric.values(totals[at : at + width]) for at in starts]
        return tuple(map(fmean, zip(*each, strict=True)))

    def rescored(self, totals: Sequence[float]) -> float:
        """The score that pooled statistics give: of a resample of the sentences, for example."""
        score, width = METRICS[self.metric].score, len(totals) // self.models
        starts = range(0, width * self.models, max(width, 1))
        return sum(score(tuple(totals[at : at + width])) for at in starts) / self.models


@dataclass(frozen=True)
class Matrix:
    """The cells of one run, or of several that became one.

    Args:
        run: the run's name.
        method: the method's name.
        seeds: the run's seed, or those of the runs.
        cells: at most one per task and language.
        groups: languages by group; a language in no group (the source, usually) is in no mean.
    """

    run: str
    method: str
    seeds: tuple[int, ...]
    cells: tuple[Score, ...]
    groups: Mapping[str, tuple[str, ...]]

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks, in order of appearance."""
        return tuple(dict.fromkeys(cell.task for cell in self.cells))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, in order of appearance."""
        return tuple(dict.fromkeys(cell.language for cell in self.cells))

    @property
    def group_names(self) -> tuple[str, ...]:
        """The groups in order, and `all` where that is not the same as the only one."""
        return (*self.groups,) if len(self.groups) == 1 else (*self.groups, ALL_GROUPS)

    def members(self, group: str) -> tuple[str, ...]:
        """The languages of a group; `all` is the union of the groups, everything without groups."""
        if group in self.groups:
            return self.groups[group]
        if not self.groups:
            return self.languages
        return tuple(dict.fromkeys(name for names in self.groups.values() for name in names))

    def cell(self, task: str, language: str) -> Score | None:
        """The cell of a task and language, None where it was not evaluated."""
        found = [c for c in self.cells if (c.task, c.language) == (task, language)]
        return found[0] if found else None

    def select(
        self, task: str, group: str | None = None, standings: Sequence[str] = STANDINGS
    ) -> tuple[Score, ...]:
        """The cells of a task, of those in one group, and of those of some standings."""
        return tuple(
            cell
            for cell in self.cells
            if cell.task == task
            and (group is None or cell.language in self.members(group))
            and cell.standing in standings
        )

    def mean(
        self, task: str, group: str | None = None, standings: Sequence[str] = STANDINGS
    ) -> float | None:
        """The unweighted mean over the selected languages, None where there is none."""
        cells = self.select(task, group, standings)
        return fmean(cell.score for cell in cells) if cells else None

    def to_json(self) -> str:
        """The text of a `results.json`, with the statistics of every sentence."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, where: str = "results.json") -> "Matrix":
        """The matrix that `to_json` wrote.

        Raises:
            BundleError: the text is no such matrix, has a cell twice, or a score or a count that
                cannot be; the message names `where`.
        """
        what, remedy = "this is not a matrix of results", "evaluate the run again"
        read: _Results = stored(text, _Results, what=what, where=where, remedy=remedy)
        cells = tuple(Score(**dict(cell)) for cell in read.cells)
        return cls(read.run, read.method, read.seeds, cells, dict(read.groups))


_Seed = Annotated[Natural, Field(lt=2**63)]
_Count = Annotated[Number, Field(allow_inf_nan=False)]
_ROUNDING = 1e-6
"""How far beyond its range a score may be: the best BLEU is a little above 1."""


class _Cell(Closed):
    task: Text
    language: Text
    metric: Text
    score: Number
    sentences: _Seed
    standing: Standing
    statistics: tuple[tuple[_Count, ...], ...]
    note: str = ""
    variant: str = ""
    models: Annotated[Whole, Field(ge=1, lt=2**31)] = 1

    @model_validator(mode="after")
    def _fits(self) -> "_Cell":
        if self.metric not in METRICS:
            raise ValueError(f"unknown metric `{self.metric}`")
        metric = METRICS[self.metric]
        least, most = metric.range
        if not least - _ROUNDING <= self.score <= most + _ROUNDING:
            raise ValueError(f"{self.metric} is from {least} to {most}, not {self.score}")
        sizes = {divmod(len(sentence), self.models) for sentence in self.statistics}
        if len(sizes) > 1 or any(rest or not metric.fits(size) for size, rest in sizes):
            width = metric.width * self.models
            raise ValueError(f"`{self.metric}` needs {width} numbers per {metric.per}")
        if any(number < metric.least for sentence in self.statistics for number in sentence):
            raise ValueError(f"a number of `{self.metric}` is below {metric.least}")
        if len(self.statistics) not in (0, self.sentences):
            raise ValueError(f"{self.sentences} sentences, and numbers of {len(self.statistics)}")
        return self


class _Results(Closed):
    """`results.json`."""

    run: str
    method: str
    seeds: tuple[_Seed, ...]
    cells: tuple[_Cell, ...]
    groups: dict[str, tuple[Text, ...]]

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, values: Any) -> Any:
        """Results of before have one `seed`."""
        if not isinstance(values, dict) or "seed" not in values:
            return values
        others = {name: value for name, value in values.items() if name != "seed"}
        return {**others, "seeds": [values["seed"]]}

    @field_validator("cells")
    @classmethod
    def _each_once(cls, cells: tuple[_Cell, ...]) -> tuple[_Cell, ...]:
        counted = Counter((cell.task, cell.language) for cell in cells)
        twice = [f"{task}/{language}" for (task, language), n in counted.items() if n > 1]
        if twice:
            raise ValueError(f"a cell twice: {', '.join(twice[:5])}")
        return cells


def combine(matrices: Sequence[Matrix]) -> Matrix:
    """One matrix from the runs of a partitioned study.

    Each cell comes from the run that did not train on its pair. Where several did not, or where all
    did (the source language), it is the mean of theirs.

    Raises:
        DataError: no matrix, or runs that scored different sentences of a cell.
    """
    if not matrices:
        raise DataError("no matrix to combine", expected="one or more runs")
    pairs = dict.fromkeys((c.task, c.language) for matrix in matrices for c in matrix.cells)
    cells = []
    for task, language in pairs:
        found = [cell for matrix in matrices if (cell := matrix.cell(task, language))]
        unseen = [cell for cell in found if cell.standing != "trained pair"]
        cells.append(_mean_cell(unseen or found))
    names = dict.fromkeys(matrix.run for matrix in matrices)
    seeds = dict.fromkeys(seed for matrix in matrices for seed in matrix.seeds)
    return replace(matrices[0], run=" + ".join(names), seeds=tuple(seeds), cells=tuple(cells))


def _mean_cell(cells: Sequence[Score]) -> Score:
    if len(cells) == 1:
        return cells[0]
    first = cells[0]
    if len({(cell.sentences, cell.counted) for cell in cells}) > 1:
        raise DataError(
            f"the runs scored different sentences of `{first.task}` in `{first.language}`",
            found=", ".join(f"{cell.sentences} by {cell.counted}" for cell in cells),
            remedy="evaluate the runs again, on the same data and the same split",
        )
    rows = zip(*(cell.statistics for cell in cells), strict=True)
    return replace(
        first,
        score=sum(cell.score * cell.models for cell in cells) / sum(cell.models for cell in cells),
        statistics=tuple(tuple(number for part in row for number in part) for row in rows),
        models=sum(cell.models for cell in cells),
        note="; ".join([f"mean of {sum(cell.models for cell in cells)} runs", *_shared(cells)]),
    )


def _shared(cells: Sequence[Score]) -> list[str]:
    """What the notes of all cells say, such as how scores are counted."""
    first, *others = (cell.note.split("; ") for cell in cells)
    shared = [part for part in first if part and all(part in other for other in others)]
    return [part for part in shared if not part.startswith("mean of ")]
