"""The shapes of backbones known by name, for counting without weights or network."""

from collections.abc import Mapping
from typing import Any

__all__ = ["ARCHITECTURES"]

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
        "model_type": "marian",
        "vocab_size": 90_000,
        "d_model": 512,
        "encoder_ffn_dim": 2048,
        "decoder_ffn_dim": 2048,
        "encoder_layers": 6,
        "decoder_layers": 6,
        "encoder_attention_heads": 8,
        "decoder_attention_heads": 8,
        "activation_function": "relu",
        "scale_embedding": True,
    },
    "transformer-big": {
        "model_type": "marian",
        "vocab_size": 90_000,
        "d_model": 1024,
        "encoder_ffn_dim": 4096,
        "decoder_ffn_dim": 4096,
        "encoder_layers": 6,
        "decoder_layers": 6,
        "encoder_attention_heads": 16,
        "decoder_attention_heads": 16,
        "activation_function": "relu",
        "scale_embedding": True,
    },
}
"""The shapes of known backbones, as what differs from the defaults of their `model_type`: for
counting offline.
"""
