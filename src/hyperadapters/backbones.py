"""Where each position sits in the models of `transformers`: the only file that knows their module names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from torch import Tensor, nn

from hyperadapters.errors import BackboneError, UnknownName
from hyperadapters.sites import Site, Tower

__all__ = ["FAMILIES", "Family", "Place", "places_of", "project", "read", "transform"]

Activation = Callable[[Tensor], Tensor]
Wiring = Literal["after", "beside", "around", "in", "entry"]
Model = Any
"""A `transformers` model with its language-model head; that library's types do not survive strict checking."""


class Spot(NamedTuple):
    """How a position is wired, and the module it hangs on, relative to a layer or to the base model."""

    wiring: Wiring
    path: str


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


@dataclass(frozen=True)
class Family:
    """Module names of one or more `model_type`s. Paths of layers hang under the base model.

    Args:
        layers: per tower, the list of its layers.
        spots: positions in every layer.
        decoder: further positions in layers of a decoder, or those that sit elsewhere there.
        outside: positions outside the layers, per tower.
        transform: the language-model head before its output embedding, in order: modules or functions.
        unembed: the output embedding.
        fixed: modules of the base model that are constants and neither trained nor counted.
    """

    layers: Mapping[Tower, str]
    spots: Mapping[str, Spot]
    decoder: Mapping[str, Spot] = field(default_factory=dict)
    outside: Mapping[Tower, Mapping[str, Spot]] = field(default_factory=dict)
    transform: tuple[str | Activation, ...] = ()
    unembed: str = "lm_head"
    fixed: tuple[str, ...] = ()


def _beside(**paths: str) -> dict[str, Spot]:
    return {position: Spot("beside", path) for position, path in paths.items()}


_BERT_SPOTS = {
    "attention": Spot("after", "attention.output.dropout"),
    "ffn": Spot("after", "output.dropout"),
    "ffn_sum": Spot("around", "output.LayerNorm"),
    "attention_norm": Spot("in", "attention.output.LayerNorm"),
    "ffn_norm": Spot("in", "output.LayerNorm"),
    "layer": Spot("after", ""),
} | _beside(
    query="attention.self.query",
    key="attention.self.key",
    value="attention.self.value",
    attention_output="attention.output.dense",
    ffn_in="intermediate.dense",
    ffn_out="output.dense",
)


def _bert(transform: tuple[str | Activation, ...], unembed: str) -> Family:
    return Family(
        layers={"encoder": "encoder.layer"},
        spots=_BERT_SPOTS,
        outside={"encoder": {"embedding_norm": Spot("in", "embeddings.LayerNorm")}},
        transform=transform,
        unembed=unembed,
    )


_DISTILBERT = Family(
    layers={"encoder": "transformer.layer"},
    spots={
        "attention": Spot("after", "attention.out_lin"),
        "ffn": Spot("after", "ffn.dropout"),
        "ffn_sum": Spot("around", "output_layer_norm"),
        "attention_norm": Spot("in", "sa_layer_norm"),
        "ffn_norm": Spot("in", "output_layer_norm"),
        "layer": Spot("after", ""),
    }
    | _beside(
        query="attention.q_lin",
        key="attention.k_lin",
        value="attention.v_lin",
        attention_output="attention.out_lin",
        ffn_in="ffn.lin1",
        ffn_out="ffn.lin2",
    ),
    outside={"encoder": {"embedding_norm": Spot("in", "embeddings.LayerNorm")}},
    transform=("vocab_transform", "activation", "vocab_layer_norm"),
    unembed="vocab_projector",
)


_T5 = Family(
    layers={"encoder": "encoder.block", "decoder": "decoder.block"},
    spots={
        "attention": Spot("after", "layer.0.SelfAttention.o"),
        "ffn": Spot("after", "layer.-1.DenseReluDense.wo"),
        "ffn_sum": Spot("after", ""),
        "layer": Spot("after", ""),
        "attention_norm": Spot("in", "layer.0.layer_norm"),
        "ffn_norm": Spot("in", "layer.-1.layer_norm"),
    }
    | _beside(
        query="layer.0.SelfAttention.q",
        key="layer.0.SelfAttention.k",
        value="layer.0.SelfAttention.v",
        attention_output="layer.0.SelfAttention.o",
        ffn_in="layer.-1.DenseReluDense.wi",
        ffn_gate="layer.-1.DenseReluDense.wi_0",
        ffn_gated="layer.-1.DenseReluDense.wi_1",
        ffn_out="layer.-1.DenseReluDense.wo",
    ),
    decoder={
        "cross_attention": Spot("after", "layer.1.EncDecAttention.o"),
        "cross_attention_norm": Spot("in", "layer.1.layer_norm"),
    },
    outside={
        "encoder": {"final_norm": Spot("in", "encoder.final_layer_norm")},
        "decoder": {"final_norm": Spot("in", "decoder.final_layer_norm")},
    },
)


