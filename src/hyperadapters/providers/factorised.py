"""Heads of few parameters: of low rank, or numbers that weigh matrices which every site has."""

from abc import ABC
from dataclasses import dataclass
from math import prod
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.providers.base import Group
from hyperadapters.providers.heads import Heads, Maps
from hyperadapters.slots import Initial, Normal

__all__ = ["BasisHeads", "BasisMaps", "LowRankHeads", "LowRankMaps"]


def _started(initial: Initial, values: Tensor, out: int, code: int) -> nn.Parameter:
    """Values that start as those of a whole head from `code` features to `out` weights do."""
    slot = initial.slot((out, code))
    return nn.Parameter(slot.law(values, slot.mean, slot.std))


@dataclass(frozen=True)
class _Ranked(Heads, ABC):
    """Heads whose number of parameters is set by a rank."""

    rank: int
    initial: Initial = Normal(0.02)
    matched = False

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError(f"the rank of heads is 1 or more, not {self.rank}")


@final
@dataclass(frozen=True)
class LowRankHeads(_Ranked):
    """Plan of linear heads whose matrices are products: A·(B·code) + b, shared by all sites.

    What is generated has the spread that `LinearHeads` of the same `initial` give it at the start:
    A starts as their matrix does, and B keeps the size of a code in the mean.

    Args:
        rank: rows of B; (code + weights) · rank parameters of a slot in place of code · weights.
        initial: how a whole matrix would start; biases start at zero.

    Raises:
        ValueError: the rank is less than 1.
    """

    def build(self, group: Group, code: int) -> "LowRankMaps":
        """A pair of matrices and a bias per slot.

        Raises:
            ValueError: the rank is above the width of the code.
        """
        if self.rank > code:
            raise ValueError(f"heads that read {code} features have no rank of {self.rank}")
        return LowRankMaps(group, code=code, rank=self.rank, initial=self.initial)


@final
class LowRankMaps(Maps):
    """A·(B·code) + b per slot: 2·site·row·rank·(code + weights) FLOPs."""

    def __init__(self, group: Group, *, code: int, rank: int, initial: Initial) -> None:
        super().__init__()
        self.group = group
        self.read = nn.ParameterDict()
        self.weight = nn.ParameterDict()
        self.bias = nn.ParameterDict()
        for slot, wanted in group.slots.items():
            out = prod(wanted.shape)
            rows = nn.init.orthogonal_(torch.empty(rank, code), gain=(code / rank) ** 0.5)
            self.read[slot] = nn.Parameter(rows)
            self.weight[slot] = _started(initial, torch.empty(out, rank), out, code)
            self.bias[slot] = nn.Parameter(torch.zeros(out))

    def forward(
        self, code: Float[Tensor, "site row code"]
    ) -> dict[str, Float[Tensor, "site row ..."]]:
        """Two products per slot."""
        sites, rows, _ = code.shape
        return {
            slot: self._product(slot, code).reshape(sites, rows, *wanted.shape)
            for slot, wanted in self.group.slots.items()
        }

    def _product(self, slot: str, code: Float[Tensor, "site row code"]) -> Tensor:
        read = nn.functional.linear(code, self.read[slot])
        return nn.functional.linear(read, self.weight[slot], self.bias[slot])


@final
@dataclass(frozen=True)
class BasisHeads(_Ranked):
    """Plan of heads that give `rank` numbers of every slot, which weigh matrices of rank 1 that
    each site has of its own.

    With g = H·code + b, shared by all sites, a slot of two axes at site s is Uₛ·diag(g)·Vₛ, and one
    of a single axis Uₛ·g. Zhyper has such weights for adapters of language models; there, as here,
    the network says how much of each, and the sites what of. What is generated has the spread that
    `LinearHeads` of the same `initial` give it at the start.

    Args:
        rank: numbers of a slot, and the largest rank of what is generated.
        initial: how H starts, as a whole matrix would; b starts at zero.

    Raises:
        ValueError: the rank is less than 1.
    """

    def build(self, group: Group, code: int) -> "BasisMaps":
        """A map per slot, and the matrices of every site."""
        return BasisMaps(group, code=code, rank=self.rank, initial=self.initial)


@final
class BasisMaps(Maps):
    """Σₖ gₖ·Uₛ[:, k] ⊗ Vₛ[k, :] per slot and site."""

    def __init__(self, group: Group, *, code: int, rank: int, initial: Initial) -> None:
        super().__init__()
        self.group = group
        self.weight = nn.ParameterDict()
        self.bias = nn.ParameterDict()
        self.left = nn.ParameterDict()
        self.right = nn.ParameterDict()
        sites = len(group.sites)
        for slot, wanted in group.slots.items():
            out, *read = wanted.shape
            if len(read) > 1:
                raise ValueError(f"slot `{slot}` of {len(wanted.shape)} axes is no sum of matrices")
            values = torch.empty(rank, code)
            self.weight[slot] = _started(initial, values, prod(wanted.shape), code)
            self.bias[slot] = nn.Parameter(torch.zeros(rank))
            std = rank ** (-0.5 / len(wanted.shape))  # a sum spreads as the numbers that weigh it
            self.left[slot] = nn.Parameter(torch.empty(sites, out, rank).normal_(0.0, std))
            if read:
                values = torch.empty(sites, rank, *read)
                self.right[slot] = nn.Parameter(values.normal_(0.0, std))

    def forward(
        self, code: Float[Tensor, "site row code"]
    ) -> dict[str, Float[Tensor, "site row ..."]]:
        """The numbers of a slot, and their weighted sum of matrices."""
        return {slot: self._weighted(slot, code) for slot in self.group.slots}

    def _weighted(self, slot: str, code: Float[Tensor, "site row code"]) -> Tensor:
        numbers = nn.functional.linear(code, self.weight[slot], self.bias[slot])
        left = self.left[slot]
        if slot not in self.right:
            return torch.bmm(numbers, left.transpose(1, 2))
        weighed = numbers.unsqueeze(2) * left.unsqueeze(1)
        return torch.matmul(weighed, self.right[slot].unsqueeze(1))
