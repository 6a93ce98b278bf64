"""Bottleneck folders of AdapterHub, read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from hyperadapters.backbones import Model, places_of
from hyperadapters.errors import BundleError
from hyperadapters.export.adapterhub import (
    CONFIG,
    HEAD_CONFIG,
    HEAD_PICKLED,
    HEAD_WEIGHTS,
    PICKLED,
    WEIGHTS,
)
from hyperadapters.export.base import read_json, read_tensors
from hyperadapters.export.hub_coupling import ENTRANCE, read_entrance
from hyperadapters.export.hub_layout import LAYOUTS, Layout
from hyperadapters.export.hub_tensors import ACTIVATIONS, names_of
from hyperadapters.export.readings import Reading, check_all_read, refused
from hyperadapters.forms import Bottleneck
from hyperadapters.forms.bottleneck import InnerNorm
from hyperadapters.model.binding import Piece
from hyperadapters.sites import Site

__all__ = ["read_adapterhub"]

_ODD = {
    "phm_layer": "hypercomplex layers",
    "use_gating": "gates",
    "adapter_residual_before_ln": "a residual inside its norm",
}
"""What is not read yet, by the key that asks for it."""
_ACTIVATIONS = {theirs: ours for ours, theirs in ACTIVATIONS.items()} | {"silu": "silu"}
_NORMS: Mapping[tuple[bool, bool], InnerNorm] = {
    (False, False): "none",
    (True, False): "before",
    (False, True): "after",
}
_FORMER = {"gelu": "gelu_new", "gelu_orig": "gelu"}
"""What activations were called before folders had a `version`."""


def read_adapterhub(folder: Path, backbone: Model) -> Reading:
    """A bottleneck adapter, its coupling, and a head that is one linear map.

    Raises:
        BundleError: it is no such folder, is pickled, or does not fit the backbone.
        ConfigError: it has something that no bottleneck of this library computes.
    """
    described = read_json(folder / CONFIG)
    config = described.get("config")
    if not isinstance(config, dict):
        raise BundleError(f"`{folder}` is no folder of an adapter", where=str(folder / CONFIG))
    layout = _check_plain(config, folder, backbone)
    tensors = read_tensors(folder / WEIGHTS, PICKLED)
    form = _form(described, config, tensors, folder)
    name = str(described.get("name"))
    pieces: dict[Site, Piece] = {}
    read: set[str] = set()
    for site in _sites(config, layout, backbone):
        stem = _stem(layout, site, name, tensors)
        named = {own: slot for own, slot in names_of(form) if f"{stem}.{own}" in tensors}
        weights = {slot: tensors[f"{stem}.{own}"].float() for own, slot in named.items()}
        if len(weights) == len({slot for _, slot in names_of(form)}):
            _check_width(weights, backbone, folder / WEIGHTS)
            pieces[site] = Piece(form, weights)
            read |= {f"{stem}.{own}" for own in named}
    found: dict[str, dict[Site, Piece]] = {"bottleneck": pieces}
    entrance = read_entrance(tensors, form, layout, name) if config.get("inv_adapter") else None
    if entrance is not None:
        found = {"invertible": {ENTRANCE: entrance[0]}, **found}
        read |= entrance[1]
    check_all_read(tensors, read, folder)
    return Reading(found, _head(folder))


def _check_plain(config: Mapping[str, Any], folder: Path, backbone: Model) -> Layout:
    if config.get("architecture") is not None:
        raise refused(f"the architecture `{config['architecture']}`", folder)
    for key, what in _ODD.items():
        if config.get(key):
            raise refused(what, folder)
    if config.get("inv_adapter") not in (None, "nice"):
        raise refused(f"the invertible adapter `{config['inv_adapter']}`", folder)
    if config.get("original_ln_after", True) is not True:
        raise refused("no norm of the backbone behind it", folder)
    family = backbone.config.model_type
    if family not in LAYOUTS:
        raise refused(f"no place in a backbone of type `{family}`", folder)
    return LAYOUTS[family]


def _form(
    described: Mapping[str, Any],
    config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    folder: Path,
) -> Bottleneck:
    said = str(config.get("non_linearity")).lower()
    said = said if "version" in described else _FORMER.get(said, said)
    if said not in _ACTIVATIONS:
        raise refused(f"the non-linearity `{said}`", folder)
    widths = {t.shape[1] for name, t in tensors.items() if name.endswith("adapter_up.weight")}
    if len(widths) != 1:
        raise refused(f"{len(widths)} widths", folder)
    both = bool(config.get("ln_before")), bool(config.get("ln_after"))
    if all(both):
        raise refused("two norms", folder)
    scale = config.get("scaling", 1.0)
    if not isinstance(scale, int | float):
        raise refused(f"a scale that is {scale}", folder)
    return Bottleneck(
        width=widths.pop(),
        norm=_NORMS[both],
        activation=_ACTIVATIONS[said],
        scaling=float(scale),
    )


def _sites(config: Mapping[str, Any], layout: Layout, backbone: Model) -> Iterator[Site]:
    """The sites that a configuration asks for."""
    reads = "sum" if config.get("original_ln_before") else "output"
    reads = "input" if config.get("is_parallel") else reads
    for site in places_of(backbone):
        spot = layout.spot(site)
        if spot is not None and spot.reads == reads and config.get(spot.location):
            yield site
    # attention has no sum of its own among our sites: `check_all_read` names what is left


def _stem(layout: Layout, site: Site, name: str, tensors: Mapping[str, Tensor]) -> str:
    """What the names of a site's tensors begin with: other classes have another prefix or none."""
    stem = layout.stem(site, name)
    short = stem.removeprefix(layout.prefix)
    return short if any(key.startswith(f"{short}.") for key in tensors) else stem


def _check_width(weights: Mapping[str, Tensor], backbone: Model, file: Path) -> None:
    width, wanted = weights["down"].shape[-1], int(backbone.config.hidden_size)
    if width != wanted:
        raise BundleError(
            "the adapter does not fit the backbone",
            where=str(file),
            expected=f"{wanted} features",
            found=str(width),
        )


def _head(folder: Path) -> Mapping[str, Tensor]:
    """The weights of a head of one layer."""
    if not (folder / HEAD_CONFIG).is_file():
        return {}
    config = read_json(folder / HEAD_CONFIG).get("config")
    if not isinstance(config, dict) or config.get("layers") != 1:
        raise refused("a head that is more than one linear map", folder, "leave its files out")
    tensors = read_tensors(folder / HEAD_WEIGHTS, HEAD_PICKLED)
    return {name.rpartition(".")[2]: tensor for name, tensor in tensors.items()}
