"""Folders of AdapterHub, as `adapters` 1.3.0 reads them: bottlenecks, and a head beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import torch
from torch import Tensor

from hyperadapters.errors import ConfigError
from hyperadapters.export.adaptation import Adaptation
from hyperadapters.export.base import Light, write_facts, write_json, write_tensors
from hyperadapters.export.hub_coupling import entrance_of
from hyperadapters.export.hub_layout import LAYOUTS, Layout
from hyperadapters.export.hub_tensors import config_of, filled, tensors_of
from hyperadapters.export.merged import plain, save_plain
from hyperadapters.export.norms import norms_of
from hyperadapters.export.target import Target
from hyperadapters.forms import Bottleneck, Coupling, Norm
from hyperadapters.model.binding import Piece
from hyperadapters.sites import Site

__all__ = [
    "CONFIG",
    "HEAD_CONFIG",
    "HEAD_PICKLED",
    "HEAD_WEIGHTS",
    "PICKLED",
    "WEIGHTS",
    "AdapterHub",
]

CONFIG = "adapter_config.json"
WEIGHTS = "adapter.safetensors"
PICKLED = "pytorch_adapter.bin"
HEAD_CONFIG = "head_config.json"
HEAD_WEIGHTS = "model_head.safetensors"
HEAD_PICKLED = "pytorch_model_head.bin"
_VERSION = "adapters.1.3.0"
"""Whose rules hold: without it the loader takes `gelu` for another function."""


@final
@dataclass(frozen=True)
class AdapterHub(Light):
    """`adapter_config.json` with the tensors as safetensors and as the `.bin` that the loader of
    `adapters` looks for; `head_config.json` beside it.

    A method with several bottleneck adapters has a folder for each, named after it: `adapters`
    stacks them. Trained norms are no part of an adapter there.

    Args:
        head: whether the task's head is in it.
        backbone: whether a backbone with the trained norms is written beside, in `backbone`.
        base: see `Light`.
    """

    head: bool = True
    backbone: bool = False
    base: str | None = None
    name: ClassVar[str] = "adapterhub"
    options: ClassVar[frozenset[str]] = frozenset({"head", "backbone", "base"})

    def save(self, adaptation: Adaptation, folder: Path) -> None:
        """See `Light`."""
        adaptation.refuse_all_but(
            Bottleneck,
            Coupling,
            Norm,
            format=self.name,
            remedy="use `--format peft` for LoRA; else `--format table`, which carries everything",
        )
        layout = _layout_of(adaptation)
        stacked = _bottlenecks(adaptation)
        for number, (name, pieces) in enumerate(stacked.items()):
            own = adaptation.name if len(stacked) == 1 else f"{name}_{adaptation.name}"
            inner = folder if len(stacked) == 1 else folder / name
            inner.mkdir(exist_ok=True)
            whole = filled(pieces, layout)
            tensors = tensors_of(whole, layout, own)
            config = config_of(whole, layout, adaptation.target.places)
            form = next(iter(whole.values())).form
            more = None if number else entrance_of(adaptation, form, layout, own)
            if more is not None:  # it belongs to the lowest adapter
                tensors, config = {**tensors, **more.tensors}, {**config, **more.config}
            _write_both(tensors, inner / WEIGHTS, inner / PICKLED)
            write_json({**_described(adaptation, layout, own), "config": config}, inner / CONFIG)
        if self.head and adaptation.head:
            self._save_head(adaptation, layout, folder)
        self._save_backbone(adaptation, folder)
        write_facts(adaptation, folder)

    def _save_head(self, adaptation: Adaptation, layout: Layout, folder: Path) -> None:
        target, name = adaptation.target, adaptation.name
        if not target.hub or layout.model not in _TAGGERS:
            raise ConfigError(
                f"the head of row `{adaptation.row}` is none of `{layout.model}`",
                cause="`adapters` has no such head for this family",
                remedy="leave it out: `--no-head`",
            )
        (piece,) = adaptation.head.values()
        # at 0 there is a dropout, whatever its probability
        tensors = {f"heads.{name}.1.{slot}": weight for slot, weight in piece.weights.items()}
        _write_both(tensors, folder / HEAD_WEIGHTS, folder / HEAD_PICKLED)
        config = {
            "head_type": target.hub,
            "num_labels": len(piece.weights["bias"]),
            "layers": 1,
            "activation_function": None,
            "label2id": {label: place for label, place in target.shape.label2id.items()},
            "dropout_prob": None,
        }
        described = _described(adaptation, layout, name)
        write_json({**described, "config": config}, folder / HEAD_CONFIG)

    def _save_backbone(self, adaptation: Adaptation, folder: Path) -> None:
        norms = norms_of(adaptation)
        if norms and not self.backbone:
            raise ConfigError(
                "an adapter of AdapterHub cannot carry trained norms",
                found=f"{len(norms)} norms of the backbone, such as `{min(norms)}`",
                remedy="write a backbone with these norms beside it: `--with-backbone`",
            )
        if self.backbone:
            target = adaptation.target
            bare = Target(target.backbone, target.backbone.config, type(target.backbone))
            whole = Adaptation(
                bare, adaptation.adapters, {}, adaptation.row, adaptation.base, facts={}
            )
            changed = {
                f"{path}.{name}": tensor
                for path, parts in norms_of(whole).items()
                for name, tensor in parts.items()
            }
            save_plain(plain(whole, changed), folder / "backbone")


_TAGGERS = frozenset({"BertAdapterModel", "RobertaAdapterModel", "XLMRobertaAdapterModel"})
"""The classes with a head for tagging."""


def _layout_of(adaptation: Adaptation) -> Layout:
    family = adaptation.target.backbone.config.model_type
    if family not in LAYOUTS:
        raise ConfigError(
            f"the format `adapterhub` is not written for `{family}`",
            expected=f"a backbone of type {', '.join(LAYOUTS)}",
            remedy="use `--format table`, which this library reads",
        )
    return LAYOUTS[family]


def _bottlenecks(adaptation: Adaptation) -> dict[str, dict[Site, Piece]]:
    found: dict[str, dict[Site, Piece]] = {}
    for name, site, piece in adaptation.of(Bottleneck):
        found.setdefault(name, {})[site] = piece
    if not found:
        raise ConfigError(
            "the format `adapterhub` has nothing to carry",
            expected="a method with bottleneck adapters, such as `hyper-x-base`",
        )
    return found


def _described(adaptation: Adaptation, layout: Layout, name: str) -> dict[str, Any]:
    shape = adaptation.target.backbone.config
    return {
        "name": name,
        "model_class": layout.model,
        "model_name": adaptation.base,
        "model_type": shape.model_type,
        "hidden_size": shape.hidden_size,
        "version": _VERSION,
    }


def _write_both(tensors: Mapping[str, Tensor], safe: Path, pickled: Path) -> None:
    """As safetensors, each tensor once per name, and as the pickle that is looked for first."""
    write_tensors({name: tensor.clone() for name, tensor in tensors.items()}, safe)
    stored = {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}
    torch.save(stored, pickled)
