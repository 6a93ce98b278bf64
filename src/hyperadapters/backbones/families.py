"""Module names of the models of `transformers`, one table per family."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from torch import Tensor, nn

from hyperadapters.backbones.towers import DecoderOnly, EncoderDecoder, EncoderOnly, Towers
from hyperadapters.sites import Tower

__all__ = ["FAMILIES", "Family", "Spot", "Wiring"]

Activation = Callable[[Tensor], Tensor]
Wiring = Literal["after", "beside", "around", "in", "entry", "residual"]


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
        towers: how its models read and write.
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

    towers: Towers
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
    **_spots("after", attention="attention.output.dropout", ffn="output.dropout"),
    **_spots("around", ffn_sum="output.LayerNorm"),
    **_spots("residual", ffn_parallel="output"),
    **_spots("in", attention_norm="attention.output.LayerNorm", ffn_norm="output.LayerNorm"),
    **_spots("after", layer=""),
    **_spots(
        "beside",
        query="attention.self.query",
        key="attention.self.key",
        value="attention.self.value",
        attention_output="attention.output.dense",
        ffn_in="intermediate.dense",
        ffn_out="output.dense",
    ),
}
_EMBEDDING_NORM: Mapping[Tower, Mapping[str, Spot]] = {
    "encoder": _spots("in", embedding_norm="embeddings.LayerNorm")
}


def _bert(
    transform: tuple[str | Activation, ...], unembed: str, positions: Literal["zero", "padding"]
) -> Family:
    return Family(
        EncoderOnly(),
        layers={"encoder": "encoder.layer"},
        spots=_BERT_SPOTS,
        outside=_EMBEDDING_NORM,
        transform=transform,
        unembed=unembed,
        positions=positions,
    )


_ROBERTA = _bert(
    ("lm_head.dense", nn.functional.gelu, "lm_head.layer_norm"), "lm_head.decoder", "padding"
)
_DISTILBERT = Family(
    EncoderOnly(),
    layers={"encoder": "transformer.layer"},
    spots={
        **_spots("after", attention="attention.out_lin", ffn="ffn.dropout"),
        **_spots("around", ffn_sum="output_layer_norm"),
        **_spots("in", attention_norm="sa_layer_norm", ffn_norm="output_layer_norm"),
        **_spots("after", layer=""),
        **_spots(
            "beside",
            ffn_parallel="ffn",
            query="attention.q_lin",
            key="attention.k_lin",
            value="attention.v_lin",
            attention_output="attention.out_lin",
            ffn_in="ffn.lin1",
            ffn_out="ffn.lin2",
        ),
    },
    outside=_EMBEDDING_NORM,
    transform=("vocab_transform", "activation", "vocab_layer_norm"),
    unembed="vocab_projector",
)


def _norms(**paths: str) -> dict[Tower, dict[str, Spot]]:
    towers: tuple[Tower, Tower] = ("encoder", "decoder")
    return {t: {p: Spot("in", f"{t}.{path}") for p, path in paths.items()} for t in towers}


_ATTENTION, _FFN = "layer.0.SelfAttention", "layer.-1.DenseReluDense"
_CROSS = "layer.1.EncDecAttention"
_T5 = Family(
    EncoderDecoder(),
    layers={"encoder": "encoder.block", "decoder": "decoder.block"},
    spots={
        **_spots("after", attention=f"{_ATTENTION}.o", ffn=f"{_FFN}.wo", ffn_sum="", layer=""),
        **_spots("in", attention_norm="layer.0.layer_norm", ffn_norm="layer.-1.layer_norm"),
        **_spots(
            "beside",
            ffn_parallel="layer.-1",
            query=f"{_ATTENTION}.q",
            key=f"{_ATTENTION}.k",
            value=f"{_ATTENTION}.v",
            attention_output=f"{_ATTENTION}.o",
            ffn_in=f"{_FFN}.wi",
            ffn_gate=f"{_FFN}.wi_0",
            ffn_gated=f"{_FFN}.wi_1",
            ffn_out=f"{_FFN}.wo",
        ),
    },
    decoder={
        **_spots("after", cross_attention=f"{_CROSS}.o"),
        **_spots("in", cross_attention_norm="layer.1.layer_norm"),
        **_spots(
            "beside",
            cross_query=f"{_CROSS}.q",
            cross_key=f"{_CROSS}.k",
            cross_value=f"{_CROSS}.v",
            cross_output=f"{_CROSS}.o",
        ),
    },
    outside=_norms(final_norm="final_layer_norm"),
)


def _bart(ffn_sum: Spot, fixed: tuple[str, ...] = (), **norms: str) -> Family:
    return Family(
        EncoderDecoder(),
        layers={"encoder": "encoder.layers", "decoder": "decoder.layers"},
        spots={
            **_spots("after", attention="self_attn.out_proj", ffn="fc2"),
            "ffn_sum": ffn_sum,
            **_spots("after", layer=""),
            **_spots("in", attention_norm="self_attn_layer_norm", ffn_norm="final_layer_norm"),
            **_spots(
                "beside",
                query="self_attn.q_proj",
                key="self_attn.k_proj",
                value="self_attn.v_proj",
                attention_output="self_attn.out_proj",
                ffn_in="fc1",
                ffn_out="fc2",
            ),
        },
        decoder={
            **_spots("after", cross_attention="encoder_attn.out_proj"),
            **_spots("in", cross_attention_norm="encoder_attn_layer_norm"),
            **_spots(
                "beside",
                cross_query="encoder_attn.q_proj",
                cross_key="encoder_attn.k_proj",
                cross_value="encoder_attn.v_proj",
                cross_output="encoder_attn.out_proj",
            ),
        },
        outside=_norms(**norms),
        fixed=fixed,
    )


def _decoder(attention: str, ffn: str, ffn_norm: str) -> Family:
    """A decoder alone, its norms before each sub-layer.

    Args:
        attention, ffn: what gives what is added to the residual, and so where adapters act.
        ffn_norm: of what the feed-forward sub-layer reads.
    """
    return Family(
        DecoderOnly(),
        layers={"decoder": "layers"},
        spots={
            **_spots("after", attention=attention, ffn=ffn, ffn_sum="", layer=""),
            **_spots("in", attention_norm="input_layernorm", ffn_norm=ffn_norm),
            **_spots(
                "beside",
                query="self_attn.q_proj",
                key="self_attn.k_proj",
                value="self_attn.v_proj",
                attention_output="self_attn.o_proj",
                ffn_gate="mlp.gate_proj",
                ffn_gated="mlp.up_proj",
                ffn_out="mlp.down_proj",
            ),
        },
        outside={"decoder": _spots("in", final_norm="norm")},
    )


_LLAMA = _decoder("self_attn.o_proj", "mlp", "post_attention_layernorm")
_SINUSOIDS = ("encoder.embed_positions", "decoder.embed_positions")
FAMILIES: Mapping[str, Family] = {
    "bert": _bert(("cls.predictions.transform",), "cls.predictions.decoder", "zero"),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "distilbert": _DISTILBERT,
    "t5": _T5,
    "mt5": _T5,
    "marian": _bart(Spot("around", "final_layer_norm"), _SINUSOIDS),
    "m2m_100": _bart(Spot("after", ""), final_norm="layer_norm"),
    "mbart": _bart(
        Spot("after", ""), final_norm="layer_norm", embedding_norm="layernorm_embedding"
    ),
    "llama": _LLAMA,
    "qwen2": _LLAMA,
    "qwen3": _LLAMA,
    "gemma3_text": _decoder(  # it has norms behind its sub-layers too
        "post_attention_layernorm", "post_feedforward_layernorm", "pre_feedforward_layernorm"
    ),
}
"""Every `model_type` that can be adapted."""
