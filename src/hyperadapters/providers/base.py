"""What every provider is: a module that gives the weights of some rows at some sites."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.context import Factor, Row
from hyperadapters.sites import Site
from hyperadapters.slots import Slot, Slots

__all__ = ["Group", "Provider", "Supply", "by_shape", "hand_out"]


class Supply(NamedTuple):
    """Weights per site and slot, rows first, and a divergence (0 where nothing is drawn)."""

    weights: Mapping[Site, Mapping[str, Float[Tensor, "row ..."]]]
    divergence: Float[Tensor, ""]


class Provider(nn.Module, ABC):
    """Whose weights: a function of rows and sites that owns its parameters.

    Attributes:
        factors: the context factors it depends on; rows must be projected on exactly these.
        slots: what it can be asked for.
    """

    factors: tuple[Factor, ...]
    slots: Slots

    @abstractmethod
    def forward(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """The weights of `rows` at `sites`.

        Args:
            rows: distinct, projected on `factors`; never the base row, whose weights are zero.
            sites: some or all of `slots`.

        Raises:
            UnknownName: a row names something that was never trained.
        """

    @abstractmethod
    def check(self, row: Row) -> None:
        """Raises unless there are weights for a row; computes none.

        Args:
            row: projected on `factors`.

        Raises:
            UnknownName: it names something that was never trained.
        """

    def __call__(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """`forward`, typed."""
        supply: Supply = super().__call__(rows, sites)
        return supply


@dataclass(frozen=True)
class Group:
    """Sites whose slots have the same shapes, so that one product serves them all.

    Heads of two tasks are never together: the optimiser would move both when a batch has one.
    """

    sites: tuple[Site, ...]
    slots: Mapping[str, Slot]


def by_shape(slots: Slots) -> tuple[Group, ...]:
    """The sites of `slots` by task and the shapes they need, in order of first appearance."""
    grouped: dict[tuple[str, tuple[tuple[str, Slot], ...]], list[Site]] = {}
    for site, needed in slots.items():
        grouped.setdefault((site.task, tuple(needed.items())), []).append(site)
    return tuple(Group(tuple(sites), dict(needed)) for (_, needed), sites in grouped.items())


def hand_out(
    group: Group, stacked: Mapping[str, Float[Tensor, "site row ..."]], sites: Collection[Site]
) -> dict[Site, dict[str, Tensor]]:
    """Splits stacked weights into those of each site.

    By `unbind`, never by indexing: the backward of each index would allocate the whole stack.
    """
    pieces = {slot: tensor.unbind(0) for slot, tensor in stacked.items()}
    return {
        site: {slot: pieces[slot][place] for slot in group.slots}
        for place, site in enumerate(group.sites)
        if site in sites
    }
