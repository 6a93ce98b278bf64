"""Some weights from one provider, some from another."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast, final

import torch
from torch import Tensor, nn

from hyperadapters.context import CONTEXT_FACTORS, Row
from hyperadapters.providers.base import Provider, Supply
from hyperadapters.sites import Site

__all__ = ["Joined"]


@final
class Joined(Provider):
    """The slots of several providers side by side (Adapters†: projections per task, norms shared).

    Args:
        parts: providers over the same sites whose slots do not overlap.
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

    def forward(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """Asks each part once for its own distinct rows, and spreads them over `rows`."""
        supplies = [_spread(part, rows, sites) for part in self._providers()]
        weights = {
            site: {slot: own for supply in supplies for slot, own in supply.weights[site].items()}
            for site in sites
        }
        divergences = [supply.divergence for supply in supplies]
        return Supply(weights, sum(divergences[1:], divergences[0]))

    def check(self, row: Row) -> None:
        """Raises unless every part has weights."""
        for part in self._providers():
            part.check(row.of(part.factors))

    def _providers(self) -> list[Provider]:
        return [cast(Provider, part) for part in self.parts]


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
