"""Folders of `peft`, in the profile that every server of LoRA reads."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

from torch import Tensor, nn

from hyperadapters.errors import ConfigError
from hyperadapters.export.adaptation import Adaptation
from hyperadapters.export.base import Light, write_facts, write_json, write_tensors
from hyperadapters.export.lora import padded_rank, together, updates_of
from hyperadapters.export.norms import norms_of
from hyperadapters.export.target import Target
from hyperadapters.forms import LoRA, Norm

__all__ = ["CONFIG", "PICKLED", "ROOT", "WEIGHTS", "Peft"]

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
PICKLED = "adapter_model.bin"
ROOT = "base_model.model."
"""What `peft` puts before the names of a model's modules."""


@final
@dataclass(frozen=True)
class Peft(Light):
    """`adapter_config.json` and `adapter_model.safetensors`, as `peft` and the loader of
    `transformers` read them.

    LoRA of one rank for all maps, filled up with zeros, its scale inside B, query, key and value
    together, and none of the patterns, biases and further keys that some server ignores or refuses.
    Trained norms and the head are whole modules (`modules_to_save`), which servers of LoRA do not
    take, but for one head per adapter in vLLM.

    Args:
        head: whether the task's head is in it.
        base: see `Light`.
    """

    head: bool = True
    base: str | None = None
    name: ClassVar[str] = "peft"
    options: ClassVar[frozenset[str]] = frozenset({"head", "base"})

    def save(self, adaptation: Adaptation, folder: Path) -> None:
        """See `Light`."""
        adaptation.refuse_all_but(
            LoRA,
            Norm,
            format=self.name,
            remedy="`peft` has no bottlenecks: use `--format adapterhub`, or `table`",
        )
        updates = together(adaptation, updates_of(adaptation))
        if not updates:
            raise ConfigError(
                "the format `peft` has nothing to carry",
                expected="a method with LoRA, such as `hyper-x-lora`",
                remedy="use `--format table`",
            )
        rank, target = padded_rank(updates), adaptation.target
        tensors: dict[str, Tensor] = {}
        for site, update in updates.items():
            path = ROOT + target.paths[site]
            tensors[f"{path}.lora_A.weight"], tensors[f"{path}.lora_B.weight"] = update.padded(rank)
        whole = self._whole(adaptation)
        for path, parts in whole.items():
            tensors |= {f"{ROOT}{path}.{name}": tensor for name, tensor in parts.items()}
        write_tensors(tensors, folder / WEIGHTS)
        modules = _shortest([target.paths[site] for site in updates], target)
        write_json(_config(adaptation, rank, modules, whole), folder / CONFIG)
        write_facts(adaptation, folder)

    def _whole(self, adaptation: Adaptation) -> dict[str, dict[str, Tensor]]:
        """Modules that are saved whole: trained norms, and the head."""
        whole = norms_of(adaptation)
        for part, piece in adaptation.head.items() if self.head else ():
            whole[adaptation.target.heads[part]] = dict(piece.weights)
        return whole


def _config(
    adaptation: Adaptation, rank: int, modules: list[str], whole: Collection[str]
) -> dict[str, Any]:
    return {
        "base_model_name_or_path": adaptation.base,
        "revision": adaptation.revision,
        "peft_type": "LORA",
        "task_type": adaptation.target.task_type,
        "inference_mode": True,
        "r": rank,
        "lora_alpha": rank,
        "lora_dropout": 0.0,
        "use_rslora": False,
        "use_dora": False,
        "fan_in_fan_out": False,
        "bias": "none",
        "target_modules": modules,
        "modules_to_save": sorted(whole) or None,
    }


def _shortest(paths: Iterable[str], target: Target) -> list[str]:
    """The last names of modules, where they mean these linear maps of the model and no other; else
    their whole names.
    """
    wanted = set(paths)
    last = {path.rpartition(".")[2] for path in wanted}
    meant = {name for name, _ in target.model.named_modules() if name.rpartition(".")[2] in last}
    linear = all(isinstance(target.model.get_submodule(path), nn.Linear) for path in meant)
    return sorted(last if meant == wanted and linear else wanted)
