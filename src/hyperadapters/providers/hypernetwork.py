"""Weights generated from embeddings of a row and a place."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import cast, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.context import CONTEXT_FACTORS, SITE_FACTORS, Factor, Row
from hyperadapters.providers.base import Provider, Supply, by_shape, hand_out
from hyperadapters.providers.embedding import Embedding
from hyperadapters.providers.encoder import Combine, Encoder
from hyperadapters.providers.heads import Heads, LinearMaps, Maps
from hyperadapters.sites import Site, Tower
from hyperadapters.slots import Slots

__all__ = ["Hypernetwork", "site_names"]


def site_names(factor: Factor, sites: Collection[Site]) -> list[str]:
    """The name of a site factor at each site, with no full stop: `encoder-3`, `ffn`."""
    if factor == "position":
        return [site.position for site in sites]
    return [site.layer_name.replace(".", "-") for site in sites]


_DRAWN = 16
"""Rows that a scale is measured on."""


@final
class Hypernetwork(Provider):
    """embeddings → combine → encoder → heads, for all rows and sites in one pass.

    Hyper-X (2022) equations 3–6; HyperFormer (2021) section 2.3; hyper-adapters (2022) section 3.

    Args:
        embeddings: per factor its embedding, in the order of combination; those of context factors
            may be shared with other hypernetworks.
        blind: per tower, the context factors it does not see: their vector is zero there.
        combine, encoder, heads: the other three parts, as plans.
        slots: the weights needed at each site.
    """

    def __init__(
        self,
        *,
        embeddings: Mapping[Factor, Embedding],
        blind: Mapping[Tower, Collection[Factor]],
        combine: Combine,
        encoder: Encoder,
        heads: Heads,
        slots: Slots,
    ) -> None:
        super().__init__()
        self.factors = tuple(factor for factor in CONTEXT_FACTORS if factor in embeddings)
        self.slots = slots
        self._sites = tuple(slots)
        self._blind = blind
        apart = bool(blind) or any(factor in SITE_FACTORS for factor in embeddings)
        self._places = self._sites if apart else self._sites[:1]  # of which codes may differ
        self._combine = combine
        self.embeddings = nn.ModuleDict(dict(embeddings))
        dimensions = {factor: embedding.dimension for factor, embedding in embeddings.items()}
        self.encoder = encoder.build(combine.width(dimensions))
        self.heads = nn.ModuleList(heads.build(group, encoder.code) for group in by_shape(slots))
        if heads.matched:
            self._match()

    def forward(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """Generates for the groups of sites that are asked for, and hands these sites out."""
        code, divergence = self._encode(rows)
        weights: dict[Site, dict[str, Tensor]] = {}
        for heads, own in self._served(code):
            if not set(sites).isdisjoint(heads.group.sites):
                weights |= hand_out(heads.group, heads(own), sites)
        return Supply(weights, divergence)

    def check(self, row: Row) -> None:
        """Raises unless every name has an embedding."""
        for factor in self.factors:
            cast(Embedding, self.embeddings[factor]).mixed([row[factor]])

    def centres(self) -> dict[Factor, dict[str, Tensor]]:
        """Per factor, the vector of every name (of a Gaussian embedding its mean)."""
        found = self.embeddings.items()
        return {factor: cast(Embedding, embedding).centres() for factor, embedding in found}

    def _served(self, code: Tensor) -> Iterator[tuple[Maps, Tensor]]:
        """The heads of each group with the codes of its sites."""
        place = {site: index for index, site in enumerate(self._sites)}
        for module in self.heads:
            heads = cast(Maps, module)
            own = [place[site] for site in heads.group.sites]
            yield heads, code if own == list(place.values()) else code[own]

    @torch.no_grad()
    def _match(self) -> None:
        """Matches the heads' scale to free weights, for rows of names drawn from its own."""
        names = {factor: list(self.centres()[factor]) for factor in self.factors}
        draw = random.Random(0)
        rows = [
            Row(**{factor: draw.choice(own) for factor, own in names.items()})
            for _ in range(_DRAWN)
        ]
        self.eval()
        for heads, own in self._served(self._encode(rows)[0]):
            cast(LinearMaps, heads).match(own)
        self.train()

    def _encode(self, rows: Sequence[Row]) -> tuple[Float[Tensor, "site row code"], Tensor]:
        vectors: dict[Factor, Tensor] = {}
        divergences = []
        for factor, embedding in self.embeddings.items():
            if factor in SITE_FACTORS:
                names = site_names(factor, self._places)
            else:
                names = [row[factor] for row in rows]
            picked, own = cast(Embedding, embedding).mixed(names)
            shape = (len(self._places), len(rows), picked.shape[-1])
            axis = 1 if factor in SITE_FACTORS else 0
            vectors[factor] = self._seen(factor, picked.unsqueeze(axis).expand(shape))
            divergences.append(own)
        code: Tensor = self.encoder(self._combine(vectors))
        code = code.expand(len(self._sites), -1, -1)
        return code, sum(divergences[1:], divergences[0])

    def _seen(self, factor: Factor, vectors: Tensor) -> Tensor:
        seen = [factor not in self._blind.get(site.tower, ()) for site in self._places]
        if all(seen):
            return vectors
        return vectors * vectors.new_tensor(seen)[:, None, None]
