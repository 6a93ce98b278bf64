"""A bottleneck adapter as the tensors and the configuration of `adapters`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from hyperadapters.errors import ConfigError
from hyperadapters.export.hub_layout import Layout, Spot
from hyperadapters.forms import Bottleneck
from hyperadapters.forms.bottleneck import Activation
from hyperadapters.model.binding import Piece
from hyperadapters.sites import Site

__all__ = ["ACTIVATIONS", "config_of", "filled", "names_of", "reduction", "tensors_of"]

ACTIVATIONS: Mapping[Activation, str] = {
    "relu": "relu",
    "gelu": "gelu",
    "gelu_tanh": "gelu_new",
    "silu": "swish",
    "tanh": "tanh",
}
"""What `adapters` calls our non-linearities."""


def filled(pieces: Mapping[Site, Piece], layout: Layout) -> dict[Site, Piece]:
    """The same with zeros, which change nothing, where a layer lacks one of the adapter's places:
    `adapters` has all of them in a layer, or leaves it out.

    Raises:
        ConfigError: the adapter is at a place, or of a form, that `adapters` does not have.
    """
    form, spots = _form_of(pieces), {site: _spot(site, layout) for site in pieces}
    if len({spot.reads for spot in spots.values()}) > 1:
        raise ConfigError(
            "the format `adapterhub` lets all parts of an adapter read alike",
            found="some that read a sub-layer, its sum with the residual, or what it reads",
            remedy="use `--format table`",
        )
    like = next(iter(pieces.values())).weights
    zeros = Piece(form, {slot: torch.zeros_like(tensor) for slot, tensor in like.items()})
    positions = {tower: {s.position for s in pieces if s.tower == tower} for tower in layout.spots}
    layers = sorted({(site.tower, site.layer) for site in pieces}, key=str)
    wanted = [Site(t, n, position) for t, n in layers for position in sorted(positions[t])]
    return {site: pieces.get(site, zeros) for site in wanted}


def _form_of(pieces: Mapping[Site, Piece]) -> Bottleneck:
    """The form of all pieces, which are of one width."""
    forms = {piece.form for piece in pieces.values()}
    shapes = {piece.weights["down"].shape for piece in pieces.values()}
    form = next(iter(forms))
    assert isinstance(form, Bottleneck)
    told = Bottleneck(form.width, form.reduction, form.norm, activation=form.activation)
    told = replace(told, scaling=form.scaling)
    if form != replace(told, unit_scale=form.unit_scale, initial=form.initial):
        raise ConfigError(
            "the format `adapterhub` does not say all of this bottleneck",
            found=repr(form),
            remedy="use `--format table`",
        )
    if len(forms) > 1 or len(shapes) > 1:
        raise ConfigError(
            "the format `adapterhub` has one form and width for all of an adapter",
            found=f"{len(forms)} forms of {len(shapes)} widths",
            remedy="use `--format table`",
        )
    return form


def _spot(site: Site, layout: Layout) -> Spot:
    spot = layout.spot(site)
    if spot is None:
        known = dict.fromkeys(name for spots in layout.spots.values() for name in spots)
        raise ConfigError(
            f"the format `adapterhub` has no place for `{site}`",
            expected=f"adapters at {', '.join(f'`{name}`' for name in known)}",
            remedy="use `--format table`, which this library reads",
        )
    return spot


def tensors_of(pieces: Mapping[Site, Piece], layout: Layout, name: str) -> dict[str, Tensor]:
    """The tensors of an adapter under the names that `adapters` gives them."""
    return {
        f"{layout.stem(site, name)}.{own}": piece.weights[slot]
        for site, piece in pieces.items()
        for own, slot in names_of(piece.form)
    }


def names_of(form: Any) -> Iterator[tuple[str, str]]:
    """What `adapters` calls the slots of a bottleneck; a norm before the projection has two names,
    and both have to be there.
    """
    linear = "adapter_down.1" if form.norm == "before" else "adapter_down.0"
    norms = {"before": ("adapter_norm_before", "adapter_down.0"), "after": ("adapter_norm_after",)}
    for stem in norms.get(form.norm, ()):
        yield f"{stem}.weight", "scale"
        yield f"{stem}.bias", "shift"
    yield f"{linear}.weight", "down"
    yield f"{linear}.bias", "down_bias"
    yield "adapter_up.weight", "up"
    yield "adapter_up.bias", "up_bias"


def config_of(
    pieces: Mapping[Site, Piece], layout: Layout, sites: Collection[Site]
) -> dict[str, Any]:
    """What `adapter_config.json` says of an adapter under `config`.

    Args:
        pieces: as `filled` gives them.
        layout: of the family.
        sites: all of the backbone.
    """
    form, spots = _form_of(pieces), {_spot(site, layout) for site in pieces}
    width, d_model = next(iter(pieces.values())).weights["down"].shape
    return {
        **{at: at in {spot.location for spot in spots} for at in _LOCATIONS},
        "original_ln_before": any(spot.reads == "sum" for spot in spots),
        "original_ln_after": True,
        "residual_before_ln": True,
        "adapter_residual_before_ln": False,
        "ln_before": form.norm == "before",
        "ln_after": form.norm == "after",
        "non_linearity": ACTIVATIONS[form.activation],
        "reduction_factor": reduction(d_model, width),
        "leave_out": _left_out(pieces, sites),
        "is_parallel": any(spot.reads == "input" for spot in spots),
        "scaling": float(form.scaling),
        "dropout": 0.0,
        "use_gating": False,
        "phm_layer": False,
        "inv_adapter": None,
        "inv_adapter_reduction_factor": None,
        "init_weights": "bert",
    }


_LOCATIONS = ("mh_adapter", "output_adapter", "cross_adapter")


def reduction(features: int, width: int) -> float:
    """What `adapters` divides features by, rounding down: between two widths where none is even."""
    return features / width if features % width == 0 else features / (width + 0.5)


def _left_out(pieces: Mapping[Site, Piece], sites: Collection[Site]) -> list[int]:
    """The layers without the adapter, those of a decoder counted on from those of the encoder."""
    layers = list(dict.fromkeys((s.tower, s.layer) for s in sites if s.layer is not None))
    used = {(site.tower, site.layer) for site in pieces}
    return [number for number, layer in enumerate(layers) if layer not in used]
