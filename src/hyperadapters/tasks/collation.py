"""Examples that were drawn become one batch."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from hyperadapters.context import Row
from hyperadapters.errors import TrainingError
from hyperadapters.tasks.base import Task
from hyperadapters.tasks.batch import Batch, Encoded, Share, inside, padded

__all__ = ["collate"]


def collate(
    drawn: Sequence[tuple[Task, Row, Encoded]],
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
    drawn = [(task, row, task.drawn(encoded, generator)) for task, row, encoded in drawn]
    sources = [encoded.ids for _, _, encoded in drawn]
    fewest = least(max(len(encoded) for _, _, encoded in drawn))
    tokens = max(fewest, *map(len, sources))
    ids, mask = padded(sources, tokens, pad_id), inside(sources, tokens).long()
    shares: dict[str, Share] = {}
    for task in {task.name: task for task, _, _ in drawn}.values():
        places = [place for place, (owner, _, _) in enumerate(drawn) if owner.name == task.name]
        examples = torch.tensor(places)
        targets, replaced = task.targets([drawn[place][2] for place in places], tokens, generator)
        if replaced is not None:
            ids[examples] = torch.where(mask[examples].bool(), replaced, pad_id)
        shares[task.name] = Share(examples, targets)
    inputs = {"input_ids": ids, "attention_mask": mask}
    read = [encoded.decoder_ids for _, _, encoded in drawn if encoded.decoder_ids is not None]
    if read and len(read) < len(drawn):
        raise TrainingError(
            "a batch mixes tasks that write with tasks that only read",
            found=", ".join(shares),
            remedy="set `recipe.contexts_per_batch: 1`, or train them in phases of their own",
        )
    if read:
        inputs["decoder_input_ids"] = padded(read, max(fewest, *map(len, read)), pad_id)
    if any(encoded.positions is not None for _, _, encoded in drawn):
        inputs["position_ids"] = _positions([encoded for _, _, encoded in drawn], tokens)
    if any(encoded.types is not None for _, _, encoded in drawn):
        inputs["token_type_ids"] = padded([one.types or () for _, _, one in drawn], tokens, 0)
    return Batch(inputs, shares, tuple(row for _, row, _ in drawn))


def _positions(encoded: Sequence[Encoded], tokens: int) -> Int[Tensor, "example token"]:
    positions = torch.arange(tokens).repeat(len(encoded), 1)
    for place, one in enumerate(encoded):
        if one.positions is not None:
            positions[place, : len(one.positions)] = torch.tensor(one.positions)
    return positions
