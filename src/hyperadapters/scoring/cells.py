"""How a model scores in single cells: any model that can be called under a context."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from hyperadapters.context import Context, Row
from hyperadapters.data import Corpus
from hyperadapters.errors import ConfigError, DataError, located
from hyperadapters.machine.ranks import shared
from hyperadapters.metrics import Loss, Statistics
from hyperadapters.model.inference import EXAMPLES, Forward, over_batches
from hyperadapters.routes import Cell, Route
from hyperadapters.schedules import Observed, Schedule, Then
from hyperadapters.scoring.matrix import Score, Standing
from hyperadapters.tasks import Batch, Encoded, Task
from hyperadapters.tasks.base import Question
from hyperadapters.tasks.windows import Once, Windows

__all__ = ["Judged", "Scored", "check_filled", "score", "score_cells", "windows_for", "windows_of"]


Judged = Callable[[Context, Batch, list[int], Tensor], list[Statistics]]
"""From the rows of a batch, the batch, the places of its examples and its teacher-forced logits to
what each example adds to a metric."""


@runtime_checkable
class Scored(Protocol):
    """What can be scored: a model with its tokenizer, and the tasks that it does."""

    @property
    def model(self) -> Any:
        """A module that is called with a context and a batch, and generates under a context."""

    @property
    def tokenizer(self) -> Any:
        """A fast tokenizer of `transformers`."""

    @property
    def tasks(self) -> Mapping[str, Task]:
        """By name."""

    @property
    def length(self) -> int:
        """Tokens per example at most."""

    @property
    def once(self) -> Once:
        """What was encoded of the corpora that are scored."""


def score(
    model: Forward,
    task: Task,
    row: Row,
    encoded: Sequence[Encoded],
    *,
    pad_id: int,
    examples: int = EXAMPLES,
    under: Schedule = Observed(),
    judged: Judged | None = None,
) -> tuple[list[Statistics], Loss]:
    """What each example adds to the task's metric `forced`, in the order given, and the summed
    loss.

    Batches hold examples of similar length. A task that draws (masks) draws the same in every call.

    Args:
        row: the row of the data.
        pad_id: the tokenizer's padding id.
        examples: per batch, at most.
        under: maps `row` to the row that batch n runs with.
        judged: what each example of a batch adds to another metric, in place of `forced`.
    """
    device, by = next(model.parameters()).device, judged or _forced(task)
    loss = Loss(torch.zeros((), device=device), torch.zeros((), device=device))

    def statistics(context: Context, batch: Batch, places: list[int]) -> list[Statistics]:
        nonlocal loss
        logits, share = model(context, batch).logits[task.name], batch.shares[task.name]
        loss += task.loss(logits, share)
        return by(context, batch, places, logits)

    drawn = [(task, row, one) for one in encoded]
    return over_batches(model, drawn, pad_id, statistics, under=under, examples=examples), loss


def _forced(task: Task) -> Judged:
    return lambda context, batch, places, logits: task.statistics(logits, batch.shares[task.name])


def score_cells(
    scored: Scored,
    cells: Sequence[Cell],
    corpora: Callable[[Cell], Corpus],
    *,
    standings: Callable[[Cell], Standing],
    usual: Schedule = Observed(),
    under: Schedule = Observed(),
    remark: Callable[[Corpus], str] = lambda corpus: "",
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[Score, ...]:
    """The score of each cell; the ranks share them out among them.

    Args:
        corpora: reads the examples of a cell.
        standings: what training saw of a cell.
        usual: maps the row of the data to the row that the method scores under.
        under: maps that to the row that the model runs with.
        remark: something to note of a corpus; empty for nothing.
        progress: told (cells done, cells in all, the cell that is next), once before each cell.

    Raises:
        DataError: a cell's corpus is missing, broken or empty.
        ConfigError: `under` names a factor that the method's rows do not have.
    """

    def one(place: int) -> Score:
        cell = cells[place]
        if progress is not None:
            progress(place, len(cells), str(cell))
        corpus = corpora(cell)
        found = _scored(scored, cell, corpus, standings(cell), usual, under)
        note = "; ".join(filter(None, (found.note, remark(corpus))))
        return replace(found, note=note)

    return tuple(shared(range(len(cells)), one))


def check_filled(corpus: Corpus, key: str = "evaluate") -> None:
    """Nothing if a corpus has examples.

    Args:
        key: of the run file, that lists its cell.

    Raises:
        DataError: it has none.
    """
    if not corpus.examples:
        raise DataError(
            f"nothing to score for `{corpus.task}` in `{corpus.route}`",
            where=corpus.source,
            expected=f"at least one example in the split `{corpus.split}`",
            remedy=f"take `{corpus.route}` out of `{key}: {corpus.task}`, or add the data",
        )


def _scored(
    scored: Scored,
    cell: Cell,
    corpus: Corpus,
    standing: Standing,
    usual: Schedule,
    under: Schedule,
) -> Score:
    task = scored.tasks[cell.task]
    check_filled(replace(corpus, route=cell.route))
    meant = usual.row(cell.row, 0)
    ran = under.row(meant, 0)
    _check_factors(cell.task, meant, ran)
    told = Counter[str]()
    with located(corpus.source):
        statistics = _judged(scored, task, cell.route, corpus, Then(usual, under), told)
    metric = task.metric_in(cell.route)
    totals = metric.pooled(statistics)
    notes = [
        metric.beside(totals),
        task.scorer.remark(task, corpus.examples),
        *(f"{count:,} {what}" for what, count in told.items()),
        *_unread(scored, task, cell.route, corpus),
        "" if ran == meant else f"run as {ran}",
    ]
    return Score(
        cell.task,
        str(cell.route),
        metric.name,
        metric.score(totals),
        len(statistics),
        standing,
        tuple(statistics),
        note="; ".join(filter(None, notes)),
        variant=metric.variant,
    )


def _unread(scored: Scored, task: Task, route: Route, corpus: Corpus) -> Iterator[str]:
    """How many examples are too long to be read whole, and how many words have no token."""
    cut = words = 0
    for windows in windows_of(scored, task, corpus, route.hops[0]):
        cut += not all(one.uncut for one in windows)
        words += sum(map(task.unread, windows))
    if cut:
        yield f"{cut} of {len(corpus.examples)} cut at {scored.length} tokens"
    if words:
        yield f"{words} labelled words without a token"


def _check_factors(task: str, row: Row, ran: Row) -> None:
    foreign = sorted(set(ran) - set(row))
    if foreign:
        raise ConfigError(
            f"the rows of `{task}` have no {foreign[0]}",
            where=f"--run-as {foreign[0]}={ran[foreign[0]]}",
            expected=f"one of {', '.join(sorted(row))}",
        )


def _judged(
    scored: Scored,
    task: Task,
    route: Route,
    corpus: Corpus,
    under: Schedule,
    told: Counter[str],
) -> list[Statistics]:
    """What each example of a corpus adds to the task's metric, in corpus order; what is to be said
    of the answers goes into `told`.
    """
    *before, last = route.hops
    examples, along = corpus.examples, _Along(route.row(task.name), under)
    each = windows_of(scored, task, corpus, route.hops[0])
    for hop, following in zip(before, route.hops[1:], strict=True):
        carried = _answered(scored, task, hop, examples, each, along, task.scorer.carry, told)
        examples = [one[0] for one in carried]
        each = windows_for(scored, task, examples, following)
    judge = partial(task.scorer.judge, task)
    judged = _answered(scored, task, last, examples, each, along, judge, told)
    pairs = zip(examples, judged, strict=True)
    return [task.whole(example, last, found) for example, found in pairs]


@dataclass(frozen=True)
class _Along(Schedule):
    """What a schedule makes of a route, in its hops: one in the middle has names of its own.

    Args:
        route: the row of its first source and last target; of a direction, the direction itself.
        schedule: of the route.
    """

    route: Row
    schedule: Schedule

    def row(self, observed: Row, micro_batch: int) -> Row:
        """A hop's row, with the names exchanged that it has in common with the route."""
        ran = self.schedule.row(self.route, micro_batch)
        own = {f: name for f, name in ran.items() if observed.get(f) == self.route.get(f)}
        return observed.replaced(**own)

    def spelt_out(self) -> str | dict[str, Any]:
        """That of the route."""
        return self.schedule.spelt_out()


