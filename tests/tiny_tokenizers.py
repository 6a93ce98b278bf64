"""Tiny tokenizers of every family: they differ in how they mark where a word begins."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

TEXT = [
    "Morika went to the market with two friends , and they bought 12 ripe mangoes .",
    "The market of New York opens at nine ; Morika 's friends went there too .",
    "Ilé Ìwà wà ní ìlú , « ilé » ni . 10 000 it's <x> [y]",
    "你 好 ， 世 界 ！ one two three four five six seven eight nine ten",
]
_SPLIT = (
    r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""As tokenizers of large language models split text."""


def _with_marks(inner: Tokenizer, **more: Any) -> PreTrainedTokenizerFast:
    """`<s>` before a text and `</s>` behind it."""
    known = [(name, inner.token_to_id(name)) for name in ("<s>", "</s>")]
    frame = {"single": "<s> $A </s>", "pair": "<s> $A </s> </s> $B </s>"}
    added = processors.TemplateProcessing(**frame, special_tokens=known)
    before = inner.post_processor
    inner.post_processor = added if before is None else processors.Sequence([before, added])
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    names |= {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
    return PreTrainedTokenizerFast(tokenizer_object=inner, **names, **more)


_MARKS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def _bpe(
    before: Any, *, normal: Any = None, after: Any = None, **more: Any
) -> PreTrainedTokenizerFast:
    inner = Tokenizer(models.BPE(unk_token="<unk>"))
    if before is not None:
        inner.pre_tokenizer = before
    if normal is not None:
        inner.normalizer = normal
    alphabet = pre_tokenizers.ByteLevel.alphabet() if after is not None else []
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=_MARKS, initial_alphabet=alphabet, show_progress=False
    )
    inner.train_from_iterator(TEXT * 4, trainer)
    if after is not None:
        inner.post_processor, inner.decoder = after, decoders.ByteLevel()
    else:
        inner.decoder = decoders.Metaspace()
    return _with_marks(inner, **more)


def byte_level(prefix: bool, trim: bool = True) -> PreTrainedTokenizerFast:
    """As RoBERTa's: a byte-level BPE, whose words but the first begin with `Ġ`."""
    marks = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    after = processors.ByteLevel(trim_offsets=trim)
    return _bpe(marks, after=after, add_prefix_space=prefix)


def _split() -> PreTrainedTokenizerFast:
    parts = [
        pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
    marks = pre_tokenizers.Sequence(parts)
    return _bpe(marks, normal=normalizers.NFC(), after=processors.ByteLevel(trim_offsets=False))


def _over_words() -> PreTrainedTokenizerFast:
    """Pieces of several words: there is nothing that keeps `New York` apart."""
    marks = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return _bpe(marks, after=processors.ByteLevel(trim_offsets=False))


def _unigram(before: Any, normal: Any = None) -> PreTrainedTokenizerFast:
    inner = Tokenizer(models.Unigram())
    inner.pre_tokenizer, inner.decoder = before, decoders.Metaspace()
    if normal is not None:
        inner.normalizer = normal
    trainer = trainers.UnigramTrainer(
        vocab_size=150, special_tokens=_MARKS, unk_token="<unk>", show_progress=False
    )
    inner.train_from_iterator(TEXT * 4, trainer)
    return _with_marks(inner)


def _word_piece() -> PreTrainedTokenizerFast:
    inner = Tokenizer(models.WordPiece(unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.normalizer = normalizers.BertNormalizer(lowercase=True)
    inner.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=_MARKS, show_progress=False)
    inner.train_from_iterator(TEXT * 4, trainer)
    return _with_marks(inner)


def _llama() -> PreTrainedTokenizerFast:
    """No pre-tokenizer: the normaliser writes the marks."""
    marks = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    return _bpe(None, normal=normalizers.Sequence(marks))


_COLLAPSED = normalizers.Sequence(
    [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " "), normalizers.Strip()]
)
_SPACES = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])

_MADE: Mapping[str, Callable[[], PreTrainedTokenizerFast]] = {
    "bert": _word_piece,
    "roberta": lambda: byte_level(False),
    "roberta-prefix": lambda: byte_level(True),
    "roberta-untrimmed": lambda: byte_level(False, trim=False),
    "qwen": _split,
    "xlm-roberta": lambda: _unigram(pre_tokenizers.Metaspace(), _COLLAPSED),
    "t5": lambda: _unigram(_SPACES, normalizers.NFKC()),
    "mt5": lambda: _unigram(pre_tokenizers.Metaspace()),
    "first": lambda: _unigram(pre_tokenizers.Metaspace(prepend_scheme="first")),
    "never": lambda: _unigram(pre_tokenizers.Metaspace(prepend_scheme="never")),
    "llama": _llama,
}
FAMILIES = tuple(_MADE)
"""Those whose pieces are within words."""


@cache
def of_family(name: str) -> PreTrainedTokenizerFast:
    """The tokenizer of a family."""
    return _MADE[name]()


@cache
def over_words() -> PreTrainedTokenizerFast:
    """One with pieces of several words."""
    return _over_words()


@cache
def bare() -> PreTrainedTokenizerFast:
    """As that of Qwen: nothing is added to a text, and none has a beginning of its own."""
    made = _split()
    made.backend_tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=made.backend_tokenizer, eos_token="</s>", pad_token="</s>"
    )
