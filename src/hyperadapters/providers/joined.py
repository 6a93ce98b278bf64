"""Weights of several providers: some from one and some from another, or their sums."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import cast, final

import torch
from torch import Tensor, nn

from hyperadapters.context import CONTEXT_FACTORS, Row
from hyperadapters.providers.base import Provider, Supply
from hyperadapters.sites import Site

__all__ = ["Joined", "Summed"]


class _Several(Provider, ABC):
    """What is made of the weights of several providers over the same sites.

    Args:
        parts: the providers.
    """

    def __init__(self, parts: Sequence[Provider]) -> None:
        super().__init__()
        named = {factor for part in parts for factor in part.factors}
        self.factors = tuple(factor for factor in CONTEXT_FACTORS if factor in named)
        self.slots = {
            site: {slot: wanted for part in parts for slot, wanted in part.slots[site].items()}
            for site in parts[0].slots
        }
        self.parts = nn.ModuleList(parts)

    @abstractmethod
    def _of(self, parts: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        """The weights of a site, given those of each part."""

    def forward(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """Asks each part once for its own distinct rows, and spreads them over `rows`."""
        supplies = [_spread(part, rows, sites) for part in self._providers()]
        weights = {site: self._of([supply.weights[site] for supply in supplies]) for site in sites}
        divergences = [supply.divergence for supply in supplies]
        return Supply(weights, sum(divergences[1:], divergences[0]))

    def check(self, row: Row) -> None:
        """Raises unless every part has weights."""
        for part in self._providers():
            part.check(row.of(part.factors))

    def _providers(self) -> list[Provider]:
        return [cast(Provider, part) for part in self.parts]


@final
class Joined(_Several):
    """The slots of several providers side by side (Adapters†: projections per task, norms shared).

    Args:
        parts: providers over the same sites whose slots do not overlap.
    """

    def _of(self, parts: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        return {slot: own for part in parts for slot, own in part.items()}


@final
class Summed(_Several):
    """The sum of the weights of several providers: say, what a task has and what is generated.

    Args:
        parts: providers over the same sites with the same slots.
    """

    def _of(self, parts: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        first, *others = parts
        return {slot: sum((part[slot] for part in others), own) for slot, own in first.items()}


def _spread(part: Provider, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
    projected = [row.of(part.factors) for row in rows]
    distinct = list(dict.fromkeys(projected))
    supply = part(distinct, sites)
    if len(distinct) == len(rows):
        return supply
    index = torch.tensor(
        [distinct.index(row) for row in projected], device=supply.divergence.device
    )
    weights: Mapping[Site, Mapping[str, Tensor]] = {
        site: {slot: tensor[index] for slot, tensor in slots.items()}
        for site, slots in supply.weights.items()
    }
    return Supply(weights, supply.divergence)
