"""A tokenizer built in memory, and a model's view that can be computed by hand."""

from dataclasses import dataclass

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import PreTrainedTokenizerFast

SPECIAL = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4}
PIECES = ["a", "b", "c", "##a", "##b", "##c", "the", "cat", "##s", "sat", "on", "mat", "."]


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """WordPiece over `a`, `b`, `c` and a few words, with BERT's template; lowercases."""
    vocabulary = SPECIAL | {piece: place + 5 for place, piece in enumerate(PIECES)}
    built = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    built.normalizer = normalizers.BertNormalizer(lowercase=True)
    built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    built.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=built,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )


@dataclass(frozen=True)
class LinearView:
    """A view whose head and output embedding are one matrix each; it keeps what it was asked."""

    head_weight: Tensor
    output_weight: Tensor
    asked: list[tuple[str, list[int]]]

    def head(self, task: str, part: str, hidden: Tensor, examples: Tensor) -> Tensor:
        self.asked.append((f"{task}/{part}", examples.tolist()))
        return hidden @ self.head_weight.T

    def unembed(self, hidden: Tensor, examples: Tensor) -> Tensor:
        self.asked.append(("unembed", examples.tolist()))
        return hidden @ self.output_weight.T


@pytest.fixture
def view() -> LinearView:
    """Heads of 3 labels and 18 tokens on hidden states of 6 features."""
    generator = torch.Generator().manual_seed(1)
    return LinearView(
        torch.randn(3, 6, generator=generator), torch.randn(18, 6, generator=generator), []
    )
