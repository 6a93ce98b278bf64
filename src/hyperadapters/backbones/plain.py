"""Models with heads of their own, as `transformers` and `peft` save them: read, never adapted."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import transformers
from safetensors import safe_open
from transformers.utils import find_adapter_config_file

from hyperadapters.backbones.architectures import configuration, pretrained, reading
from hyperadapters.errors import BackboneError

__all__ = ["load_plain"]


def load_plain(auto: str, source: str | Path, told: Mapping[str, Any] | None = None) -> Any:
    """A model in float32 and evaluation mode; of files only safetensors are read, and no code that
    lies beside them is run. A folder of `peft` needs that package, and the backbone that it names.

    Args:
        auto: the class of `transformers` that reads it, such as `AutoModelForTokenClassification`.
        source: a folder, or a name on the hub.
        told: what a folder of `peft` does not say of its head, such as `num_labels`.

    Raises:
        BackboneError: it cannot be found or read, its files lack weights of its head, the folder
            has a whole model and an adapter, its configuration names attention on the hub, or it is
            of a kind that does not do such a task.
    """
    adapter = Path(source) / "adapter_model.safetensors"
    _check_one(Path(source))
    shape = configuration("model", _whole(source))  # refuses attention that is code of others, too
    _check_kind(source, shape, auto)
    given = dict(told or {}) if adapter.is_file() else {}
    model, missing = pretrained("model", source, getattr(transformers, auto), **given)
    lost = missing - _names_in(adapter)
    if lost:
        raise BackboneError(
            f"the model `{source}` is not whole",
            expected=f"weights for everything that `{auto}` has",
            found=f"{len(lost)} tensors are missing, among them `{min(lost)}`",
            cause="a backbone without a trained head, or one for another kind of task",
            remedy="give a model that was trained for this task",
        )
    return model.eval()


def _check_kind(source: str | Path, shape: Any, auto: str) -> None:
    if type(shape) not in getattr(transformers, auto)._model_mapping:
        raise BackboneError(
            f"the model `{source}` is of another kind",
            expected=f"one that `{auto}` reads",
            found=f"`{shape.model_type}`",
            remedy="give a model that was trained for this task",
        )


def _whole(source: str | Path) -> str | Path:
    """The model itself, or the backbone that an adapter of `peft` names."""
    with reading("adapter", source):
        adapter = find_adapter_config_file(str(source))
        if adapter is None:
            return source
        return str(json.loads(Path(adapter).read_bytes())["base_model_name_or_path"])


def _names_in(adapter: Path) -> set[str]:
    """The weights of a backbone that a folder of `peft` holds whole, such as its head."""
    if not adapter.is_file():
        return set()
    with reading("adapter", adapter), safe_open(adapter, "pt") as tensors:
        return {name.removeprefix("base_model.model.") for name in tensors.keys()}


def _check_one(folder: Path) -> None:
    """Raises where a folder has two models, a whole one and an adapter of `peft`."""
    adapter, whole = folder / "adapter_config.json", folder / "config.json"
    if adapter.is_file() and whole.is_file():
        raise BackboneError(
            f"`{folder}` has two models",
            expected="a model of `transformers`, or adapters of `peft`",
            found=f"`{whole.name}` and `{adapter.name}`",
            cause="an adapter was saved into the folder of its backbone",
            remedy="move the files of one of the two into a folder of its own",
        )
