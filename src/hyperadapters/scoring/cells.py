"""How a model scores in single cells: any model that can be called under a context."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from hyperadapters.context import Context, Row
from hyperadapters.data import Corpus
from hyperadapters.errors import ConfigError, DataError, located
from hyperadapters.machine.ranks import shared_out
from hyperadapters.metrics import Loss, Statistics
from hyperadapters.model.inference import EXAMPLES, Forward, over_batches
from hyperadapters.routes import Cell, Route
from hyperadapters.schedules import Observed, Schedule, Then
from hyperadapters.scoring.along import Along
from hyperadapters.scoring.matrix import Score, Standing
from hyperadapters.scoring.scored import Scored, windows_for, windows_of
from hyperadapters.scoring.together import WrittenCell, judged_together
from hyperadapters.tasks import Batch, Encoded, Task
from hyperadapters.tasks.base import Question
from hyperadapters.tasks.windows import Windows

__all__ = ["Judged", "check_filled", "score", "score_cells"]

_WAVE = 16384
"""Examples from which on cells whose answers are written wait for no other cell."""

Judged = Callable[[Context, Batch, list[int], Tensor], list[Statistics]]
"""From the rows of a batch, the batch, the places of its examples and its teacher-forced logits to
what each example adds to a metric."""


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

    def begun(place: int) -> _Cell:
        cell = cells[place]
        if progress is not None:
            progress(place, len(cells), str(cell))
        corpus = corpora(cell)
        check_filled(replace(corpus, route=cell.route))
        meant = usual.row(cell.row, 0)
        ran = under.row(meant, 0)
        _check_factors(cell.task, meant, ran)
        note = "" if ran == meant else f"run as {ran}"
        return _Cell(cell, corpus, standings(cell), (note, remark(corpus)))

    def some(places: Sequence[int]) -> list[Score]:
        return _scored(scored, map(begun, places), Then(usual, under))

    return tuple(shared_out(range(len(cells)), some))


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


class _Cell(NamedTuple):
    """A cell, what is read of it, and what is noted."""

    cell: Cell
    corpus: Corpus
    standing: Standing
    notes: tuple[str, ...]


def _scored(scored: Scored, cells: Iterable[_Cell], under: Schedule) -> list[Score]:
    """The score of each cell, in order; those whose answers are written wait for each other."""
    found: dict[int, Score] = {}
    waiting: dict[str, dict[int, _Cell]] = {}
    for place, one in enumerate(cells):
        name = one.cell.task
        if scored.tasks[name].scorer.writer() is None:
            found[place] = _alone(scored, one, under)
            continue
        own = waiting.setdefault(name, {})
        own[place] = one
        if sum(len(other.corpus.examples) for other in own.values()) >= _WAVE:
            found |= _together(scored, waiting.pop(name), under)
    for own in waiting.values():
        found |= _together(scored, own, under)
    return [found[place] for place in sorted(found)]


def _alone(scored: Scored, one: _Cell, under: Schedule) -> Score:
    task, told = scored.tasks[one.cell.task], Counter[str]()
    with located(one.corpus.source):
        statistics = _judged(scored, task, one.cell.route, one.corpus, under, told)
    return _told(scored, one, statistics, told)


def _together(scored: Scored, cells: Mapping[int, _Cell], under: Schedule) -> dict[int, Score]:
    """The scores of cells of one task, by their places."""
    own = [WrittenCell(one.cell, one.corpus, under) for one in cells.values()]
    statistics = judged_together(scored, scored.tasks[own[0].cell.task], own)
    each = zip(cells.items(), own, statistics, strict=True)
    return {place: _told(scored, one, found, written.told) for (place, one), written, found in each}


def _told(
    scored: Scored, one: _Cell, statistics: Sequence[Statistics], told: Counter[str]
) -> Score:
    """The score of a cell, from what each of its examples adds to the metric."""
    cell, corpus = one.cell, one.corpus
    task = scored.tasks[cell.task]
    metric = task.metric_in(cell.route)
    totals = metric.pooled(statistics)
    notes = [
        metric.beside(totals),
        task.scorer.remark(task, corpus.examples),
        *(f"{count:,} {what}" for what, count in told.items()),
        *_unread(scored, task, cell.route, corpus),
        *one.notes,
    ]
    return Score(
        cell.task,
        str(cell.route),
        metric.name,
        metric.score(totals),
        len(statistics),
        one.standing,
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
    examples, along = corpus.examples, Along(route.row(task.name), under)
    each = windows_of(scored, task, corpus, route.hops[0])
    for hop, following in zip(before, route.hops[1:], strict=True):
        carried = _answered(scored, task, hop, examples, each, along, task.scorer.carry, told)
        examples = [one[0] for one in carried]
        each = windows_for(scored, task, examples, following)
    judge = partial(task.scorer.judge, task)
    judged = _answered(scored, task, last, examples, each, along, judge, told)
    pairs = zip(examples, judged, strict=True)
    return [task.whole(example, last, found) for example, found in pairs]


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
