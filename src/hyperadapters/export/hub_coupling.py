"""The invertible adapter of AdapterHub, which belongs to the lowest adapter of a stack."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from hyperadapters.errors import ConfigError
from hyperadapters.export.adaptation import Adaptation
from hyperadapters.export.hub_layout import Layout
from hyperadapters.export.hub_tensors import reduction
from hyperadapters.forms import Bottleneck, Coupling, Form
from hyperadapters.model.binding import Piece
from hyperadapters.sites import Site

__all__ = ["ENTRANCE", "Entrance", "entrance_of", "read_entrance"]

ENTRANCE = Site("encoder", None, "embeddings")
"""Where it acts."""
_TURNS = ("F", "G")
_PARTS = {"0.weight": "down", "0.bias": "down_bias", "2.weight": "up", "2.bias": "up_bias"}


class Entrance(NamedTuple):
    """What is added to the folder of an adapter.

    Args:
        tensors: by name.
        config: keys of its configuration.
    """

    tensors: Mapping[str, Tensor]
    config: Mapping[str, Any]


def entrance_of(adaptation: Adaptation, lowest: Form, layout: Layout, name: str) -> Entrance | None:
    """The coupling of a row, if it has one.

    Args:
        adaptation: of the row.
        lowest: the form of the adapter that it belongs to.
        layout: of the family.
        name: of that adapter.

    Raises:
        ConfigError: it is at another place than before the encoder, or not as `adapters` has it.
    """
    found = list(adaptation.of(Coupling))
    if not found:
        return None
    _, site, piece = found[0]
    form = piece.form
    assert isinstance(form, Coupling) and isinstance(lowest, Bottleneck)
    turns, width, half = piece.weights["down"].shape
    wrong = {
        "one coupling, before the encoder": len(found) > 1 or site != ENTRANCE,
        "two turns": turns != len(_TURNS),
        "the non-linearity of the adapter above it": form.activation != lowest.activation,
    }
    for expected, is_wrong in wrong.items():
        if is_wrong:
            raise ConfigError(
                "the format `adapterhub` cannot carry the coupling",
                expected=expected,
                found=f"`{form}` at `{site}`",
                remedy="use `--format table`",
            )
    stem = f"{layout.prefix}{layout.entrance}invertible_adapters.{name}"
    tensors = {
        f"{stem}.{turn}.{part}": piece.weights[slot][number]
        for number, turn in enumerate(_TURNS)
        for part, slot in _PARTS.items()
    }
    return Entrance(
        tensors, {"inv_adapter": "nice", "inv_adapter_reduction_factor": reduction(half, width)}
    )


def read_entrance(
    tensors: Mapping[str, Tensor], lowest: Bottleneck, layout: Layout, name: str
) -> tuple[Piece, set[str]] | None:
    """The coupling in a folder, and the names of its tensors; None where these are not there."""
    inner = f"{layout.entrance}invertible_adapters.{name}"
    stem = f"{layout.prefix}{inner}"
    stem = stem if f"{stem}.F.0.weight" in tensors else inner
    names = {slot: [f"{stem}.{turn}.{part}" for turn in _TURNS] for part, slot in _PARTS.items()}
    read = {own for several in names.values() for own in several}
    if not read <= tensors.keys():
        return None
    weights = {
        slot: torch.stack([tensors[own].float() for own in several])
        for slot, several in names.items()
    }
    _, width, half = weights["down"].shape
    form = Coupling(reduction=reduction(half, width), activation=lowest.activation)
    return Piece(form, weights), read
