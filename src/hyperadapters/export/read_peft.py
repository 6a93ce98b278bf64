"""LoRA folders of `peft`, read."""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from hyperadapters.backbones import Model, Place, base_of, places_of
from hyperadapters.errors import BundleError
from hyperadapters.export.base import read_json, read_tensors
from hyperadapters.export.lora import Update
from hyperadapters.export.peft import CONFIG, PICKLED, ROOT, WEIGHTS
from hyperadapters.export.readings import Reading, check_all_read, refused
from hyperadapters.forms import LoRA, Norm
from hyperadapters.model.binding import Piece
from hyperadapters.sites import Site

__all__ = ["read_peft"]

_PART = re.compile(rf"{re.escape(ROOT)}(.+?)\.(lora_A\.weight|lora_B\.weight|weight|bias)")
_HEADS = ("classifier", "score")
_ODD = {
    "use_dora": "DoRA",
    "lora_bias": "biases of LoRA",
    "layer_replication": "replicated layers",
    "megatron_config": "Megatron's layers",
}


def read_peft(folder: Path, backbone: Model) -> Reading:
    """LoRA, trained norms and a head. Ranks are filled up to the largest, and scales are in B.

    Raises:
        BundleError: it is no such folder, is pickled, or does not fit the backbone.
        ConfigError: it is another method than LoRA, or a variant of it.
    """
    config, tensors = read_json(folder / CONFIG), read_tensors(folder / WEIGHTS, PICKLED)
    _check_plain(config, folder)
    parts = _parts(tensors)
    read: set[str] = set()
    updates: dict[Site, Update] = {}
    norms: dict[Site, Piece] = {}
    for site, place in places_of(backbone).items():
        path = _path(place, backbone, parts)
        own = parts.get(path, {})
        if place.wiring == "beside" and {"lora_A.weight", "lora_B.weight"} <= own.keys():
            updates[site] = _update(own, place, config, folder / WEIGHTS)
        elif place.wiring == "in" and "weight" in own:
            norms[site] = _norm(own, place)
        else:
            continue
        read |= {f"{ROOT}{path}.{name}" for name in own}
    head = next((parts[name] for name in _HEADS if name in parts), {})
    read |= {f"{ROOT}{name}.{key}" for name in _HEADS for key in parts.get(name, {})}
    check_all_read(tensors, read, folder)
    return Reading(_named(updates, norms), head)


def _parts(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """By module, its tensors by name."""
    found: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if (match := _PART.fullmatch(name)) is not None:
            found.setdefault(match[1], {})[match[2]] = tensor
    return found


def _path(place: Place, backbone: Model, parts: Mapping[str, Any]) -> str:
    """The name of a site's module in the model that the folder is for: another class than the
    backbone's may have something else before it, or nothing.
    """
    base = base_of(backbone)
    name = next(name for name, module in base.named_modules() if module is place.module)
    before = ("", f"{backbone.base_model_prefix}.", "model.", "transformer.")
    return next((f"{b}{name}" for b in before if f"{b}{name}" in parts), name)


def _check_plain(config: Mapping[str, Any], folder: Path) -> None:
    if config.get("peft_type") != "LORA":
        raise refused(f"the method `{config.get('peft_type')}`", folder)
    if config.get("bias", "none") != "none":
        raise refused("trained biases", folder)
    if config.get("rank_pattern") or config.get("alpha_pattern"):
        raise refused("ranks or scales by pattern", folder, "save it again with one rank and alpha")
    for key, what in _ODD.items():
        if config.get(key):
            raise refused(what, folder)


def _update(
    own: Mapping[str, Tensor], place: Place, config: Mapping[str, Any], file: Path
) -> Update:
    a, b = own["lora_A.weight"], own["lora_B.weight"]
    rank = a.shape[0]
    if a.shape != (rank, place.width_in) or b.shape != (place.width_out, rank):
        raise BundleError(
            "the adapter does not fit the backbone",
            where=str(file),
            expected=f"A and B between {place.width_in} and {place.width_out} features",
            found=f"{tuple(a.shape)} and {tuple(b.shape)}",
        )
    root = math.sqrt(rank) if config.get("use_rslora") else rank
    scale = float(config.get("lora_alpha", 8)) / root
    return Update(a.float(), b.float() * scale if scale != 1.0 else b.float())


def _norm(own: Mapping[str, Tensor], place: Place) -> Piece:
    """What a saved norm differs from the backbone's by."""
    had = {name: tensor.detach() for name, tensor in place.module.named_parameters()}
    named = {"scale": "weight", "shift": "bias"}
    weights = {slot: own[name] - had[name] for slot, name in named.items() if name in had}
    return Piece(Norm(), weights)


def _named(updates: Mapping[Site, Update], norms: Mapping[Site, Piece]) -> dict[str, Any]:
    rank = max((update.a.shape[0] for update in updates.values()), default=1)
    form = LoRA(rank, alpha=float(rank))
    lora = {}
    for site, update in updates.items():
        a, b = update.padded(rank)
        lora[site] = Piece(form, {"a": a, "b": b})
    found: dict[str, Any] = {"lora": lora, "norms": dict(norms)}
    return {name: own for name, own in found.items() if own}
