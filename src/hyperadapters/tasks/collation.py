"""Examples that were drawn become one batch."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from hyperadapters.context import Row
from hyperadapters.errors import TrainingError
from hyperadapters.tasks.base import Task
from hyperadapters.tasks.batch import Batch, Encoded, Share, inside, padded

__all__ = ["Drawn", "collate", "collate_part", "drawn_anew"]


Drawn = tuple[Task, Row, Encoded]
"""An example, with its task and the row of its data."""


def collate(
    drawn: Sequence[Drawn],
    pad_id: int,
    generator: torch.Generator | None = None,
    least: Callable[[int], int] = lambda longest: 0,
) -> Batch:
    """A batch from examples in their final order, each side padded to its longest.

    Args:
        drawn: per example its task, the row of its data, and the example.
        pad_id: the tokenizer's padding id.
        generator: for tasks that draw; without one they draw the same in every call.
        least: from the tokens of the longest side to the fewest that every side is padded to.
    """
    generator = torch.Generator() if generator is None else generator
    return collate_part(drawn_anew(drawn, generator), pad_id, generator, least)


def drawn_anew(drawn: Sequence[Drawn], generator: torch.Generator) -> list[Drawn]:
    """Examples as tasks that draw make them, in their order."""
    return [(task, row, task.drawn(encoded, generator)) for task, row, encoded in drawn]


def collate_part(
    drawn: Sequence[Drawn],
    pad_id: int,
    generator: torch.Generator,
    least: Callable[[int], int],
    own: slice = slice(None),
) -> Batch:
    """A part of the batch that `collate` makes of examples that are drawn anew: as wide as the
    whole batch, with the same draws.

    Tasks without an example in the part have no share.

    Args:
        own: the examples of the part, which follow each other.
    """
    part = range(len(drawn))[own]
    every = [encoded for _, _, encoded in drawn]
    sources = [encoded.ids for encoded in every[own]]
    fewest = least(max(map(len, every)))
    tokens = max(fewest, *(len(one.ids) for one in every))
    ids, mask = padded(sources, tokens, pad_id), inside(sources, tokens).long()
    shares: dict[str, Share] = {}
    for task in {task.name: task for task, _, _ in drawn}.values():
        places = [place for place, (owner, _, _) in enumerate(drawn) if owner.name == task.name]
        within = slice(bisect_left(places, part.start), bisect_left(places, part.stop))
        encoded = [every[place] for place in places]
        targets, replaced = task.targets_of(encoded, within, tokens, generator)
        if not places[within]:
            continue
        examples = torch.tensor(places[within]) - part.start
        if replaced is not None:
            ids[examples] = torch.where(mask[examples].bool(), replaced, pad_id)
        shares[task.name] = Share(examples, targets)
    inputs = {"input_ids": ids, "attention_mask": mask}
    read = [one.decoder_ids for one in every if one.decoder_ids is not None]
    if read and len(read) < len(every):
        raise TrainingError(
            "a batch mixes tasks that write with tasks that only read",
            found=", ".join(dict.fromkeys(task.name for task, _, _ in drawn)),
            remedy="set `recipe.contexts_per_batch: 1`, or train them in phases of their own",
        )
    if read:
        inputs["decoder_input_ids"] = padded(read[own], max(fewest, *map(len, read)), pad_id)
    if any(one.positions is not None for one in every):
        inputs["position_ids"] = _positions(every[own], tokens)
    if any(one.types is not None for one in every):
        inputs["token_type_ids"] = padded([one.types or () for one in every[own]], tokens, 0)
    return Batch(inputs, shares, tuple(row for _, row, _ in drawn[own]))


def _positions(encoded: Sequence[Encoded], tokens: int) -> Int[Tensor, "example token"]:
    positions = torch.arange(tokens).repeat(len(encoded), 1)
    for place, one in enumerate(encoded):
        if one.positions is not None:
            positions[place, : len(one.positions)] = torch.tensor(one.positions)
    return positions
