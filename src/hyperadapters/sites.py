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
    `head` it names a part of the head of `task`, which is empty for a place in a backbone.
    """

    tower: Tower
    layer: int | None
    position: str
    task: str = ""

    @classmethod
    def of_head(cls, task: str, part: str) -> "Site":
        """Where one part of a task's head has its weights: `head.ner:labels`."""
        return cls("head", None, part, task)

    @property
    def name(self) -> str:
        """What `Where` and messages call it: `ffn`, or `ner:labels`."""
        return f"{self.task}:{self.position}" if self.task else self.position

    @property
    def layer_name(self) -> str:
        """The name of the factor `layer`: `encoder.3`, or `encoder` outside the layers."""
        return self.tower if self.layer is None else f"{self.tower}.{self.layer}"

    def __str__(self) -> str:
        return f"{self.layer_name}.{self.name}"


@dataclass(frozen=True)
class Where:
    """A selection of sites: all those at `positions`, in one tower or in all that have them.

    `Where("ffn")` is the feed-forward position of every layer of every tower;
    `Where("attention", "ffn", tower="encoder")` two positions of one tower. No position is every
    position: `Where(tower="head")` is every head, `Where("ner:labels", tower="head")` one part of
    one task's.
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
        chosen = tuple(s for s in offered if not self.positions or s.name in self.positions)
        if not chosen:
            raise self._nowhere(sorted({site.name for site in offered}))
        return chosen

    def _nowhere(self, offered: list[str]) -> BackboneError:
        at_heads, positions = self.tower == "head", " or ".join(f"`{p}`" for p in self.positions)
        return BackboneError(
            "no site"
            + (f" at {positions}" if positions else "")
            + (f" in the {self.tower}" if self.tower else ""),
            expected=f"one of {', '.join(offered)}" if offered else None,
            cause="no task has such a head" if at_heads else "this backbone has no such position",
            remedy="choose another position for this adapter, or "
            + ("another task" if at_heads else "another backbone"),
        )
