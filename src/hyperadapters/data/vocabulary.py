"""A vocabulary for a model trained from scratch: cased WordPiece, as multilingual BERT's."""

from collections.abc import Mapping, Sequence

from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

__all__ = ["train_tokenizer"]

_SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def train_tokenizer(texts: Sequence[str], size: int, positions: int) -> PreTrainedTokenizerFast:
    """A fast tokenizer learned from text: the same one from the same text, in every process.

    Args:
        texts: sentences of all languages, as often as they should count.
        size: entries of the vocabulary at most, special ones included.
        positions: the most tokens a sequence may have.
    """
    learned = _pipeline({})
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        special_tokens=[*_SPECIAL.values(), *_continuations(learned, texts)],
        show_progress=False,
    )
    learned.train_from_iterator(texts, trainer)
    tokenizer = _pipeline(learned.get_vocab(with_added_tokens=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=positions, **_SPECIAL
    )


def _pipeline(vocabulary: Mapping[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(dict(vocabulary), unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def _continuations(tokenizer: Tokenizer, texts: Sequence[str]) -> list[str]:
    """Every character that occurs inside a word, as WordPiece writes it, in code point order.

    The trainer breaks ties between pairs by the numbers of their parts, and numbers these
    characters in the order of a hash table that differs from process to process. Given as special
    tokens they are numbered here.
    """
    inside: set[str] = set()
    for text in texts:
        normal = tokenizer.normalizer.normalize_str(text)
        for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal):
            inside.update(word[1:])
    return [f"##{character}" for character in sorted(inside)]
