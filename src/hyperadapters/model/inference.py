"""A model in evaluation mode over many examples: those of similar length share a batch."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import nn

from hyperadapters.context import Context, Row
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.tasks import Batch, Encoded, Task, collate
from hyperadapters.tasks.batch import banded, fitting

__all__ = ["EXAMPLES", "Forward", "over_batches"]

Answer = TypeVar("Answer")

Forward = Any
"""A module that is called with a context and a batch and gives outputs with `logits` by task."""

EXAMPLES = 64
"""In a batch, at most."""
_TOKENS = 4096
"""In a batch, at most; padding counts, and one example may be longer."""


def over_batches(
    model: Forward,
    drawn: Sequence[tuple[Task, Row, Encoded]],
    pad_id: int,
    answer: Callable[[Context, Batch, list[int]], Sequence[Answer]],
    *,
    under: Schedule = Observed(),
    examples: int = EXAMPLES,
    rows: int | None = None,
) -> list[Answer]:
    """What `answer` says of each example, in the order given; without gradients.

    Tasks that draw (masks) draw the same in every call.

    Args:
        drawn: task, row and ids of each example.
        pad_id: the tokenizer's padding id.
        answer: says something of each example of a batch, from the rows it runs with, the batch
            on the model's device, and the places of its examples among those given.
        under: maps the row of an example to the row that batch n runs it with.
        examples: in a batch, at most.
        rows: distinct ones of a batch, at most; any number where there is none.
    """
    device = next(model.parameters()).device
    generator, lengths = torch.Generator().manual_seed(0), [len(encoded) for *_, encoded in drawn]
    found: dict[int, Answer] = {}
    batches = (
        fitting(lengths, examples=examples, tokens=_TOKENS)
        if rows is None
        else banded(
            lengths, [row for _, row, _ in drawn], examples=examples, tokens=_TOKENS, most=rows
        )
    )
    with _evaluating(model):
        for number, places in enumerate(batches):
            own = [drawn[place] for place in places]
            batch = collate(own, pad_id, generator).to(device)
            context = Context.of_examples(under.row(row, number) for _, row, _ in own)
            found.update(zip(places, answer(context, batch, places), strict=True))
    return [found[place] for place in range(len(drawn))]


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
