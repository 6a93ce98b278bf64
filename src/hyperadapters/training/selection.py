"""Which weights of a phase are kept: scores on dev cells, and the criterion that compares them."""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple, final

from hyperadapters.errors import TrainingError
from hyperadapters.machine.ranks import shared
from hyperadapters.method import Phase
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.cells import score
from hyperadapters.tasks import Task
from hyperadapters.tasks.windows import Windows

__all__ = ["CRITERIA", "Criterion", "Result", "Selection", "check_selection"]


class Result(NamedTuple):
    """A dev cell: its score under the task's metric, and nats per prediction."""

    score: float
    nats: float
    higher_is_better: bool


@dataclass(frozen=True)
class Criterion:
    """A number made of the dev cells, and whether a new one is better than the best so far."""

    value: Callable[[Sequence[Result]], float]
    better: Callable[[float, float], bool]


def _score(results: Sequence[Result]) -> float:
    return fmean(one.score if one.higher_is_better else -one.score for one in results)


def _loss(results: Sequence[Result]) -> float:
    return fmean(one.nats for one in results)


def _perplexity(results: Sequence[Result]) -> float:
    return fmean(math.exp(min(one.nats, 700.0)) for one in results)


CRITERIA = {
    "score": Criterion(_score, operator.gt),
    "loss": Criterion(_loss, operator.lt),
    "perplexity": Criterion(_perplexity, operator.lt),
    "last": Criterion(_loss, lambda new, best: True),
}
"""By the names of `Recipe.criterion`; scores where lower is better count negatively."""


class _DevSplit(NamedTuple):
    cell: Cell
    task: Task
    examples: Sequence[Any]
    windows: Windows


@final
class Selection:
    """The dev splits of the cells that choose the checkpoint of a phase, encoded once.

    Raises:
        TrainingError: the criterion or early stopping needs dev cells and the phase has none, or
            the mean score would mix scores that go up with scores that go down.
    """

    def __init__(self, assembly: Assembly, phase: Phase) -> None:
        self._assembly = assembly
        self._phase = phase
        self._criterion = CRITERIA[phase.recipe.criterion]
        check_selection(assembly, phase)
        self._cells = [self._encoded(cell) for cell in phase.select]

    def __len__(self) -> int:
        return len(self._cells)

    def judge(self) -> tuple[dict[str, float], float]:
        """Scores by `task/language`, and the number that the criterion compares.

        The ranks share the cells out among them; all get the same answer.
        """
        results = shared(self._cells, self._result)
        scores = {str(dev.cell): one.score for dev, one in zip(self._cells, results, strict=True)}
        return scores, self._criterion.value(results)

    def better(self, new: float, best: float | None) -> bool:
        """Whether a number of `judge` is better than the best so far."""
        return math.isfinite(new) if best is None else self._criterion.better(new, best)

    def _encoded(self, cell: Cell) -> _DevSplit:
        corpus = self._assembly.corpus(cell, "dev")
        if not corpus.examples:
            raise TrainingError(
                f"nothing to choose a checkpoint by for `{cell.task}` in `{cell.route}`",
                where=corpus.source,
                expected="at least one example in the split `dev`",
                remedy=f"take `{cell.route}` out of `select: {cell.task}`, or add the data",
            )
        task, length = self._assembly.tasks[cell.task], self._phase.recipe.length
        each = task.windows(self._assembly.tokenizer, corpus.examples, length)
        return _DevSplit(cell, task, corpus.examples, Windows.laid_out(each))

    def _result(self, dev: _DevSplit) -> Result:
        statistics, loss = score(
            self._assembly.model,
            dev.task,
            dev.cell.row,
            dev.windows.encoded,
            pad_id=self._assembly.tokenizer.pad_token_id,
            under=self._phase.select_under,
        )
        metric, each = dev.task.forced, dev.windows.gathered(statistics)
        pairs = zip(dev.examples, each, strict=True)
        own = [dev.task.whole(example, dev.cell.route, found) for example, found in pairs]
        total = metric.score(metric.pooled(own))
        return Result(total, float(loss.mean()), metric.higher_is_better)


def check_selection(assembly: Assembly, phase: Phase) -> None:
    """Raises where its dev cells cannot choose the checkpoint of a phase.

    Raises:
        TrainingError: as `Selection` does.
    """
    recipe, where = phase.recipe, f"phase `{phase.name}`"
    if not phase.select and (recipe.criterion in ("loss", "perplexity") or recipe.patience):
        raise TrainingError(
            "no dev cell can choose the checkpoint of this phase",
            where=where,
            expected="cells of a task that the phase trains, under `select`",
            found=f"criterion `{recipe.criterion}`, patience {recipe.patience}",
            remedy="add cells to `select`, or set `criterion: last` and `patience: 0`",
        )
    ways = {assembly.tasks[cell.task].forced.higher_is_better for cell in phase.select}
    if recipe.criterion == "score" and len(ways) > 1:
        raise TrainingError(
            "the mean over dev cells would mix scores that go up with perplexities",
            where=where,
            found=", ".join(map(str, phase.select)),
            remedy="leave the masked language modelling cells out of `select`, "
            "or set `criterion: loss`",
        )
