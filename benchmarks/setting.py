"""The sizes everything is measured at."""

from dataclasses import dataclass
from typing import Any

import torch

from hyperadapters.backbones.architectures import from_scratch
from hyperadapters.context import Context, Row
from hyperadapters.metrics import Accuracy
from hyperadapters.tasks import Batch, Share
from hyperadapters.tasks.tagging import Tagging

__all__ = ["BERT_BASE", "TINY", "Setting", "languages"]


@dataclass(frozen=True)
class Setting:
    """A backbone with random weights, a batch, and the sizes of the adapters.

    Args:
        layers, width, heads, ffn: of a BERT encoder without dropout.
        vocabulary: token ids; small, because embedding lookups are not what is measured.
        examples, tokens: of the batch, without padding.
        narrow, wide: widths of the bottlenecks.
        code, hidden, embedding: widths inside Hyper-X.
    """

    layers: int
    width: int
    heads: int
    ffn: int
    vocabulary: int
    examples: int
    tokens: int
    narrow: int
    wide: int
    code: int
    hidden: int
    embedding: int
    labels: int = 7

    def backbone(self) -> Any:
        """A fresh encoder; the same weights every time."""
        torch.manual_seed(0)
        shape = {"type": "bert", "layers": self.layers, "width": self.width, "heads": self.heads}
        rest = {"ffn": self.ffn, "positions": self.tokens, "dropout": 0.0}
        return from_scratch(shape | rest, self.vocabulary)

    def task(self) -> Tagging:
        """A tagging task: its head costs next to nothing."""
        return Tagging("tag", tuple(map(str, range(self.labels))), Accuracy())

    def batch(self) -> Batch:
        """Random token ids, each with a random label."""
        generator = torch.Generator().manual_seed(0)
        shape = (self.examples, self.tokens)
        ids = torch.randint(1, self.vocabulary, shape, generator=generator)
        labels = torch.randint(self.labels, shape, generator=generator)
        share = Share(torch.arange(self.examples), {"labels": labels})
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        return Batch(inputs, {"tag": share}, (Row(),) * self.examples)

    def context(self, rows: int) -> Context:
        """Equal blocks of examples, one for each of `rows` languages; it divides `examples`."""
        block = self.examples // rows
        named = languages(rows)
        return Context.of_examples(named[example // block] for example in range(self.examples))


def languages(number: int) -> list[Row]:
    """Rows of one task and so many languages."""
    return [Row(task="tag", language=f"language-{place}") for place in range(number)]


BERT_BASE = Setting(
    layers=12,
    width=768,
    heads=12,
    ffn=3072,
    vocabulary=1000,
    examples=16,
    tokens=64,
    narrow=48,
    wide=256,
    code=192,
    hidden=192,
    embedding=64,
)
TINY = Setting(
    layers=2,
    width=16,
    heads=2,
    ffn=24,
    vocabulary=40,
    examples=4,
    tokens=6,
    narrow=3,
    wide=5,
    code=6,
    hidden=7,
    embedding=4,
)
"""For tests: runs in milliseconds, measures nothing."""
