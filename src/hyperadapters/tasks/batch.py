"""Examples as token ids, and the tensors of one forward."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from hyperadapters.context import Row

__all__ = [
    "IGNORED",
    "Batch",
    "Encoded",
    "Share",
    "banded",
    "fitting",
    "inside",
    "of_part",
    "padded",
    "padded_targets",
]

IGNORED = -100
"""The label of a place that counts nowhere, as `torch.nn.functional.cross_entropy` has it."""


@dataclass(frozen=True)
class Encoded:
    """One example as a task encoded it.

    Args:
        ids: token ids with the special ones, never padded.
        targets: what the task needs besides, one list per name (`labels`, `words`, ...).
        positions: of the tokens, 0-based; None for one behind the other.
        types: the segment of each token, for models that tell segments apart; None where all are
            of the first.
        decoder_ids: what a decoder reads; None where the encoder's states are what counts.
        uncut: whether nothing was cut off what an encoder reads.
        target_uncut: the same of what a decoder learns.
    """

    ids: Sequence[int]
    targets: Mapping[str, Sequence[int]]
    positions: Sequence[int] | None = None
    types: Sequence[int] | None = None
    decoder_ids: Sequence[int] | None = None
    uncut: bool = True
    target_uncut: bool = True

    def __len__(self) -> int:
        """Tokens of the longer side."""
        return max(len(self.ids), len(self.decoder_ids or ()))


@dataclass(frozen=True)
class Share:
    """The part of a batch that belongs to one task.

    Args:
        examples: where the task's examples stand in the batch, ascending.
        targets: one tensor per name; its first axis is that of `examples`.
    """

    examples: Int[Tensor, " example"]
    targets: Mapping[str, Tensor]

    @cached_property
    def labelled(self) -> tuple[Int[Tensor, " vector"], Int[Tensor, " vector"]]:
        """Where `labels` are: the place among `examples`, and the token, of each in turn."""
        places, tokens = (self.targets["labels"] != IGNORED).nonzero(as_tuple=True)
        return places, tokens


@dataclass(frozen=True)
class Batch:
    """The tensors of one forward.

    Args:
        inputs: what the backbone reads: `input_ids`, `attention_mask`, ... all (example, token).
        shares: per task, its examples and their targets; every example is in one share.
        observed: the row of each example's data.
    """

    inputs: Mapping[str, Tensor]
    shares: Mapping[str, Share]
    observed: tuple[Row, ...]

    def to(self, device: torch.device) -> "Batch":
        """The same batch on `device`."""
        return Batch(
            {name: tensor.to(device) for name, tensor in self.inputs.items()},
            {
                task: Share(
                    share.examples.to(device),
                    {name: tensor.to(device) for name, tensor in share.targets.items()},
                )
                for task, share in self.shares.items()
            },
            self.observed,
        )

    def __len__(self) -> int:
        return len(self.observed)

    @property
    def tokens(self) -> int:
        """Of its longest example, with its padding."""
        return max(tensor.shape[1] for tensor in self.inputs.values())


def padded(
    rows: Sequence[Sequence[int]], width: int, filler: int = IGNORED
) -> Int[Tensor, "example _"]:
    """Rows of different length as one tensor, filled up behind their ends."""
    filled = torch.full((len(rows), width), filler, dtype=torch.long)
    filled[inside(rows, width)] = torch.tensor(list(chain.from_iterable(rows)), dtype=torch.long)
    return filled


def padded_targets(
    encoded: Sequence[Encoded], widths: Mapping[str, int], filler: int = IGNORED
) -> dict[str, Int[Tensor, "example _"]]:
    """The targets of examples by name, each as one tensor of its width."""
    return {
        name: padded([one.targets[name] for one in encoded], width, filler)
        for name, width in widths.items()
    }


def of_part(
    targets: Callable[[Sequence[Encoded]], Mapping[str, Tensor]],
    encoded: Sequence[Encoded],
    own: slice,
) -> dict[str, Tensor]:
    """The targets of some examples that follow each other, as wide as those of all, where those of
    an example depend on no other: made of them and of those with the longest lists.

    Args:
        targets: of examples, all as wide as the longest list of their name.
    """
    names = encoded[0].targets
    longest = [max(encoded, key=lambda one: len(one.targets[name])) for name in names]
    part = encoded[own]
    found = targets([*part, *longest])
    return {name: tensor[: len(part)] for name, tensor in found.items()}


def inside(rows: Sequence[Sequence[int]], width: int) -> Bool[Tensor, "example _"]:
    """Where rows of different length have numbers in a tensor of this width."""
    return torch.arange(width) < torch.tensor([len(row) for row in rows]).unsqueeze(1)


def fitting(lengths: Sequence[int], *, examples: int, tokens: int) -> Iterator[list[int]]:
    """Examples of similar length at a time, short ones first: their places in `lengths`.

    Args:
        lengths: tokens of each example.
        examples: in a batch, at most.
        tokens: in a batch, at most, padding included; one example alone may have more.
    """
    places: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if places and (len(places) == examples or (len(places) + 1) * lengths[place] > tokens):
            yield places
            places = []
        places.append(place)
    if places:
        yield places


_BAND = 8
"""Batches of similar length among which examples are sorted by row."""


def banded(
    lengths: Sequence[int], rows: Sequence[Row], *, examples: int, tokens: int, most: int
) -> Iterator[list[int]]:
    """The same, with few distinct rows in a batch: within a band of similar lengths, examples of
    one row stand beside each other.

    Args:
        rows: of each example.
        most: distinct rows of a batch.
    """
    number = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for start in range(0, len(order), _BAND * examples):
        band = order[start : start + _BAND * examples]
        band.sort(key=lambda place: (number[rows[place]], lengths[place]))
        places: list[int] = []
        for place in band:
            more = [*places, place]
            longest = max(lengths[one] for one in more)
            if places and (
                len(more) > examples
                or len(more) * longest > tokens
                or len({number[rows[one]] for one in more}) > most
            ):
                yield places
                more = [place]
            places = more
        yield places
