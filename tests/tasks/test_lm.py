"""Language modelling: what is read, what it costs in nats, and which backbones learn it."""

import math

import pytest
import torch
from torch.nn import functional

import systems
import tiny
import tiny_tokenizers
from hyperadapters.config import run_from
from hyperadapters.context import BASE, Context, Row
from hyperadapters.errors import BackboneError, ConfigError
from hyperadapters.examples import Text
from hyperadapters.model.adapt import adapt
from hyperadapters.tasks import LanguageModelling, collate

LM = LanguageModelling("text")
ROW = Row(task="text", language="en")
TEXTS = [Text("one two three"), Text("nine"), Text("four five six seven")]


def test_every_token_and_the_end_is_told_from_those_before_it() -> None:
    begins, bare = tiny_tokenizers.of_family("qwen"), tiny_tokenizers.bare()
    for tokenizer, first in ((begins, begins.bos_token_id), (bare, bare.eos_token_id)):
        ids = tokenizer("one two three", add_special_tokens=False)["input_ids"]
        encoded = LM.encode(tokenizer, TEXTS[0], 32)
        assert encoded.ids == [first, *ids] and encoded.uncut
        assert encoded.targets["labels"] == [*ids, tokenizer.eos_token_id]
        cut = LM.encode(tokenizer, TEXTS[0], len(ids))
        assert cut.targets["labels"] == ids and not cut.uncut


def test_its_cost_is_that_of_the_model_of_transformers() -> None:
    tokenizer = tiny_tokenizers.bare()
    backbone = tiny.backbone("llama")
    backbone.resize_token_embeddings(len(tokenizer))
    model = adapt(backbone, systems.HYPER_X, tasks=[LM], rows=[ROW]).double().eval()
    drawn = [(LM, ROW, LM.encode(tokenizer, text, 32)) for text in TEXTS]
    batch = collate(drawn, tokenizer.pad_token_id)
    with torch.no_grad():
        logits = model(Context.uniform(BASE, 3), batch).logits["text"]
    found = LM.statistics(logits, batch.shares["text"])
    for (nats, tokens), text in zip(found, TEXTS, strict=True):
        ids = tokenizer(text.text)["input_ids"]
        whole = torch.tensor([tokenizer.eos_token_id, *ids, tokenizer.eos_token_id])
        scores = backbone(input_ids=whole[None, :-1]).logits[0].detach()
        expected = functional.cross_entropy(scores, whole[1:], reduction="sum")
        assert (nats, tokens) == (pytest.approx(float(expected), rel=1e-5), len(whole) - 1)
    perplexity = math.exp(sum(nats for nats, _ in found) / sum(tokens for _, tokens in found))
    assert LM.metric.score(LM.metric.pooled(found)) == pytest.approx(perplexity)


def test_a_tokenizer_without_an_end_is_refused(tokenizer) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BackboneError, match="no token for the end of a text"):
        LM.encode(tokenizer, TEXTS[0], 32)


@pytest.mark.parametrize(
    ("kind", "type", "said"),
    [
        ("lm", "t5", "`t5` cannot learn task `text`(.|\n)*a decoder alone"),
        ("lm", "bert", "`bert` cannot learn task `text`(.|\n)*a decoder alone"),
        ("mlm", "llama", "`llama` cannot learn task `text`(.|\n)*with an encoder"),
    ],
)
def test_a_backbone_with_other_towers_is_refused(kind: str, type: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        run_from(run_file(kind, type))


def test_an_odd_head_cannot_be_turned() -> None:
    with pytest.raises(ConfigError, match="`width` / `heads` is odd, 3"):
        run_from(run_file("lm", "llama", width=6))


def run_file(kind: str, type: str, width: int = 8) -> dict[str, object]:
    shape = {"type": type, "layers": 1, "width": width, "heads": 2, "ffn": 8}
    return {
        "name": "towers",
        "backbone": {"architecture": shape},
        "method": "hyper-x-lora",
        "tasks": {"text": {"kind": kind, "data": {"format": "cldr", "content": "text"}}},
        "train": {"text": ["en"]},
    }
