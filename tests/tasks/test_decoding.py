"""What a backbone writes, whatever lies beside it."""

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

import tiny
from hyperadapters.context import Context, Row
from hyperadapters.errors import BackboneError
from hyperadapters.methods import METHODS
from hyperadapters.tasks.decoding import generated, spelt

END = "<|endoftext|>"


def tokenizer() -> PreTrainedTokenizerFast:
    """One whose unknown token is its end too, as that of GPT-2."""
    inner = Tokenizer(models.WordLevel({END: 0, "yes": 1, "no": 2}, unk_token=END))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=inner, unk_token=END, eos_token=END)


def test_the_end_of_a_label_is_no_unknown_part_of_it() -> None:
    assert spelt(tokenizer(), 3, ("yes", "no")) == ((1, 0), (2, 0))
    with pytest.raises(BackboneError, match="no token for a part of `maybe`"):
        spelt(tokenizer(), 3, ("yes", "maybe"))


@pytest.mark.parametrize("family", ["t5", "llama"])
def test_rules_beside_a_backbone_change_nothing(family: str) -> None:
    row = Row(task="ner", language="en")
    model = tiny.adapted(METHODS["task-adapters"](), [row], family=family)
    ids = torch.tensor([[5, 6, 7, 8], [8, 9, 10, 11]])
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    inputs["decoder_input_ids"] = torch.zeros(2, 1, dtype=torch.long)
    given = (model, Context.uniform(row, 2), inputs, tokenizer())
    greedy = generated(*given, beams=1, most=6)
    for name, value in [
        ("repetition_penalty", 9.0),
        ("no_repeat_ngram_size", 1),
        ("min_length", 9),
    ]:
        setattr(model.backbone.generation_config, name, value)
    assert torch.equal(generated(*given, beams=1, most=6), greedy)
