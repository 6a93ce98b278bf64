"""A backbone with a row merged into it: a plain model of `transformers`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import torch
from torch import Tensor
from transformers import AutoTokenizer

from hyperadapters.backbones import architectures, base_of
from hyperadapters.errors import BundleError, ConfigError
from hyperadapters.export.adaptation import Adaptation, Adapting
from hyperadapters.export.base import Format, Writer
from hyperadapters.export.lora import updates_of
from hyperadapters.export.norms import norms_of
from hyperadapters.forms import LoRA, Norm
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly

__all__ = ["Merged", "merged", "plain", "save_plain"]


@final
@dataclass(frozen=True)
class Merged(Format):
    """A folder of `save_pretrained`: the backbone, its tokenizer, and the head of one task, with
    W + (alpha / rank)·B·A in place of W, rounded once.
    """

    name: ClassVar[str] = "merged"

    def start(self, assembly: Assembly) -> Writer:
        """See `Format`."""
        return _MergedWriter(assembly)


@final
class _MergedWriter(Writer):
    def __init__(self, assembly: Assembly) -> None:
        self._adapting = Adapting(assembly)
        self._tokenizer = assembly.tokenizer

    def write(self, cell: Cell, folder: Path) -> None:
        save_plain(merged(self._adapting.adaptation(cell)), folder)
        architectures.save_tokenizer(self._tokenizer, folder)
        _check_tokenizer(self._tokenizer, folder)


def merged(adaptation: Adaptation) -> Any:
    """The model that a row becomes, with all that acts merged into its weights.

    Raises:
        ConfigError: something acts that is not LoRA beside a linear map or a trained norm.
    """
    adaptation.refuse_all_but(
        LoRA,
        Norm,
        format=Merged.name,
        remedy="a bottleneck has a non-linearity and cannot be merged: use `--format adapterhub`",
    )
    changed: dict[str, Tensor] = {}
    for site, update in updates_of(adaptation).items():
        weight = adaptation.target.module(site).get_parameter("weight").detach()
        changed[f"{adaptation.target.paths[site]}.weight"] = weight + update.product()
    return plain(adaptation, {**changed, **_whole(adaptation)})


def _whole(adaptation: Adaptation) -> dict[str, Tensor]:
    """Trained norms and the head, by their names in the model."""
    whole = norms_of(adaptation)
    for part, piece in adaptation.head.items():
        whole[adaptation.target.heads[part]] = dict(piece.weights)
    return {f"{path}.{name}": t for path, parts in whole.items() for name, t in parts.items()}


def plain(adaptation: Adaptation, changed: Mapping[str, Tensor]) -> Any:
    """The model that a row becomes, its weights those of the backbone but for some.

    Args:
        adaptation: says which model.
        changed: by their names in that model.
    """
    target = adaptation.target
    with torch.random.fork_rng(devices=[]), architectures.quiet():
        model = target.kind(target.shape).to(next(target.backbone.parameters()).dtype).eval()
    own = target.backbone if target.has_own_head else base_of(target.backbone)
    prefix = "" if target.has_own_head else target.prefix
    state = {f"{prefix}{name}": tensor.detach() for name, tensor in own.state_dict().items()}
    wanted = {**state, **changed}
    known = model.state_dict()
    lost = sorted(known.keys() - wanted.keys() | changed.keys() - known.keys())
    if lost:
        raise ConfigError(
            "the row does not fill the model that it becomes",
            expected=f"all weights of `{target.kind.__name__}`",
            found=f"none for `{lost[0]}`, or no place for it",
            remedy="use `--format table`",
        )
    model.load_state_dict({name: wanted[name] for name in known})
    _check_same(model.state_dict(), wanted, "weights that are tied in it differ")
    return model


def save_plain(model: Any, folder: Path) -> None:
    """Writes a model, and reads it again.

    Raises:
        BundleError: what is read is not what was written.
    """
    with architectures.quiet():
        model.save_pretrained(folder)
    read, missing = architectures.pretrained("model", folder, type(model))
    _check_same(read.state_dict(), model.state_dict(), "it is not read as it was written")
    if missing - set(getattr(model, "_tied_weights_keys", None) or ()):
        raise BundleError(f"the merged model lacks `{min(missing)}`", where=str(folder))


def _check_same(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], cause: str) -> None:
    for name, tensor in found.items():
        if name not in wanted or not torch.equal(tensor, wanted[name].to(tensor.dtype)):
            raise BundleError(
                "the merged model is another one",
                expected="the weights that were merged",
                found=f"others in `{name}`",
                cause=cause,
                remedy="use `--format table`, which keeps the backbone as it is",
            )


def _check_tokenizer(written: Any, folder: Path) -> None:
    """Raises where `AutoTokenizer` reads another one beside the configuration of the model."""
    with architectures.reading("tokenizer", folder):
        read = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    if _pipeline(read) != _pipeline(written):
        raise ConfigError(
            "the tokenizer of the merged model would be read as another one",
            found=f"`{type(read).__name__}`, which `transformers` takes for this type of model",
            cause="the tokenizer was learned with the run, and Qwen 2 has one of its own",
            remedy="use `--format peft` or `table`, which leave the tokenizer out",
        )


def _pipeline(tokenizer: Any) -> dict[str, Any]:
    """What a tokenizer does, without what a call has left behind."""
    whole: dict[str, Any] = json.loads(tokenizer.backend_tokenizer.to_str())
    return {name: part for name, part in whole.items() if name not in ("truncation", "padding")}
