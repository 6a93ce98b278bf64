"""How a model scores: per sentence, and as the task × language matrix of a run."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from hyperadapters.context import Context, Row, names_of
from hyperadapters.data.corpora import Corpus
from hyperadapters.errors import ConfigError, DataError, UnknownName
from hyperadapters.machine.ranks import shared
from hyperadapters.metrics import Loss, Statistics
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.inference import EXAMPLES, over_batches
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.scoring.groups import groups_of
from hyperadapters.scoring.matrix import STANDINGS, Cell, Matrix, Standing
from hyperadapters.tasks.base import Batch, Encoded, Question, Task

__all__ = [
    "cells_of",
    "check_filled",
    "encoded_for",
    "evaluate",
    "score",
    "scored_cells",
    "standing",
]


def score(
    model: AdaptedModel,
    task: Task,
    row: Row,
    encoded: Sequence[Encoded],
    *,
    pad_id: int,
    examples: int = EXAMPLES,
    under: Schedule = Observed(),
) -> tuple[list[Statistics], Loss]:
    """What each example adds to the task's metric `forced`, in the order given, and the summed
    loss.

    Batches hold examples of similar length. A task that draws (masks) draws the same in every call.

    Args:
        row: the row of the data.
        pad_id: the tokenizer's padding id.
        examples: per batch, at most.
        under: maps `row` to the row that batch n runs with.
    """
    device = next(model.parameters()).device
    loss = Loss(torch.zeros((), device=device), torch.zeros((), device=device))

    def statistics(context: Context, batch: Batch, places: list[int]) -> list[Statistics]:
        nonlocal loss
        logits, share = model(context, batch).logits[task.name], batch.shares[task.name]
        loss += task.loss(logits, share)
        return task.statistics(logits, share)

    drawn = [(task, row, one) for one in encoded]
    return over_batches(model, drawn, pad_id, statistics, under=under, examples=examples), loss


def evaluate(
    assembly: Assembly,
    *,
    under: Schedule = Observed(),
    split: str = "test",
    cells: Sequence[tuple[str, str]] = (),
    progress: Callable[[int, int, str], None] | None = None,
) -> Matrix:
    """The matrix of a run's model, on the model's device; the ranks share the cells out among them.

    Args:
        under: maps the row of the data to the row that the model runs with (`--run-as`).
        split: of the corpora.
        cells: (task, language) pairs; those of the run file where there is none.
        progress: told (cells done, cells in all, the cell that is next), once before each cell.

    Raises:
        DataError: a cell's corpus is missing, broken or empty.
    """
    run = assembly.run
    pairs = cells or scored_cells(assembly)
    groups = groups_of(assembly, tiers=not cells)

    def cell(place: int) -> Cell:
        task, language = pairs[place]
        if progress is not None:
            progress(place, len(pairs), f"{task}/{language}")
        corpus = replace(assembly.corpus(task, language, split), language=language)
        return _evaluated(assembly, corpus, standing(assembly, task, language), under)

    scored = shared(range(len(pairs)), cell)
    return Matrix(run.name, assembly.method.name, (run.seed,), tuple(scored), groups)


def standing(assembly: Assembly, task: str, language: str) -> Standing:
    """What training saw of a cell: all of its pair, in a first phase too, or each of its names at
    least, in one factor or another, while adapters were trained. Through other languages, the least
    of the hops.
    """
    how = assembly.tasks[task]
    rows = [
        frozenset(assembly.tasks[name].row(known) for name, known in pairs)
        for pairs in (assembly.trained_pairs(), assembly.pretrained_pairs())
    ]
    standings = [_standing(how.row(hop), *rows) for hop in how.hops(language)]
    return max(standings, key=STANDINGS.index)


def scored_cells(assembly: Assembly) -> list[tuple[str, str]]:
    """(task, language) of every cell that the run file lists."""
    return [(task, name) for task, names in assembly.run.evaluate.items() for name in names]


def check_filled(corpus: Corpus, key: str = "evaluate") -> None:
    """Nothing if a corpus has examples.

    Args:
        key: of the run file, that lists its cell.

    Raises:
        DataError: it has none.
    """
    if not corpus.examples:
        raise DataError(
            f"nothing to score for `{corpus.task}` in `{corpus.language}`",
            where=corpus.source,
            expected=f"at least one example in the split `{corpus.split}`",
            remedy=f"take `{corpus.language}` out of `{key}: {corpus.task}`, or add the data",
        )


def cells_of(assembly: Assembly, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Cells as the command line names them: `ner/tr`.

    Raises:
        UnknownName: a task that the run does not have.
        ConfigError: a name without a stroke.
    """
    cells = []
    for name in names:
        task, stroke, language = name.partition("/")
        if not stroke or not language:
            raise ConfigError(f"`{name}` names no cell", expected="TASK/LANGUAGE, such as `ner/tr`")
        if task not in assembly.tasks:
            raise UnknownName("task", task, assembly.tasks)
        cells.append((task, language))
    return tuple(cells)


