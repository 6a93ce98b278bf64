"""Where an adapter acts: places in a Transformer, and selections of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hyperadapters.errors import BackboneError

__all__ = ["Site", "Tower", "Where"]

Tower = Literal["encoder", "decoder", "head"]


class Site(NamedTuple):
    """One place where weights act.

    `layer` is 0-based, and None for what stands outside the layers: embeddings, tower norms, heads.
    `position` is a name of the backbone's table (`ffn`, `attention`, `layer`, ...); under the tower
    `head` it names a part of a task's head.
    """

    tower: Tower
    layer: int | None
    position: str

    @classmethod
    def of_head(cls, task: str, part: str) -> "Site":
        """Where one part of a task's head has its weights: `head.ner:labels`."""
        return cls("head", None, f"{task}:{part}")

    @property
    def layer_name(self) -> str:
        """The name of the factor `layer`: `encoder.3`, or `encoder` outside the layers."""
        return self.tower if self.layer is None else f"{self.tower}.{self.layer}"

    def __str__(self) -> str:
        return f"{self.layer_name}.{self.position}"


@dataclass(frozen=True)
class Where:
    """A selection of sites: all those at `positions`, in one tower or in all that have them.

    `Where("ffn")` is the feed-forward position of every layer of every tower;
    `Where("attention", "ffn", tower="encoder")` two positions of one tower.
    """

    positions: tuple[str, ...]
    tower: Tower | None

    def __init__(self, *positions: str, tower: Tower | None = None) -> None:
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "tower", tower)

    def select(self, sites: Iterable[Site]) -> tuple[Site, ...]:
        """The chosen ones among `sites`, in their order.

        Raises:
            BackboneError: no site has any of the positions; the message lists those that exist. One
                that a backbone lacks beside one that it has is passed over: an encoder has no
                cross-attention.
        """
        offered = [s for s in sites if self.tower is None or s.tower == self.tower]
        chosen = tuple(site for site in offered if site.position in self.positions)
        if not chosen:
            raise BackboneError(
                f"no site at {' or '.join(f'`{p}`' for p in self.positions)}"
                + (f" in the {self.tower}" if self.tower else ""),
                expected=f"one of {', '.join(sorted({s.position for s in offered}))}",
                cause="this backbone has no such position",
                remedy="choose another position for this adapter, or another backbone",
            )
        return chosen
