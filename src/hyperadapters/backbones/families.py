"""Module names of the models of `transformers`, one table per family."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from torch import Tensor, nn

from hyperadapters.sites import Tower

__all__ = ["FAMILIES", "Family", "Spot", "Wiring"]

Activation = Callable[[Tensor], Tensor]
Wiring = Literal["after", "beside", "around", "in", "entry"]


class Spot(NamedTuple):
    """How a position is wired, and the module it hangs on, relative to a layer or to the base
    model.
    """

    wiring: Wiring
    path: str


@dataclass(frozen=True)
class Family:
    """Module names of one or more `model_type`s. Paths of layers hang under the base model.

    Args:
        layers: per tower, the list of its layers.
        spots: positions in every layer.
        decoder: further positions in layers of a decoder, or those that sit elsewhere there.
        outside: positions outside the layers, per tower.
        transform: the language-model head before its output embedding, in order: modules or
            functions.
        unembed: the output embedding.
        positions: where position ids can be given, what they count from: `zero`, or from
            `padding`, the first after the id of the padding token.
        fixed: modules of the base model that are constants and neither trained nor counted.
    """

    layers: Mapping[Tower, str]
    spots: Mapping[str, Spot]
    decoder: Mapping[str, Spot] = field(default_factory=dict)
    outside: Mapping[Tower, Mapping[str, Spot]] = field(default_factory=dict)
    transform: tuple[str | Activation, ...] = ()
    unembed: str = "lm_head"
    positions: Literal["zero", "padding"] | None = None
    fixed: tuple[str, ...] = ()


def _spots(wiring: Wiring, **paths: str) -> dict[str, Spot]:
    return {position: Spot(wiring, path) for position, path in paths.items()}


_BERT_SPOTS = {
    "attention": Spot("after", "attention.output.dropout"),
    "ffn": Spot("after", "output.dropout"),
    "ffn_sum": Spot("around", "output.LayerNorm"),
    "attention_norm": Spot("in", "attention.output.LayerNorm"),
    "ffn_norm": Spot("in", "output.LayerNorm"),
    "layer": Spot("after", ""),
} | _spots(
    "beside",
    query="attention.self.query",
    key="attention.self.key",
    value="attention.self.value",
    attention_output="attention.output.dense",
    ffn_in="intermediate.dense",
    ffn_out="output.dense",
)


def _bert(
    transform: tuple[str | Activation, ...],
    unembed: str,
    positions: Literal["zero", "padding"],
) -> Family:
    return Family(
        layers={"encoder": "encoder.layer"},
        spots=_BERT_SPOTS,
        outside={"encoder": {"embedding_norm": Spot("in", "embeddings.LayerNorm")}},
        transform=transform,
        unembed=unembed,
        positions=positions,
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
    | _spots(
        "beside",
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
    | _spots(
        "beside",
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
        | _spots(
            "beside",
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


_ROBERTA = _bert(
    ("lm_head.dense", nn.functional.gelu, "lm_head.layer_norm"), "lm_head.decoder", "padding"
)

FAMILIES: Mapping[str, Family] = {
    "bert": _bert(("cls.predictions.transform",), "cls.predictions.decoder", "zero"),
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