def _evaluated(assembly: Assembly, corpus: Corpus, standing: Standing, under: Schedule) -> Cell:
    task = assembly.tasks[corpus.task]
    row = task.row(corpus.language)
    check_filled(corpus)
    ran = under.row(row, 0)
    _check_factors(corpus.task, row, ran)
    statistics = _judged(assembly, task, corpus, under)
    totals = tuple(map(sum, zip(*statistics, strict=True)))
    notes = [
        task.metric.beside(totals),
        task.remark(corpus.examples),
        _trained_on(assembly, corpus),
        _cut(assembly, task, corpus),
        "" if ran == row else f"run as {ran}",
    ]
    return Cell(
        corpus.task,
        corpus.language,
        task.metric.name,
        task.metric.score(totals),
        len(statistics),
        standing,
        tuple(statistics),
        note="; ".join(filter(None, notes)),
    )


def _trained_on(assembly: Assembly, corpus: Corpus) -> str:
    """What to know of a cell that the run did not name before it was trained."""
    seen = (assembly.origin or assembly.library).trained_on(corpus)
    if seen is None:
        return "not scored by the run itself: may have been trained on"
    return f"not scored by the run itself, with a side that was trained on: {seen}" if seen else ""


def _cut(assembly: Assembly, task: Task, corpus: Corpus) -> str:
    """How many examples are too long to be read whole."""
    length = assembly.method.phases[-1].recipe.length
    read = encoded_for(assembly, task, corpus.examples, task.hops(corpus.language)[0])
    cut = sum(not one.whole for one in read)
    return f"{cut} of {len(corpus.examples)} cut at {length} tokens" if cut else ""


def _check_factors(task: str, row: Row, ran: Row) -> None:
    foreign = sorted(set(ran) - set(row))
    if foreign:
        raise ConfigError(
            f"the rows of `{task}` have no {foreign[0]}",
            where=f"--run-as {foreign[0]}={ran[foreign[0]]}",
            expected=f"one of {', '.join(sorted(row))}",
        )


def _judged(assembly: Assembly, task: Task, corpus: Corpus, under: Schedule) -> list[Statistics]:
    """What each example of a corpus adds to the task's metric, in corpus order."""
    *before, last = task.hops(corpus.language)
    under = _Along(task.row(corpus.language), under)
    for hop in before:
        carried = _answered(assembly, task, hop, corpus, under, task.carry)
        corpus = replace(corpus, examples=carried)
    return _answered(assembly, task, last, corpus, under, task.judge)


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
        own = {f: ran[f] for f, name in observed.items() if self.route.get(f) == name}
        return observed.replaced(**own)


def _answered(
    assembly: Assembly,
    task: Task,
    hop: str,
    corpus: Corpus,
    under: Schedule,
    answer: Callable[[Question], list[Any]],
) -> list[Any]:
    """What a method of the task says of each example in one hop, in corpus order."""
    tokenizer, row = assembly.tokenizer, task.row(hop)
    addressed = task.addressed(corpus.examples, hop)
    drawn = [(task, row, encoded) for encoded in encoded_for(assembly, task, corpus.examples, hop)]

    def asked(context: Context, batch: Batch, places: list[int]) -> list[Any]:
        examples = [addressed[place] for place in places]
        return answer(Question(assembly.model, context, batch, examples, tokenizer))

    return over_batches(assembly.model, drawn, tokenizer.pad_token_id, asked, under=under)


def encoded_for(
    assembly: Assembly, task: Task, examples: Sequence[Any], hop: str
) -> Iterator[Encoded]:
    """Examples of a cell as the model reads them in one hop."""
    length = assembly.method.phases[-1].recipe.length
    return task.encode_all(assembly.tokenizer, task.addressed(examples, hop), length)


def _standing(row: Row, trained: Collection[Row], pretrained: Collection[Row]) -> Standing:
    if row in trained or row in pretrained:
        return "trained pair"
    seen = {(names_of(factor), name) for known in trained for factor, name in known.items()}
    names = {(names_of(factor), name) for factor, name in row.items() if factor != "task"}
    return "unseen pair" if names <= seen else "unseen language"
