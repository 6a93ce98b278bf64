"""Which programs read a folder of `peft`: the rules of each, checked on its files.

The rules are those of peft 0.21, transformers 5.23, vLLM 0.33, SGLang 0.5, LoRAX, TensorRT-LLM, and
the converter of llama.cpp. What a model's own support for LoRA is, they do not say.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import safe_open

from hyperadapters.export.base import read_json
from hyperadapters.export.lora import RANKS

__all__ = ["READERS", "readers_of"]

_LORA = re.compile(r"base_model\.model\.(.+)\.lora_([AB])\.weight")
_HEADS = ({"classifier"}, {"score"})
_TOGETHER = ({"query", "key", "value"}, {"q", "k", "v"}, {"q_proj", "k_proj", "v_proj"})


class _Folder(NamedTuple):
    config: Mapping[str, Any]
    shapes: Mapping[str, tuple[int, ...]]

    def updates(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """Per module the shapes of its A and B."""
        found: dict[str, dict[str, tuple[int, ...]]] = {}
        for name, shape in self.shapes.items():
            if (match := _LORA.fullmatch(name)) is not None:
                found.setdefault(match[1], {})[match[2]] = shape
        return found

    def others(self) -> list[str]:
        """The tensors that are no LoRA."""
        return [name for name in self.shapes if _LORA.fullmatch(name) is None]


Rule = Callable[[_Folder], Iterator[str]]


def _lora(folder: _Folder) -> Iterator[str]:
    """What every reader needs."""
    config = folder.config
    if config.get("peft_type") != "LORA":
        yield "`peft_type` is not `LORA`"
    if not isinstance(config.get("target_modules"), list):
        yield "`target_modules` is no list of modules"
    if not config.get("base_model_name_or_path"):
        yield "`base_model_name_or_path` is empty"
    for module, pair in folder.updates().items():
        named = any(module == m or module.endswith(f".{m}") for m in config["target_modules"])
        if set(pair) != {"A", "B"} or pair["A"][0] != pair["B"][1] or not named:
            yield f"`{module}` has no A and B of one rank, or is not among the modules"


def _plain_scale(folder: _Folder) -> Iterator[str]:
    """One rank and alpha for all: some readers look at nothing else."""
    config = folder.config
    ranks = {pair["A"][0] for pair in folder.updates().values()}
    if ranks != {config.get("r")} or config.get("lora_alpha") != config.get("r"):
        yield f"ranks {sorted(ranks)} under r = {config.get('r')}, alpha {config.get('lora_alpha')}"
    if config.get("rank_pattern") or config.get("alpha_pattern") or config.get("use_rslora"):
        yield "patterns or rsLoRA, which are ignored"


def _known_rank(folder: _Folder) -> Iterator[str]:
    if folder.config.get("r") not in RANKS:
        yield f"a rank of {folder.config.get('r')}"


def _no_variant(folder: _Folder) -> Iterator[str]:
    config = folder.config
    if config.get("bias", "none") != "none" or config.get("use_dora") or config.get("lora_bias"):
        yield "biases or DoRA"
    if config.get("layer_replication") or config.get("init_lora_weights", True) is not True:
        yield "replicated layers, or initial values that change the backbone"


def _only_lora(folder: _Folder) -> Iterator[str]:
    if folder.config.get("modules_to_save") or folder.others():
        yield f"modules that are saved whole: {', '.join(sorted(folder.others())[:2])}"


def _one_head(folder: _Folder) -> Iterator[str]:
    saved = set(folder.config.get("modules_to_save") or ())
    if saved and saved not in _HEADS:
        yield f"saved modules other than one head: {', '.join(sorted(saved)[:3])}"
    if [name for name in folder.others() if name.split(".")[-2] not in saved]:
        yield "tensors that are of no saved module"


def _packed(folder: _Folder) -> Iterator[str]:
    """Query, key and value are one map in servers."""
    found: dict[str, set[str]] = {}
    for module in folder.updates():
        parent, _, last = module.rpartition(".")
        found.setdefault(parent, set()).add(last)
    for parent, names in found.items():
        for group in _TOGETHER:
            if names & group and not group <= names:
                yield f"`{parent}` has {', '.join(sorted(names & group))} and not all of them"


def _saved_whole(folder: _Folder) -> Iterator[str]:
    saved = folder.config.get("modules_to_save") or ()
    for name in folder.others():
        path = name.removeprefix("base_model.model.").rpartition(".")[0]
        if not any(path == module or path.endswith(f".{module}") for module in saved):
            yield f"`{name}` is of no saved module"


_SERVER = (_lora, _plain_scale, _known_rank, _no_variant, _packed)
READERS: Mapping[str, tuple[Rule, ...]] = {
    "peft": (_lora, _saved_whole),
    "transformers": (_lora, _saved_whole),
    "vllm": (*_SERVER, _one_head),
    "sglang": (*_SERVER, _only_lora),
    "lorax": (*_SERVER, _only_lora),
    "tensorrt-llm": (*_SERVER, _only_lora),
    "llama.cpp": (*_SERVER, _only_lora),
}
"""By program, the rules that a folder must keep."""


def readers_of(folder: str | Path) -> dict[str, list[str]]:
    """For every reader, why it would refuse a folder or get it wrong; nothing where it reads it.

    Raises:
        BundleError: the folder is none of `peft`.
    """
    folder = Path(folder)
    config = read_json(folder / "adapter_config.json")
    with safe_open(folder / "adapter_model.safetensors", "pt") as tensors:
        shapes = {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}
    found = _Folder(config, shapes)
    return {reader: [f for rule in rules for f in rule(found)] for reader, rules in READERS.items()}
