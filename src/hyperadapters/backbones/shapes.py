"""The shapes of backbones known by name, for counting without weights or network."""

from collections.abc import Mapping
from typing import Any

__all__ = ["ARCHITECTURES", "DECODERS", "decoder", "text_to_text", "transformer"]

DECODERS = ("llama", "qwen2", "qwen3", "gemma3_text")
"""The types of decoders that can be made from scratch."""


def transformer(*, layers: int, width: int, heads: int, ffn: int) -> dict[str, Any]:
    """The Transformer of Vaswani et al. (2017), both towers alike: ReLU, norms after the residual,
    all embeddings tied and scaled by √width, fixed sinusoids.
    """
    tower = {"layers": layers, "attention_heads": heads, "ffn_dim": ffn}
    return {
        "model_type": "marian",
        "d_model": width,
        "activation_function": "relu",
        "scale_embedding": True,
        **{f"{side}_{key}": tower[key] for side in ("encoder", "decoder") for key in tower},
    }


def text_to_text(*, layers: int, width: int, heads: int, ffn: int) -> dict[str, Any]:
    """T5 (Raffel et al., 2020), both towers alike: ReLU, norms before each sub-layer, all
    embeddings tied, distances between tokens in place of positions.
    """
    tower = {"num_layers": layers, "num_decoder_layers": layers, "num_heads": heads}
    return {"model_type": "t5", "d_model": width, "d_kv": width // heads, "d_ff": ffn, **tower}


def decoder(*, layers: int, width: int, heads: int, ffn: int) -> dict[str, Any]:
    """A decoder alone, as those of `DECODERS` are: gated feed-forward layers, rotated positions, as
    many keys and values as queries, tied embeddings.
    """
    return {
        "hidden_size": width,
        "intermediate_size": ffn,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": heads,
        "head_dim": width // heads,
        "query_pre_attn_scalar": width // heads,
        "tie_word_embeddings": True,
    }


ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "bert-base-multilingual-cased": {"model_type": "bert", "vocab_size": 119_547},
    "bert-base-cased": {"model_type": "bert", "vocab_size": 28_996},
    "xlm-roberta-base": {
        "model_type": "xlm-roberta",
        "vocab_size": 250_002,
        "max_position_embeddings": 514,
        "type_vocab_size": 1,
        "layer_norm_eps": 1e-5,
    },
    "distilbert-base-multilingual-cased": {"model_type": "distilbert", "vocab_size": 119_547},
    "t5-small": {"model_type": "t5"},
    "t5-base": {
        "model_type": "t5",
        "d_model": 768,
        "d_ff": 3072,
        "num_layers": 12,
        "num_heads": 12,
    },
    "transformer-base": {
        "vocab_size": 90_000,
        **transformer(layers=6, width=512, heads=8, ffn=2048),
    },
    "transformer-big": {
        "vocab_size": 90_000,
        **transformer(layers=6, width=1024, heads=16, ffn=4096),
    },
}
"""The shapes of known backbones, as what differs from the defaults of their `model_type`: for
counting offline.
"""
