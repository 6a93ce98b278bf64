"""Vocabularies of models from scratch: WordPiece for encoders, Unigram for translation."""

import io
import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import sentencepiece
from tokenizers import (
    AddedToken,
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

from hyperadapters.document.values import NormalForm
from hyperadapters.errors import DataError

__all__ = ["train_joint_tokenizer", "train_tokenizer"]

_SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}

_MOST = 5_000_000
"""Sentences that a joint vocabulary is learned from; the trainer holds 20 bytes a character."""
_LONG = 1000
"""Characters of a text; the time that trainers take grows with the square of it."""
_PART = re.compile(rf"(?s).{{1,{_LONG}}}(?:\s|$)|.{{1,{_LONG}}}")
_BYTES = 1 << 16
"""Of a part of a text; the trainer passes over longer ones without a word."""
_FORMS: Mapping[NormalForm, Callable[[], normalizers.Normalizer]] = {
    "nfc": normalizers.NFC,
    "nfkc": normalizers.NFKC,
}
_NAMES: Mapping[NormalForm, Literal["NFC", "NFKC"]] = {"nfc": "NFC", "nfkc": "NFKC"}
_SPACES: Mapping[NormalForm, str] = {"nfc": r"[ \t\n\r\x0b\x0c]+", "nfkc": r"\s+"}
"""What is read as one space, as a pattern."""


def train_tokenizer(
    texts: Sequence[str], size: int, positions: int, *, form: NormalForm = "nfc"
) -> PreTrainedTokenizerFast:
    """A fast tokenizer learned from text: the same one from the same text, in every process.

    Args:
        texts: sentences of all languages, as often as they should count.
        size: entries of the vocabulary at most, special ones included; a text with more characters,
            inside words and out, has an entry for each.
        positions: the most tokens a sequence may have.
        form: what text is brought into before it is read.
    """
    texts = [part for text in texts for part in _parts(text)]
    learned = _pipeline({}, form)
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        special_tokens=[*_SPECIAL.values(), *_continuations(learned, texts)],
        show_progress=False,
    )
    learned.train_from_iterator(texts, trainer)
    tokenizer = _pipeline(learned.get_vocab(with_added_tokens=False), form)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=positions, **_SPECIAL
    )


def train_joint_tokenizer(
    texts: Mapping[str, Sequence[str]],
    size: int,
    positions: int,
    *,
    added: Sequence[str],
    form: NormalForm = "nfc",
    temperature: float = 5.0,
    seed: int = 0,
) -> PreTrainedTokenizerFast:
    """A Unigram vocabulary over all languages (SentencePiece; Baziotis et al., 2022, section 4).

    Args:
        texts: by language; a language of n sentences is sampled in proportion to n^(1/temperature),
            five million sentences in all at most.
        size: entries of the vocabulary at most, special and added ones included.
        positions: the most tokens a sequence may have.
        added: tokens that text never holds, such as `<2de>`.
        form: what text is brought into before it is read.
        seed: of the sample.

    Raises:
        DataError: there is no such vocabulary: too small for the characters, or too little text.
    """
    sample = _sample(texts, temperature, seed)
    read = [_plain(part, form) for text in sample for part in _parts(text)]
    pieces = _unigrams(read, size - len(added))
    model = models.Unigram(pieces, unk_id=[piece for piece, _ in pieces].index("<unk>"))
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [_FORMS[form](), normalizers.Replace(Regex(_SPACES[form]), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in added])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", tokenizer.token_to_id("</s>"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=positions,
        pad_token="<pad>",
        unk_token="<unk>",
        eos_token="</s>",
    )


def _unigrams(texts: Sequence[str], size: int) -> list[tuple[str, float]]:
    """Pieces and their log-probabilities; one thread, because the sums of several differ."""
    written = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=written,
            model_type="unigram",
            vocab_size=size,
            hard_vocab_limit=False,
            character_coverage=0.99995,
            normalization_rule_name="identity",
            max_sentence_length=_BYTES,
            pad_id=0,
            unk_id=1,
            eos_id=2,
            bos_id=-1,
            num_threads=1,
            minloglevel=2,
        )
    except RuntimeError as fault:
        raise DataError(
            f"no vocabulary of {size} pieces can be learned from {len(texts)} texts",
            where="backbone.architecture.vocabulary",
            found=str(fault).rpartition("] ")[2].strip() or str(fault),
            cause="more characters than pieces, as of Chinese or Japanese; or there is hardly any "
            "text",
            remedy="raise `vocabulary`, or add text",
        ) from None
    learned = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    return [(learned.id_to_piece(i), learned.get_score(i)) for i in range(learned.vocab_size())]


def _sample(
    texts: Mapping[str, Sequence[str]], temperature: float, seed: int, most: int = _MOST
) -> list[str]:
    """As many sentences as there are, or `most`, in the languages' new proportions: those of a
    small language several times.
    """
    every = sum(map(len, texts.values()))
    weights = {name: (len(own) / every) ** (1 / temperature) for name, own in texts.items() if own}
    scale, total = sum(weights.values()), min(every, most)
    chosen: list[str] = []
    for name, weight in sorted(weights.items()):
        own = list(texts[name])
        times, rest = divmod(max(1, round(total * weight / scale)), len(own))
        chosen += own * times + random.Random(f"{seed}/{name}").sample(own, rest)
    return chosen


def _plain(text: str, form: NormalForm) -> str:
    """A text as the tokenizer of a joint vocabulary brings it into its form."""
    return re.sub(_SPACES[form], " ", unicodedata.normalize(_NAMES[form], text))


def _parts(text: str) -> list[str]:
    """A text in parts of at most a thousand characters, cut at spaces where there are any."""
    return [text] if len(text) <= _LONG else _PART.findall(text)


def _pipeline(vocabulary: Mapping[str, int], form: NormalForm) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(dict(vocabulary), unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [_FORMS[form](), normalizers.BertNormalizer(lowercase=False, strip_accents=False)]
    )
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
