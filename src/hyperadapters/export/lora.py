"""LoRA as other programs have it: one update per linear map, and one rank for all."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.errors import ConfigError
from hyperadapters.export.adaptation import Adaptation
from hyperadapters.forms import LoRA
from hyperadapters.sites import Site

__all__ = ["RANKS", "Update", "padded_rank", "together", "updates_of"]

RANKS = (8, 16, 32, 64)
"""The ranks that every server of LoRA takes."""
_TOGETHER = (("query", "key", "value"), ("cross_query", "cross_key", "cross_value"))
"""Maps that servers pack into one: they want updates of all or of none."""


class Update(NamedTuple):
    """B·A, which is added to a linear map."""

    a: Float[Tensor, "rank width_in"]
    b: Float[Tensor, "width_out rank"]

    def padded(self, rank: int) -> "Update":
        """The same with rows of A and columns of B that are zero."""
        more = rank - self.a.shape[0]
        return Update(
            nn.functional.pad(self.a, (0, 0, 0, more)), nn.functional.pad(self.b, (0, more))
        )

    def product(self) -> Float[Tensor, "width_out width_in"]:
        """B·A."""
        return self.b @ self.a


def updates_of(adaptation: Adaptation) -> dict[Site, Update]:
    """The updates of a row, alpha / rank folded into B; several at one site side by side.

    Raises:
        ConfigError: LoRA acts at a place that is not beside a linear map.
    """
    found: dict[Site, Update] = {}
    for name, site, piece in adaptation.of(LoRA):
        form = piece.form
        assert isinstance(form, LoRA)
        if not _is_beside_a_map(adaptation, site):
            raise ConfigError(
                f"the LoRA of adapter `{name}` is beside no linear map",
                found=f"`{site}`, which is behind a whole sub-layer",
                remedy="use `--format table`, which this library reads",
            )
        own = Update(piece.weights["a"], piece.weights["b"] * (form.alpha / form.rank))
        if site in found:  # both read the input of the map: the sum is one update of both ranks
            own = Update(torch.cat([found[site].a, own.a]), torch.cat([found[site].b, own.b], 1))
        found[site] = own
    return found


def _is_beside_a_map(adaptation: Adaptation, site: Site) -> bool:
    place = adaptation.target.places[site]
    return place.wiring == "beside" and isinstance(place.module, nn.Linear)


def together(adaptation: Adaptation, updates: Mapping[Site, Update]) -> dict[Site, Update]:
    """The same with updates of zero for maps that are packed with one that has an update."""
    places = adaptation.target.places
    more = dict(updates)
    for site in updates:
        packed = next((group for group in _TOGETHER if site.position in group), ())
        for position in packed:
            other = site._replace(position=position)
            if other not in more:
                place, like = places[other], updates[site]
                a, b = like.a.new_zeros(1, place.width_in), like.b.new_zeros(place.width_out, 1)
                more[other] = Update(a, b)
    return {site: more[site] for site in places if site in more}


def padded_rank(updates: Mapping[Site, Update]) -> int:
    """The least rank of `RANKS` that holds all updates.

    Raises:
        ConfigError: none does.
    """
    needed = max(update.a.shape[0] for update in updates.values())
    for rank in RANKS:
        if needed <= rank:
            return rank
    raise ConfigError(
        f"a rank of {needed} is more than servers of LoRA take",
        expected=f"at most {RANKS[-1]}, over all adapters of a linear map",
        remedy="use `--merge`, or `--format table`",
    )
