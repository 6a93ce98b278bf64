"""Sites, hidden states and language-model heads of a model, found through its family's names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from hyperadapters.backbones.beams import TokenSearch
from hyperadapters.backbones.families import FAMILIES, Family, Spot, Wiring
from hyperadapters.backbones.searching import Keep
from hyperadapters.errors import BackboneError, UnknownName
from hyperadapters.sites import Site, Tower

__all__ = [
    "Model",
    "Place",
    "backbone_parameters",
    "base_of",
    "family_of",
    "first_position",
    "generate",
    "head_parameters",
    "places_of",
    "project",
    "read",
    "recompute_layers",
    "recomputing",
    "search",
    "segments",
    "tower_of",
    "transform",
]

Model = Any
"""A `transformers` model with its language-model head; that library's types do not survive strict
checking.
"""


@dataclass(frozen=True)
class Place:
    """One site in one model: its module, how forms attach there, and the widths they work between.

    `bias` tells whether that module adds something of its own (a T5 norm does not).
    """

    module: nn.Module
    wiring: Wiring
    width_in: int
    width_out: int
    bias: bool


def family_of(model: Model) -> Family:
    """The family of a model.

    Raises:
        UnknownName: its `model_type` is not in the table.
    """
    if model.config.model_type not in FAMILIES:
        raise UnknownName("backbone", model.config.model_type, FAMILIES)
    return FAMILIES[model.config.model_type]


def places_of(model: Model) -> dict[Site, Place]:
    """Every site of a model, layers first, in the order of computation."""
    family, base = family_of(model), base_of(model)
    places: dict[Site, Place] = {}
    for tower, path in family.layers.items():
        layers = list(base.get_submodule(path).children())
        spots = {**family.spots, **(family.decoder if tower == "decoder" else {})}
        for (number, layer), (position, spot) in product(enumerate(layers), spots.items()):
            module = _at(layer, spot.path)
            if module is not None:  # gated and plain feed-forward layers name theirs differently
                places[Site(tower, number, position)] = _place(model, spot, module)
        places[Site(tower, None, "embeddings")] = _place(model, Spot("entry", ""), layers[0])
    for tower, norms in family.outside.items():
        for position, spot in norms.items():
            module = _at(base, spot.path)
            if module is None:
                raise BackboneError(f"`{spot.path}` is missing from {model.config.model_type}")
            places[Site(tower, None, position)] = _place(model, spot, module)
    return places


def _place(model: Model, spot: Spot, module: nn.Module) -> Place:
    width_in = width_out = int(model.config.hidden_size)
    if spot.wiring == "beside" and isinstance(module, nn.Linear):
        width_in, width_out = module.in_features, module.out_features
    bias = spot.wiring != "in" or getattr(module, "bias", None) is not None
    return Place(module, spot.wiring, width_in, width_out, bias)


def _at(module: nn.Module, path: str) -> nn.Module | None:
    """The module at a dotted path; numbers index lists, also from the end."""
    for name in filter(None, path.split(".")):
        children = dict(module.named_children())
        if name.startswith("-"):
            children = {str(i - len(children)): child for i, child in enumerate(children.values())}
        if name not in children:
            return None
        module = children[name]
    return module


def read(model: Model, inputs: Mapping[str, Tensor]) -> Tensor:
    """The last hidden states, (example, token, d_model): one per token that is written where the
    inputs have `decoder_input_ids`, else one per token that is read.
    """
    return family_of(model).towers.read(model, _placed(model, inputs))


def generate(model: Model, **inputs: Any) -> Tensor:
    """What the model's own `generate` writes, (example · return sequence, token); a decoder alone
    reads padding first, and what it read is not given back.
    """
    return family_of(model).towers.generate(model, inputs)


def search(model: Model, way: TokenSearch, keep: Keep, **inputs: Any) -> Tensor:
    """What a search writes, (example, token), given as by `generate`. Examples leave the batch when
    they are done; `keep` is told which remain.
    """
    return family_of(model).towers.search(model, way, keep, inputs)


def base_of(model: Model) -> Model:
    """The model below its head; T5 has none and is its own.

    `base_model` of Gemma 3 in `transformers` 4.57 is the whole model.
    """
    inner = model.base_model
    return getattr(model, "model", model) if inner is model else inner


def tower_of(model: Model, inputs: Mapping[str, Tensor]) -> Tower:
    """The tower whose states `read` gives."""
    return family_of(model).towers.tower(inputs)


def first_position(model: Model) -> int | None:
    """The position id of a first token; None where position ids cannot be given."""
    counted_from = family_of(model).positions
    if counted_from is None:
        return None
    return 0 if counted_from == "zero" else int(model.config.pad_token_id) + 1


def _placed(model: Model, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """0-based positions as the model counts them, and segments; left out where it takes none."""
    first = first_position(model)
    optional = ("position_ids", "token_type_ids")
    placed = {name: tensor for name, tensor in inputs.items() if name not in optional}
    placed.update(segments(model, inputs))
    if "position_ids" in inputs and first is not None:
        placed["position_ids"] = inputs["position_ids"] + first
    return placed


def segments(model: Model, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The segment of each token, of the inputs of a model that tells segments apart; nothing of the
    others, such as DistilBERT and XLM-R.
    """
    tells = int(getattr(model.config, "type_vocab_size", 0) or 0) > 1
    return {name: inputs[name] for name in ("token_type_ids",) if tells and name in inputs}


