"""How a model scores: per sentence, and as the task × language matrix of a run."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn

from hyperadapters.adapted import AdaptedModel
from hyperadapters.build import Assembly
from hyperadapters.context import Context, Row
from hyperadapters.data.corpora import Corpus
from hyperadapters.errors import DataError
from hyperadapters.matrix import Cell, Matrix, Standing, combine
from hyperadapters.metrics import Loss, Statistics
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.tasks.base import Encoded, Task, collate

__all__ = ["Cell", "Matrix", "combine", "evaluate", "score"]


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode without gradients; every module goes back to the mode it had."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module in training:
            module.training = True


def score(
    model: AdaptedModel,
    task: Task,
    row: Row,
    encoded: Sequence[Encoded],
    *,
    pad_id: int,
    examples: int = 64,
    under: Schedule = Observed(),
) -> tuple[list[Statistics], Loss]:
    """What each example adds to the task's metric, in the order given, and the summed loss.

    Batches hold examples of similar length. A task that draws (masks) draws the same in every call.

    Args:
        row: the row of the data.
        pad_id: the tokenizer's padding id.
        examples: per batch, at most.
        under: maps `row` to the row that batch n runs with.
    """
    device = next(model.parameters()).device
    order = sorted(range(len(encoded)), key=lambda place: len(encoded[place]))
    generator = torch.Generator().manual_seed(0)
    found: dict[int, Statistics] = {}
    loss = Loss(torch.zeros((), device=device), torch.zeros((), device=device))
    with _evaluating(model):
        for number, start in enumerate(range(0, len(order), examples)):
            places = order[start : start + examples]
            drawn = [(task, row, encoded[place]) for place in places]
            batch = collate(drawn, pad_id, generator).to(device)
            context = Context.uniform(under.under(row, number), len(places))
            logits, share = model(context, batch).logits[task.name], batch.shares[task.name]
            found.update(zip(places, task.statistics(logits, share), strict=True))
            loss += task.loss(logits, share)
    return [found[place] for place in range(len(encoded))], loss


def evaluate(
    assembly: Assembly,
    *,
    under: Schedule = Observed(),
    split: str = "test",
    cells: Sequence[tuple[str, str]] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Matrix:
    """The matrix of a run's model.

    Args:
        under: maps the row of the data to the row that the model runs with (`--run-as`).
        split: of the corpora.
        cells: (task, language) pairs; those of the run file where None.
        progress: told (cells done, cells in all, the cell that is next), once before each cell.

    Raises:
        DataError: a cell's corpus is missing, broken or empty.
    """
    run = assembly.run
    pairs = cells or [
        (task, language) for task, names in run.evaluate.items() for language in names
    ]
    trained = frozenset(assembly.trained_pairs())
    scored = []
    for done, (task, language) in enumerate(pairs):
        if progress is not None:
            progress(done, len(pairs), f"{task}/{language}")
        corpus = assembly.corpus(task, language, split)
        scored.append(_evaluated(assembly, corpus, _standing(task, language, trained), under))
    groups = {name: tuple(members) for name, members in run.groups.items()}
    return Matrix(run.name, assembly.method.name, run.seed, tuple(scored), groups)


def _evaluated(assembly: Assembly, corpus: Corpus, standing: Standing, under: Schedule) -> Cell:
    task, row = assembly.tasks[corpus.task], Row(task=corpus.task, language=corpus.language)
    if not corpus.examples:
        raise DataError(
            f"nothing to score for `{corpus.task}` in `{corpus.language}`",
            where=corpus.source,
            expected=f"at least one example in the split `{corpus.split}`",
            remedy=f"take `{corpus.language}` out of `evaluate: {corpus.task}`, or add the data",
        )
    length = assembly.method.phases[-1].recipe.length
    encoded = [task.encode(assembly.tokenizer, example, length) for example in corpus.examples]
    statistics, _ = score(
        assembly.model, task, row, encoded, pad_id=assembly.tokenizer.pad_token_id, under=under
    )
    ran = under.under(row, 0)
    return Cell(
        corpus.task,
        corpus.language,
        task.metric.name,
        task.metric.score(tuple(map(sum, zip(*statistics, strict=True)))),
        len(encoded),
        standing,
        tuple(statistics),
        note="" if ran == row else f"run as {ran}",
    )


def _standing(task: str, language: str, trained: Collection[tuple[str, str]]) -> Standing:
    if (task, language) in trained:
        return "trained pair"
    return "unseen pair" if any(name == language for _, name in trained) else "unseen language"
