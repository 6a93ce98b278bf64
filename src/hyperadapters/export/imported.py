"""Adapters of `peft` and AdapterHub become tables: to start from, and to compare with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from torch import Tensor

from hyperadapters.backbones import Model
from hyperadapters.context import Row
from hyperadapters.errors import BundleError
from hyperadapters.export import adapterhub, peft
from hyperadapters.export.read_adapterhub import read_adapterhub
from hyperadapters.export.read_peft import read_peft
from hyperadapters.export.readings import Reading
from hyperadapters.forms import Form
from hyperadapters.method import Adapter
from hyperadapters.model.binding import Piece
from hyperadapters.providers import Table, given
from hyperadapters.sites import Site, Where
from hyperadapters.slots import Slot

__all__ = ["Imported", "read_adapter"]


@final
@dataclass(frozen=True, eq=False)
class Imported:
    """What a folder of another library adds to a backbone.

    Args:
        pieces: by name (`lora`, `bottleneck`, `norms`), at each site a form and its weights.
        row: the row that they are to have.
        head: the weights of its head, where it has one: `weight` and `bias`.
    """

    pieces: Mapping[str, Mapping[Site, Piece]]
    row: Row
    head: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, Table]:
        """The weights by name, each a table of the one row."""
        made = {}
        for name, own in self.pieces.items():
            slots = {
                site: {slot: Slot(tuple(tensor.shape)) for slot, tensor in piece.weights.items()}
                for site, piece in own.items()
            }
            made[name] = Table.of(tuple(self.row), [self.row], slots, _stacked(own))
        return made

    def adapters(self) -> tuple[Adapter, ...]:
        """Adapters of a method with these weights, as they are or to be trained on.

        At other sites of the same positions they change nothing.
        """
        return tuple(
            Adapter(
                name, _form(own), _where(own), given(tuple(self.row), [self.row], _stacked(own))
            )
            for name, own in self.pieces.items()
        )


def _stacked(own: Mapping[Site, Piece]) -> dict[Site, dict[str, Tensor]]:
    """The weights with an axis of one row."""
    return {
        site: {slot: tensor.unsqueeze(0) for slot, tensor in piece.weights.items()}
        for site, piece in own.items()
    }


def _form(own: Mapping[Site, Piece]) -> Form:
    return next(iter(own.values())).form


def _where(own: Mapping[Site, Piece]) -> Where:
    towers = {site.tower for site in own}
    positions = dict.fromkeys(site.position for site in own)
    return Where(*positions, tower=towers.pop() if len(towers) == 1 else None)


_READERS: Mapping[str, Callable[[Path, Model], Reading]] = {
    peft.WEIGHTS: read_peft,
    peft.PICKLED: read_peft,
    adapterhub.WEIGHTS: read_adapterhub,
    adapterhub.PICKLED: read_adapterhub,
}
"""By the file that tells whose folder it is."""


def read_adapter(folder: str | Path, backbone: Model, row: Row | None = None) -> Imported:
    """What a folder of `peft` (LoRA) or AdapterHub (bottlenecks) adds to a backbone.

    Only safetensors are read, and every tensor must be understood.

    Args:
        folder: a local one.
        backbone: a `transformers` model of the type that the adapter was trained on, with its
            language-model head.
        row: the row that the weights are to have; none for weights that all rows share.

    Raises:
        BundleError: it is no such folder, is pickled, or does not fit the backbone.
        ConfigError: it has something that no form of this library computes.
    """
    place = Path(folder)
    for file, reader in _READERS.items():
        if (place / file).is_file():
            found = reader(place, backbone)
            return Imported(found.pieces, row or Row(), found.head)
    raise BundleError(
        f"`{folder}` holds no adapter",
        expected=f"a file `{peft.WEIGHTS}` of `peft`, or `{adapterhub.WEIGHTS}` of AdapterHub",
        remedy="give the folder itself; one of the hub has to be downloaded first",
    )
