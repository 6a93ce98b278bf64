"""How the examples of a batch are laid out by row, so that one product serves all rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """A way from examples to blocks of equal size, one block per row, and back.

    A batch that is sorted by row in equal blocks is only reshaped; any other is gathered, with
    repeated
    examples filling short blocks. Weights are never copied per example.

    Args:
        rows: number of blocks.
        gather: for each place in the blocks, the example that fills it; None where examples fit as
            they are.
        scatter: for each example, its place in the blocks.
    """

    rows: int
    gather: Int[Tensor, " place"] | None
    scatter: Int[Tensor, " example"] | None

    @classmethod
    def of(cls, row_of: Sequence[int], rows: int, device: torch.device) -> "Layout":
        """The layout of examples whose rows are `row_of`, indices below `rows`."""
        members: list[list[int]] = [[] for _ in range(rows)]
        for example, row in enumerate(row_of):
            members[row].append(example)
        block = max(len(own) for own in members)
        if [example for own in members for example in own] == list(range(rows * block)):
            return cls(rows, None, None)
        filled = [own + [own[0] if own else 0] * (block - len(own)) for own in members]
        place = {ex: row * block + i for row, own in enumerate(members) for i, ex in enumerate(own)}
        return cls(
            rows,
            torch.tensor([example for own in filled for example in own], device=device),
            torch.tensor([place[example] for example in range(len(row_of))], device=device),
        )

    def split(
        self, hidden: Float[Tensor, "example token width"]
    ) -> Float[Tensor, "row row_token width"]:
        """The tokens of each row's examples, one behind the other."""
        if self.gather is not None:
            hidden = hidden.index_select(0, self.gather)
        return hidden.reshape(self.rows, -1, hidden.shape[-1])

    def join(
        self, blocks: Float[Tensor, "row row_token width"], tokens: int
    ) -> Float[Tensor, "example token width"]:
        """The inverse of `split` for examples of `tokens` tokens."""
        hidden = blocks.reshape(-1, tokens, blocks.shape[-1])
        return hidden if self.scatter is None else hidden.index_select(0, self.scatter)
