"""Weights of providers that share no site: one for each tower of a backbone."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast, final

from torch import Tensor, nn

from hyperadapters.context import CONTEXT_FACTORS, Row
from hyperadapters.providers.base import Provider, Supply
from hyperadapters.sites import Site, Tower

__all__ = ["Towers"]


@final
class Towers(Provider):
    """A provider per tower, each for the sites there (HyperFormer++: a network per tower).

    Args:
        parts: by tower, providers that depend on the same factors.
    """

    def __init__(self, parts: Mapping[Tower, Provider]) -> None:
        super().__init__()
        named = {factor for part in parts.values() for factor in part.factors}
        self.factors = tuple(factor for factor in CONTEXT_FACTORS if factor in named)
        self.slots = {site: slots for part in parts.values() for site, slots in part.slots.items()}
        self.parts = nn.ModuleDict()
        for tower, part in parts.items():
            self.parts[tower] = part

    def forward(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """Asks the provider of every tower that has some of the sites."""
        weights: dict[Site, Mapping[str, Tensor]] = {}
        divergences = []
        for tower, part in self._providers().items():
            own = [site for site in sites if site.tower == tower]
            if own:
                supply = part(rows, own)
                weights |= supply.weights
                divergences.append(supply.divergence)
        return Supply(weights, sum(divergences[1:], divergences[0]))

    def check(self, row: Row) -> None:
        """Raises unless every tower has weights."""
        for part in self._providers().values():
            part.check(row)

    def _providers(self) -> dict[str, Provider]:
        return {tower: cast(Provider, part) for tower, part in self.parts.items()}