def _answered(
    scored: Scored,
    task: Task,
    hop: Route,
    examples: Sequence[Any],
    each: Iterable[Sequence[Encoded]],
    under: Schedule,
    answer: Callable[[Question], list[Any]],
    told: Counter[str],
) -> list[list[Any]]:
    """What a scorer says of each window of each example in one hop, in corpus order."""
    tokenizer, row = scored.tokenizer, hop.row(task.name)
    addressed = task.scorer.address(examples, hop)
    windows = Windows.laid_out(each)
    drawn = [(task, row, encoded) for encoded in windows.encoded]

    def asked(context: Context, batch: Batch, places: list[int]) -> list[Any]:
        own = [addressed[windows.of[place]] for place in places]
        return answer(Question(scored.model, context, batch, own, tokenizer, told))

    found = over_batches(scored.model, drawn, tokenizer.pad_token_id, asked, under=under)
    return windows.gathered(found)


def windows_of(
    scored: Scored, task: Task, corpus: Corpus, hop: Route
) -> Iterable[Sequence[Encoded]]:
    """The examples of a corpus as the model reads them in one hop; encoded once."""
    of = (task, scored.tokenizer, corpus.examples)
    how = (hop, scored.length, len(scored.tokenizer))
    return scored.once.windows(of, how, partial(windows_for, scored, task, corpus.examples, hop))


def windows_for(
    scored: Scored, task: Task, examples: Sequence[Any], hop: Route
) -> Iterator[Sequence[Encoded]]:
    """Examples of a cell as the model reads them in one hop, each in its windows."""
    addressed = task.scorer.address(examples, hop)
    return task.windows(scored.tokenizer, addressed, scored.length)
