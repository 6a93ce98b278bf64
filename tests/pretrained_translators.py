"""Tokenizers of pre-trained models for translation, with tiny vocabularies, and models for them."""

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, M2M100Config, MBartConfig
from transformers import M2M100ForConditionalGeneration as M2M100
from transformers import MBartForConditionalGeneration as MBart

__all__ = ["CODES", "TEXTS", "saved", "tokenizer_of"]

CODES = {
    "nllb": {"en": "eng_Latn", "de": "deu_Latn", "sw": "swh_Latn"},
    "mbart-50": {"en": "en_XX", "de": "de_DE", "sw": "sw_KE"},
}
TEXTS = {
    "de": ["ein Haus am See", "das Haus ist alt", "der See ist tief", "ein alter See"],
    "en": ["a house by the lake", "the house is old", "the lake is deep", "an old lake"],
}
_MARKS = {"cls_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
_MORE = {"sep_token": "</s>", "mask_token": "<mask>"}  # that of mBART-50 has no `bos_token`
_SHAPE = {
    **{"d_model": 8, "encoder_layers": 1, "decoder_layers": 1, "max_position_embeddings": 64},
    **{"encoder_attention_heads": 2, "decoder_attention_heads": 2, "init_std": 1.0},
    **{"encoder_ffn_dim": 8, "decoder_ffn_dim": 8, "dropout": 0.0, "attention_dropout": 0.0},
}


def tokenizer_of(kind: str, folder: Path) -> Any:
    """The class of `transformers` for a kind of model, around a vocabulary of a few sentences."""
    bpe = kind == "nllb"
    model: Any = models.BPE(unk_token="<unk>", fuse_unk=True) if bpe else models.Unigram()
    whole = Tokenizer(model)
    whole.pre_tokenizer, whole.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    special = list(_MARKS.values())
    trainer: Any = (
        trainers.BpeTrainer(vocab_size=80, special_tokens=special, show_progress=False)
        if bpe
        else trainers.UnigramTrainer(
            vocab_size=60, special_tokens=special, unk_token="<unk>", show_progress=False
        )
    )
    whole.train_from_iterator([text for own in TEXTS.values() for text in own], trainer)
    whole.save(str(folder / "tokenizer.json"))
    codes = list(CODES[kind].values())
    said = {
        "tokenizer_class": "NllbTokenizer" if bpe else "MBart50Tokenizer",
        **_MARKS,
        **_MORE,
        "additional_special_tokens": codes,
        "src_lang": codes[0],
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
    return AutoTokenizer.from_pretrained(folder)


def saved(kind: str, folder: Path) -> Any:
    """A folder with such a tokenizer and an untrained model, which is given back."""
    tokenizer = tokenizer_of(kind, folder)
    ids = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "decoder_start_token_id": tokenizer.eos_token_id,
    }
    torch.manual_seed(0)
    model: Any = (
        M2M100(M2M100Config(**_SHAPE, **ids))
        if kind == "nllb"
        else MBart(MBartConfig(**_SHAPE, **ids))
    )
    model.generation_config.forced_eos_token_id = None
    model.save_pretrained(folder)
    return model.eval()
