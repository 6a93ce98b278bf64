"""Which weights of a phase are kept: scores on dev cells, and the criterion that compares them."""

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple, final

from torch import Tensor

from hyperadapters.context import Context
from hyperadapters.errors import TrainingError
from hyperadapters.machine.ranks import shared
from hyperadapters.method import Phase
from hyperadapters.metrics import Metric, Statistics
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.cells import score
from hyperadapters.tasks import Batch, Task
from hyperadapters.tasks.base import Outcomes, Question
from hyperadapters.tasks.windows import Windows

__all__ = ["CRITERIA", "Criterion", "Judgement", "Result", "Selection", "check_selection"]


class Result(NamedTuple):
    """A dev cell: its score and the values that this is the mean of, nats per prediction, and the
    labels.
    """

    score: float
    nats: float
    higher_is_better: bool
    outcomes: tuple[Outcomes, ...] = ()
    values: tuple[float, ...] = ()


class Judgement(NamedTuple):
    """The model on all dev cells.

    Args:
        scores: by `task/language`.
        value: what the criterion compares.
        alike: tasks of which every answer is one label, though the right ones are not -> the label.
    """

    scores: dict[str, float]
    value: float
    alike: dict[str, str]


class _Scored(ABC):
    """What the score of a dev cell counts."""

    @abstractmethod
    def metric(self, task: Task, route: Route) -> Metric:
        """Of a task in a language or direction."""

    @abstractmethod
    def statistics(self, task: Task, question: Question, logits: Tensor) -> list[Statistics]:
        """What each example of a batch adds to it; `logits` are teacher-forced."""


@final
class _Forced(_Scored):
    """The logits of one forward."""

    def metric(self, task: Task, route: Route) -> Metric:
        """The one that forced logits are counted for."""
        return task.forced

    def statistics(self, task: Task, question: Question, logits: Tensor) -> list[Statistics]:
        """No other forward."""
        return task.statistics(logits, question.batch.shares[task.name])


@final
class _Answered(_Scored):
    """The answers, as those of the matrix: generated or searched for, where a task does that."""

    def metric(self, task: Task, route: Route) -> Metric:
        """The task's own."""
        return task.metric_in(route)

    def statistics(self, task: Task, question: Question, logits: Tensor) -> list[Statistics]:
        """As the task's scorer finds them."""
        return task.scorer.judge_beside(task, question, logits)


@dataclass(frozen=True)
class Criterion:
    """A number made of the dev cells, and whether a new one is better than the best so far.

    Args:
        scored: what the scores of the cells count.
        mixes: whether `value` is a mean of scores, which then must all go up, or all down.
    """

    value: Callable[[Sequence[Result]], float]
    better: Callable[[float, float], bool]
    scored: _Scored = _Forced()
    mixes: bool = False


def _signed(result: Result, value: float) -> float:
    return value if result.higher_is_better else -value


def _score(results: Sequence[Result]) -> float:
    return fmean(_signed(one, one.score) for one in results)


def _metric(results: Sequence[Result]) -> float:
    return fmean(_signed(one, value) for one in results for value in one.values)


def _loss(results: Sequence[Result]) -> float:
    return fmean(one.nats for one in results)


def _perplexity(results: Sequence[Result]) -> float:
    return fmean(math.exp(min(one.nats, 700.0)) for one in results)


CRITERIA = {
    "score": Criterion(_score, operator.gt, mixes=True),
    "metric": Criterion(_metric, operator.gt, _Answered(), mixes=True),
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

    def judge(self) -> Judgement:
        """How the model does on the dev cells.

        The ranks share the cells out among them; all get the same answer.
        """
        results = shared(self._cells, self._result)
        scores = {str(dev.cell): one.score for dev, one in zip(self._cells, results, strict=True)}
        labels: dict[str, list[Outcomes]] = {}
        for dev, one in zip(self._cells, results, strict=True):
            labels.setdefault(dev.cell.task, []).extend(one.outcomes)
        alike = {task: label for task, found in labels.items() for label in _only_label(found)}
        return Judgement(scores, self._criterion.value(results), alike)

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
        outcomes: list[Outcomes] = []
        route, scored = dev.cell.route.ends, self._criterion.scored
        examples = dev.task.scorer.address(dev.examples, route)

        def judged(
            context: Context, batch: Batch, places: list[int], logits: Tensor
        ) -> list[Statistics]:
            outcomes.append(dev.task.outcomes(logits, batch.shares[dev.task.name]))
            own = [examples[dev.windows.of[place]] for place in places]
            asked = Question(self._assembly.model, context, batch, own, self._assembly.tokenizer)
            return scored.statistics(dev.task, asked, logits)

        statistics, loss = score(
            self._assembly.model,
            dev.task,
            dev.cell.row,
            dev.windows.encoded,
            pad_id=self._assembly.tokenizer.pad_token_id,
            under=self._phase.select_under,
            judged=judged,
        )
        metric, each = scored.metric(dev.task, route), dev.windows.gathered(statistics)
        pairs = zip(dev.examples, each, strict=True)
        own = [dev.task.whole(example, dev.cell.route, found) for example, found in pairs]
        totals = metric.pooled(own)
        better, values = metric.higher_is_better, metric.values(totals)
        return Result(metric.score(totals), float(loss.mean()), better, tuple(outcomes), values)


def _only_label(found: Sequence[Outcomes]) -> Iterator[str]:
    """The label that is predicted of everything, where more than one is right."""
    right = frozenset[str]().union(*(one.right for one in found))
    predicted = frozenset[str]().union(*(one.predicted for one in found))
    if len(predicted) == 1 < len(right):
        yield from predicted


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
    criterion = CRITERIA[recipe.criterion]
    metrics = [criterion.scored.metric(assembly.tasks[c.task], c.route.ends) for c in phase.select]
    if criterion.mixes and len({metric.higher_is_better for metric in metrics}) > 1:
        raise TrainingError(
            "the mean over dev cells would mix scores that go up with perplexities",
            where=where,
            found=", ".join(map(str, phase.select)),
            remedy="leave the cells that are scored by perplexity out of `select`, "
            "or set `criterion: loss`, or `metric`",
        )