def transform(model: Model, hidden: Tensor) -> Tensor:
    """The language-model head up to its output embedding; T5 scales by 1/√d_model when its
    embeddings are tied.
    """
    for step in family_of(model).transform:
        hidden = (model.get_submodule(step) if isinstance(step, str) else step)(hidden)
    if model.config.model_type in ("t5", "mt5") and _scaled(model.config):
        hidden = hidden * model.config.d_model**-0.5
    return hidden


def _scaled(shape: Any) -> bool:
    """Whether the model scales its last states: where its embeddings were tied in pre-training.

    `transformers` 5 keeps that under a name of its own for T5, and never scales for mT5.
    """
    older = transformers.__version__.startswith("4.")
    return bool(getattr(shape, "scale_decoder_outputs", older and shape.tie_word_embeddings))


def project(model: Model, hidden: Tensor) -> Tensor:
    """The output embedding: scores over the vocabulary, within the bounds of a Gemma that has
    some.
    """
    scores: Tensor = model.get_submodule(family_of(model).unembed)(hidden)
    bias = getattr(model, "final_logits_bias", None)
    bound = getattr(model.config, "final_logit_softcapping", None)
    scores = scores if bias is None else scores + bias[0]
    return scores if bound is None else torch.tanh(scores / bound) * bound


def head_parameters(model: Model) -> Iterator[nn.Parameter]:
    """The language-model head's own parameters: not the matrix that is the input embedding's; none
    of a decoder alone, whose output layer is of the backbone.
    """
    family = family_of(model)
    paths = () if family.towers.whole else (*family.transform, family.unembed)
    base = {id(parameter) for parameter in base_of(model).parameters()}
    if base_of(model) is model:  # T5 has no inner model; its head is one matrix
        base = {id(model.get_input_embeddings().weight)}
    seen = set(base)
    for path in paths:
        module = _at(model, path) if isinstance(path, str) else None
        for parameter in [] if module is None else module.parameters():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield parameter


def backbone_parameters(model: Model) -> Iterator[nn.Parameter]:
    """What pre-training learned but for the language-model head's own parameters, each once."""
    left_out = {id(parameter) for parameter in head_parameters(model)}
    for path in family_of(model).fixed:
        fixed = base_of(model).get_submodule(path)
        left_out |= {id(parameter) for parameter in fixed.parameters()}
    return (parameter for parameter in model.parameters() if id(parameter) not in left_out)


def recompute_layers(model: Model, context_fn: Callable[[], Any]) -> None:
    """Switches non-reentrant gradient checkpointing on, with a context for what is recomputed."""
    rules = {"use_reentrant": False, "context_fn": context_fn}
    newer = getattr(model, "activation_checkpointing_enable", None)  # transformers 5.2x renamed it
    (newer or model.gradient_checkpointing_enable)(rules)
    if getattr(model, "_require_grads_hook", None) is not None:
        # Newer versions ask for gradients of frozen embeddings, which reentrant checkpointing needs
        # and this does not; no graph can be compiled of that.
        model.disable_input_require_grads()


def recomputing(model: Model) -> Iterator[Mapping[str, Any]]:
    """The rules of every checkpointing function that is switched on."""
    for module in model.modules():
        if getattr(module, "gradient_checkpointing", False):
            yield getattr(module._gradient_checkpointing_func, "keywords", {})
