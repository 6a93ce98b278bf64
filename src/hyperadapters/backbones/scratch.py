"""Backbones from scratch: what the configuration of each type needs for a shape of a run file."""

from collections.abc import Callable, Mapping
from math import sqrt
from typing import Any

from hyperadapters.backbones.shapes import DECODERS, decoder, text_to_text, transformer

__all__ = ["from_random"]

_ENCODER_SHAPE = {
    "layers": "num_hidden_layers",
    "width": "hidden_size",
    "heads": "num_attention_heads",
    "ffn": "intermediate_size",
    "positions": "max_position_embeddings",
    "dropout": "hidden_dropout_prob",
}
_BERT_STD, _BERT_WIDTH = 0.02, 768
"""BERT's initial standard deviation is meant for its width; sums over fewer features need more."""

Shape = Mapping[str, Any]
Own = dict[str, Any]
"""`vocab_size`, `pad_token_id` and `eos_token_id`."""


def from_random(shape: Shape, vocabulary: int, pad_id: int, eos_id: int | None) -> dict[str, Any]:
    """The values of a configuration, its `model_type` among them.

    Args:
        shape: see `architectures.from_scratch`, and so the others.
    """
    own = {"vocab_size": vocabulary, "pad_token_id": pad_id, "eos_token_id": eos_id}
    return _TYPES[shape["type"]](shape, own)


def _size(shape: Shape) -> dict[str, int]:
    return {key: shape[key] for key in ("layers", "width", "heads", "ffn")}


def _std(shape: Shape) -> float:
    return float(_BERT_STD * sqrt(_BERT_WIDTH / shape["width"]))


def _marian(shape: Shape, own: Own) -> dict[str, Any]:
    return {
        **transformer(**_size(shape)),
        **own,
        "max_position_embeddings": shape["positions"],
        "dropout": shape["dropout"],
        "attention_dropout": 0.0,
        "init_std": shape["width"] ** -0.5,
        "decoder_start_token_id": own["pad_token_id"],
        "forced_eos_token_id": None,
        "bos_token_id": None,
    }


def _t5(shape: Shape, own: Own) -> dict[str, Any]:
    drop = {"dropout_rate": shape["dropout"], "decoder_start_token_id": own["pad_token_id"]}
    return {**text_to_text(**_size(shape)), **own, **drop}


def _decoder(shape: Shape, own: Own) -> dict[str, Any]:
    return {
        "model_type": shape["type"],
        **decoder(**_size(shape)),
        **own,
        "max_position_embeddings": 2
        * shape["positions"],  # of what is read, and of what is written
        "attention_dropout": shape["dropout"],
        "initializer_range": _std(shape),
        "bos_token_id": None,
    }


def _bert(shape: Shape, own: Own) -> dict[str, Any]:
    given = {_ENCODER_SHAPE[key]: value for key, value in shape.items() if key in _ENCODER_SHAPE}
    return {
        "model_type": shape["type"],
        **given,
        "attention_probs_dropout_prob": shape["dropout"],
        "initializer_range": _std(shape),
        "vocab_size": own["vocab_size"],
        "pad_token_id": own["pad_token_id"],
    }


def _roberta(shape: Shape, own: Own) -> dict[str, Any]:
    """Its position ids start behind the padding id."""
    positions = shape["positions"] + own["pad_token_id"] + 1
    return {**_bert(shape, own), "max_position_embeddings": positions}


_TYPES: Mapping[str, Callable[[Shape, Own], dict[str, Any]]] = {
    "bert": _bert,
    "roberta": _roberta,
    "xlm-roberta": _roberta,
    "marian": _marian,
    "t5": _t5,
    **dict.fromkeys(DECODERS, _decoder),
}