def _bart(
    ffn_sum: Spot,
    outside: Mapping[Tower, Mapping[str, Spot]],
    fixed: tuple[str, ...] = (),
) -> Family:
    return Family(
        layers={"encoder": "encoder.layers", "decoder": "decoder.layers"},
        spots={
            "attention": Spot("after", "self_attn.out_proj"),
            "ffn": Spot("after", "fc2"),
            "ffn_sum": ffn_sum,
            "layer": Spot("after", ""),
            "attention_norm": Spot("in", "self_attn_layer_norm"),
            "ffn_norm": Spot("in", "final_layer_norm"),
        }
        | _beside(
            query="self_attn.q_proj",
            key="self_attn.k_proj",
            value="self_attn.v_proj",
            attention_output="self_attn.out_proj",
            ffn_in="fc1",
            ffn_out="fc2",
        ),
        decoder={
            "cross_attention": Spot("after", "encoder_attn.out_proj"),
            "cross_attention_norm": Spot("in", "encoder_attn_layer_norm"),
        },
        outside=outside,
        fixed=fixed,
    )


def _norms(**paths: str) -> dict[Tower, dict[str, Spot]]:
    towers: tuple[Tower, Tower] = ("encoder", "decoder")
    return {t: {p: Spot("in", f"{t}.{path}") for p, path in paths.items()} for t in towers}


_ROBERTA = _bert(("lm_head.dense", nn.functional.gelu, "lm_head.layer_norm"), "lm_head.decoder")

FAMILIES: Mapping[str, Family] = {
    "bert": _bert(("cls.predictions.transform",), "cls.predictions.decoder"),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "distilbert": _DISTILBERT,
    "t5": _T5,
    "mt5": _T5,
    "marian": _bart(
        Spot("around", "final_layer_norm"),
        {},
        fixed=("encoder.embed_positions", "decoder.embed_positions"),  # sinusoids
    ),
    "m2m_100": _bart(Spot("after", ""), _norms(final_norm="layer_norm")),
    "mbart": _bart(
        Spot("after", ""), _norms(final_norm="layer_norm", embedding_norm="layernorm_embedding")
    ),
}
"""Every `model_type` that can be adapted."""


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
    family, base = family_of(model), model.base_model
    places: dict[Site, Place] = {}
    for tower, path in family.layers.items():
        layers = list(_at(base, path).children())  # type: ignore[union-attr]
        spots = {**family.spots, **(family.decoder if tower == "decoder" else {})}
        for number, layer in enumerate(layers):
            found = ((position, spot, _at(layer, spot.path)) for position, spot in spots.items())
            for position, spot, module in found:
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
    if spot.wiring == "beside":
        assert isinstance(module, nn.Linear)
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
    """The last hidden states, (example, token, d_model): of the decoder where the inputs are for one, else of the encoder."""
    if not model.config.is_encoder_decoder:
        hidden: Tensor = model.base_model(**inputs).last_hidden_state
        return hidden
    mask = inputs["attention_mask"]
    encoded = model.get_encoder()(input_ids=inputs["input_ids"], attention_mask=mask)
    hidden = encoded.last_hidden_state
    if "decoder_input_ids" in inputs:
        decoded = model.get_decoder()(
            input_ids=inputs["decoder_input_ids"],
            encoder_hidden_states=hidden,
            encoder_attention_mask=mask,
            use_cache=False,
        )
        hidden = decoded.last_hidden_state
    return hidden


def transform(model: Model, hidden: Tensor) -> Tensor:
    """The language-model head up to its output embedding; T5 scales by 1/√d_model when its embeddings are tied."""
    for step in family_of(model).transform:
        module = _at(model, step) if isinstance(step, str) else step
        assert module is not None
        hidden = module(hidden)
    scaled = getattr(model.config, "scale_decoder_outputs", model.config.tie_word_embeddings)
    if model.config.model_type in ("t5", "mt5") and scaled:
        hidden = hidden * model.config.d_model**-0.5
    return hidden


def project(model: Model, hidden: Tensor) -> Tensor:
    """The output embedding: scores over the vocabulary."""
    unembed = _at(model, family_of(model).unembed)
    assert unembed is not None
    scores: Tensor = unembed(hidden)
    bias = getattr(model, "final_logits_bias", None)
    return scores if bias is None else scores + bias[0]


def head_parameters(model: Model) -> Iterator[nn.Parameter]:
    """The language-model head's own parameters: not the matrix it shares with the input embedding."""
    base = {id(parameter) for parameter in model.base_model.parameters()}
    if model.base_model is model:  # T5 has no inner model; its head is one matrix
        base = {id(model.get_input_embeddings().weight)}
    seen = set(base)
    for path in (*family_of(model).transform, family_of(model).unembed):
        module = _at(model, path) if isinstance(path, str) else None
        for parameter in [] if module is None else module.parameters():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield parameter


def backbone_parameters(model: Model) -> Iterator[nn.Parameter]:
    """What pre-training learned but for the language-model head's own parameters, each once."""
    left_out = {id(parameter) for parameter in head_parameters(model)}
    for path in family_of(model).fixed:
        module = _at(model.base_model, path)
        assert module is not None
        left_out |= {id(parameter) for parameter in module.parameters()}
    return (parameter for parameter in model.parameters() if id(parameter) not in left_out)


def recompute_layers(model: Model, context_fn: Callable[[], Any]) -> None:
    """Switches non-reentrant gradient checkpointing on, with a context for what is recomputed."""
    rules = {"use_reentrant": False, "context_fn": context_fn}
    newer = getattr(model, "activation_checkpointing_enable", None)  # transformers 5.2x renamed it
    (newer or model.gradient_checkpointing_enable)(rules)


def recomputing(model: Model) -> Iterator[Any]:
    """The checkpointing functions that are switched on, with the rules they were given as keywords."""
    for module in model.modules():
        if getattr(module, "gradient_checkpointing", False):
            yield module._gradient_checkpointing_func
