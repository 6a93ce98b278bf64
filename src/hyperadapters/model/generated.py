"""How large generated weights are, and what they differ by: layers, tasks, languages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.context import Row
from hyperadapters.providers import Hypernetwork, Provider, written

__all__ = ["Spread", "generated", "moved", "spreads"]

Weights = Mapping[str, Float[Tensor, "site row weight"]]
"""Per slot the weights of every site that has it, and of some rows."""


@dataclass(frozen=True)
class Spread:
    """What the generated weights of one slot are like, over its sites and some rows.

    Shares are parts of the mean square: that of the mean over all sites and rows, of what differs
    between layers (sites), between tasks, between languages or directions, and in no one of these
    ways alone. They add up to 1.

    Args:
        size: root mean square.
        common: the share that is the same everywhere.
        layers: the share of what sites differ by, whatever the row.
        tasks: the same for tasks, whatever the site and the language.
        languages: the same for languages.
        rest: what only a combination has.
    """

    size: float
    common: float
    layers: float
    tasks: float
    languages: float
    rest: float

    def as_json(self) -> dict[str, float]:
        """Rounded to four significant digits."""
        return {name: float(f"{value:.4g}") for name, value in asdict(self).items()}


def generated(adapters: nn.ModuleDict, rows: Sequence[Row]) -> dict[str, Weights]:
    """What every adapter that has a hypernetwork gives for some rows, in evaluation mode.

    Args:
        adapters: providers by name.
        rows: distinct; every one must be known to all of them.
    """
    found = {}
    for name, module in adapters.items():
        if any(isinstance(part, Hypernetwork) for part in module.modules()):
            found[name] = _stacked(cast(Provider, module), rows)
    return found


def _stacked(provider: Provider, rows: Sequence[Row]) -> Weights:
    own = [row.of(provider.factors) for row in rows]
    distinct = list(dict.fromkeys(own))
    supply = written(provider, distinct, list(provider.slots))
    places = [distinct.index(row) for row in own]
    by_shape: dict[str, dict[torch.Size, list[Tensor]]] = {}
    for site in provider.slots:
        for slot, weights in supply.weights[site].items():
            alike = by_shape.setdefault(slot, {}).setdefault(weights.shape[1:], [])
            alike.append(weights[places].flatten(1))
    return {
        slot: torch.stack(max(shapes.values(), key=len)).float()
        for slot, shapes in by_shape.items()
    }


def moved(before: Weights, after: Weights) -> dict[str, float]:
    """Per slot, the root mean square of the change."""
    return {
        slot: float((after[slot] - weights).square().mean().sqrt())
        for slot, weights in before.items()
    }


def spreads(weights: Weights, rows: Sequence[Row]) -> dict[str, Spread]:
    """Per slot, what its weights are like.

    Args:
        weights: of `rows`, in their order.
        rows: in full, with their tasks and languages.
    """
    return {slot: _spread(values.double(), rows) for slot, values in weights.items()}


def _spread(values: Float[Tensor, "site row weight"], rows: Sequence[Row]) -> Spread:
    total = float(values.square().mean())
    common = values.mean((0, 1))
    layers = values.mean(1) - common
    tasks = _by_group(values, [row["task"] for row in rows]) - common
    languages = _by_group(values, [_language(row) for row in rows]) - common
    parts = {"common": common, "layers": layers, "tasks": tasks, "languages": languages}
    shares = {name: float(part.square().mean()) / (total or 1.0) for name, part in parts.items()}
    rest = 1.0 - sum(shares.values()) if total else 0.0
    return Spread(size=total**0.5, **shares, rest=rest)


def _language(row: Row) -> str:
    return str(row.of([factor for factor in row if factor != "task"]))


def _by_group(
    values: Float[Tensor, "site row weight"], groups: Sequence[str]
) -> Float[Tensor, "row weight"]:
    """For every row, the mean over sites and over the rows of its group."""
    mean = values.mean(0)
    return torch.stack(
        [
            mean[[place for place, one in enumerate(groups) if one == group]].mean(0)
            for group in groups
        ]
    )
