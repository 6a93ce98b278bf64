"""What is wrong with a model that was read, and would not show until it gives wrong answers."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from hyperadapters.backbones import Model, base_of, family_of, head_parameters
from hyperadapters.errors import BackboneError

__all__ = [
    "check_alone",
    "check_complete",
    "check_numbers",
    "check_types",
    "check_vocabulary",
    "types_in",
]


def check_alone(adapter: str | None, source: str | Path) -> None:
    """Raises where an adapter of `peft` lies beside a backbone, or in its place: which of the two
    is meant would depend on the packages that are installed.

    Args:
        adapter: its configuration file; None where there is none.
        source: of the backbone.
    """
    if adapter is not None:
        raise BackboneError(
            f"`{source}` has an adapter of `peft`: it is not one model",
            where=adapter,
            expected="a backbone alone",
            cause="an adapter was saved into the folder of its backbone, or in place of one",
            remedy="move `adapter_config.json` and its weights away; or merge them into the "
            "backbone, by `merge_and_unload()` of `peft`, and save that in a folder of its own",
        )


def check_complete(model: Model, missing: set[str], source: str | Path) -> None:
    """Raises where weights are missing that would be drawn at random: all but those of a head."""
    whole = [model.get_output_embeddings()] if family_of(model).towers.whole else []
    own = {id(one) for part in (base_of(model), *whole) for one in part.parameters()}
    own -= {id(parameter) for parameter in head_parameters(model)}  # T5 has no inner model
    needed = {name for name, parameter in model.named_parameters() if id(parameter) in own}
    lost = needed & missing
    if lost:
        raise BackboneError(
            f"the backbone `{source}` is not whole",
            expected="weights for every layer",
            found=f"{len(lost)} tensors are missing, among them `{min(lost)}`",
            cause="an incomplete copy, or a model of another kind under this `model_type`",
            remedy="copy it again, or take another backbone",
        )


def check_types(stored: Mapping[str, str], model: Model, source: str | Path) -> None:
    """Raises where a weight of a model is stored as anything but numbers with a point: those were
    quantised, and would be read as they stand.

    Args:
        stored: the types of tensors in its files, by name.
        model: as it was read.
        source: of the files.
    """
    names = [f".{name}" for name, _ in model.named_parameters()]
    for tensor, kind in stored.items():
        is_weight = any(n.endswith(f".{tensor}") or f".{tensor}".endswith(n) for n in names)
        if is_weight and "F" not in kind:
            raise BackboneError(
                f"the model `{source}` has weights that are no floating-point numbers",
                expected="weights in single or half precision",
                found=f"`{tensor}` of the type {kind}",
                cause="the model was quantised, or the file was changed",
                remedy="take the model as it was trained",
            )


def types_in(source: str | Path) -> dict[str, str]:
    """The types of the tensors in a folder, by name; none of what is on the hub.

    Raises:
        SafetensorError: a file cannot be read.
    """
    return dict(pair for file in Path(source).glob("*.safetensors") for pair in _types(file))


def _types(file: Path) -> Iterator[tuple[str, str]]:
    with safe_open(file, "pt") as tensors:
        for name in tensors.keys():
            yield name, tensors.get_slice(name).get_dtype()


def check_numbers(model: Any, source: str | Path) -> None:
    """Raises where a weight is infinite, or no number."""
    broken = [name for name, weight in model.named_parameters() if not _is_finite(weight)]
    if broken:
        raise BackboneError(
            f"the model `{source}` has weights that are not finite",
            expected="numbers",
            found=f"infinity, or no number, in {len(broken)} tensors, among them `{broken[0]}`",
            cause="training had failed when they were saved, or the file was changed",
            remedy="copy it again, or take another model",
        )


def _is_finite(weight: torch.Tensor) -> bool:
    return bool(torch.isfinite(weight.detach()).all())


def check_vocabulary(model: Model, tokens: int) -> None:
    """Raises where a backbone has no embedding for some token."""
    read, said = model.get_input_embeddings(), model.get_output_embeddings()
    if tokens <= read.num_embeddings:
        return
    apart = said is not None and said.weight is not read.weight and model.config.tie_word_embeddings
    first = "set `config.tie_word_embeddings = False` (its head is its own), " if apart else ""
    raise BackboneError(
        "the tokenizer has tokens that the backbone has no embedding for",
        expected=f"at most {read.num_embeddings} tokens",
        found=str(tokens),
        cause="tokens were added, or the tokenizer is another model's",
        remedy="save the tokenizer that the backbone was trained with beside it; or, for tokens of "
        f"your own, {first}call `resize_token_embeddings` on the model, and save both anew",
    )
