"""Cells whose answers are written: those of one task are asked together, sorted across cells."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, final

from hyperadapters.context import Context, Row
from hyperadapters.data import Corpus
from hyperadapters.errors import located
from hyperadapters.metrics import Statistics
from hyperadapters.model.inference import over_batches
from hyperadapters.routes import Cell
from hyperadapters.schedules import Schedule
from hyperadapters.scoring.along import Along
from hyperadapters.scoring.scored import Scored, windows_for, windows_of
from hyperadapters.tasks import Batch, Encoded, Task
from hyperadapters.tasks.base import Question, Writer, Written

__all__ = ["Told", "WrittenCell", "judged_together"]

_ROWS = 16
"""Distinct rows of a batch, at most: the weights of all are held at once."""

Told = Counter[str]
"""What is to be said of the answers of a cell, each with how often."""


@final
@dataclass
class WrittenCell:
    """A cell on its way through the hops of its route.

    Args:
        cell: task and route.
        corpus: of the cell.
        under: maps the row of its data to the one that the model runs with.
        told: is filled.
        examples: as the next hop reads them.
    """

    cell: Cell
    corpus: Corpus
    under: Schedule
    told: Told = field(default_factory=Counter)
    examples: Sequence[Any] = ()

    def __post_init__(self) -> None:
        self.examples = self.corpus.examples


@dataclass(frozen=True)
class _Asked:
    """An example in one hop: what it is written for, and how it is read."""

    row: Row
    example: Any
    encoded: Encoded


def judged_together(
    scored: Scored, task: Task, cells: Sequence[WrittenCell]
) -> list[list[Statistics]]:
    """What each example of each cell adds to the metric of a task whose answers are written, in
    corpus order.

    Hop by hop: the examples of all cells that have that hop are written together, those of similar
    length in one batch, whatever cell they are of; what has the same row and source is written
    once. A written text depends on nothing else in its batch, but for rounding.
    """
    writer = task.scorer.writer()
    assert writer is not None
    found: dict[int, list[Statistics]] = {}
    for step in range(max((len(one.cell.route.hops) for one in cells), default=0)):
        own = [place for place, one in enumerate(cells) if len(one.cell.route.hops) > step]
        asked = [_asked(scored, task, writer, cells[place], step) for place in own]
        texts = iter(_written(scored, task, writer, [one for each in asked for one in each]))
        for place, each in zip(own, asked, strict=True):
            cell = cells[place]
            answers = [next(texts) for _ in each]
            for answer in answers:
                cell.told.update(answer.told)
            pairs = list(zip((one.example for one in each), answers, strict=True))
            if step + 1 < len(cell.cell.route.hops):
                carried = [writer.carried(example, answer.text) for example, answer in pairs]
                cell.examples = carried
            else:
                found[place] = [writer.judged(task, one, answer.text) for one, answer in pairs]
    return [found[place] for place in range(len(cells))]


def _asked(
    scored: Scored, task: Task, writer: Writer, cell: WrittenCell, step: int
) -> list[_Asked]:
    """The examples of a cell in one of its hops."""
    route = cell.cell.route
    hop = route.hops[step]
    row = Along(route.row(task.name), cell.under).row(hop.row(task.name), 0)
    addressed = writer.address(cell.examples, hop)
    with located(cell.corpus.source):
        each = (
            windows_for(scored, task, cell.examples, hop)
            if step
            else windows_of(scored, task, cell.corpus, hop)
        )
        encoded = [only for (only,) in each]
    return [_Asked(row, *pair) for pair in zip(addressed, encoded, strict=True)]


def _written(scored: Scored, task: Task, writer: Writer, asked: Sequence[_Asked]) -> list[Written]:
    """What is written for each example; for equal ones once."""
    keys = [(one.row, writer.source(one.example)) for one in asked]
    first: dict[Any, int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    distinct = [asked[place] for place in first.values()]

    def write(context: Context, batch: Batch, places: list[int]) -> list[Written]:
        own = [distinct[place].example for place in places]
        return writer.written(Question(scored.model, context, batch, own, scored.tokenizer))

    drawn = [(task, one.row, one.encoded) for one in distinct]
    found = over_batches(scored.model, drawn, scored.tokenizer.pad_token_id, write, rows=_ROWS)
    by_key = dict(zip(first, found, strict=True))
    return [by_key[key] for key in keys]
