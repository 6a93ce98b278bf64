"""What every task is: how an example becomes tensors, which head reads it, its loss, its score."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from hyperadapters.context import Context, Row
from hyperadapters.errors import TrainingError
from hyperadapters.forms import Form
from hyperadapters.metrics import Loss, Metric, Statistics
from hyperadapters.tasks.batch import IGNORED, Batch, Encoded, Share, inside, padded

__all__ = [
    "IGNORED",
    "Batch",
    "Encoded",
    "Head",
    "Question",
    "Reader",
    "Share",
    "Task",
    "Tokenizer",
    "View",
    "collate",
    "full_precision",
    "padded",
    "special_ids",
]

Tokenizer = Any
"""A fast tokenizer of `transformers`; that library ships no types for it."""


@runtime_checkable
class View(Protocol):
    """What a task sees of an adapted model: its head, and the backbone's own output embedding."""

    def head(
        self,
        task: str,
        part: str,
        hidden: Float[Tensor, "example place _"],
        examples: Int[Tensor, " example"],
    ) -> Float[Tensor, "example place _"]:
        """One part of a task's head on vectors of some examples of the batch, ascending.

        A place is a token, a word, a span or the whole sentence, as the task chooses.
        """

    def unembed(
        self, hidden: Float[Tensor, "vector d_model"], examples: Int[Tensor, " vector"]
    ) -> Float[Tensor, "vector token_id"]:
        """Scores over the tokenizer's vocabulary; `examples` tells whose vector each is."""


@runtime_checkable
class Reader(Protocol):
    """What scoring sees of an adapted model: teacher-forced logits, and generation."""

    def __call__(self, context: Context, batch: Batch) -> Any:
        """Outputs with `logits` by task."""

    def generate(self, context: Context, **inputs: Any) -> Int[Tensor, "example token"]:
        """The backbone's own `generate`, each example under its own row."""


@dataclass(frozen=True)
class Question:
    """A batch of one task that is put to a model.

    Args:
        model: in eval mode, without gradients.
        context: the row of each example.
        batch: of this task alone, its examples in order.
        examples: as they were before they were encoded.
        tokenizer: that encoded them.
    """

    model: Reader
    context: Context
    batch: Batch
    examples: Sequence[Any]
    tokenizer: Tokenizer


class Head(NamedTuple):
    """One part of a task's head.

    Args:
        form: what it computes; its weights are at `Site.of_head(task, part)`.
        width_in: features of the vectors that it reads; None for the backbone's d_model.
    """

    form: Form
    width_in: int | None = None


class Task(ABC):
    """A task under its name in the run file.

    Args:
        name: the name of the factor `task` that this task has.
        metric: how predictions are scored.
        heads: the parts of its head by name; none where the backbone's own head serves.
    """

    name: str
    metric: Metric
    heads: Mapping[str, Head]

    @property
    def generates(self) -> int:
        """The most tokens that it lets the backbone generate for an example."""
        return 0

    @property
    def forced(self) -> Metric:
        """How teacher-forced logits are scored: what `statistics` counts for."""
        return self.metric

    def row(self, language: str) -> Row:
        """The row of the data that the run file lists as `language`."""
        return Row(task=self.name, language=language)

    def hops(self, language: str) -> tuple[str, ...]:
        """What the run file lists as `language`, as steps of which each works on the last one's
        answers.
        """
        return (language,)

    def addressed(self, examples: Sequence[Any], hop: str) -> Sequence[Any]:
        """The examples of a cell as one of its `hops` reads them."""
        return examples

    @abstractmethod
    def encode(self, tokenizer: Tokenizer, example: Any, length: int) -> Encoded:
        """One example as token ids and targets, cut to at most `length` tokens."""

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Any], length: int
    ) -> Iterator[Encoded]:
        """Each example as `encode` gives it."""
        return (self.encode(tokenizer, example, length) for example in examples)

    def admits(self, encoded: Encoded) -> bool:
        """Whether an example is fit to be trained on."""
        return True

    @abstractmethod
    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Int[Tensor, "example token"] | None]:
        """The targets of some examples, padded to `tokens`, and input ids to replace their own.

        Only tasks that draw (masks) use `generator`; the others return None for the ids. What the
        ids hold on padding does not count.
        """

    @abstractmethod
    def logits(
        self, view: View, hidden: Float[Tensor, "example token d_model"], share: Share
    ) -> Tensor:
        """Scores of the task's own examples.

        Args:
            view: the adapted model.
            hidden: the last hidden states of the share's examples, in its order.
            share: the task's part of the batch.
        """

    @abstractmethod
    def loss(self, logits: Tensor, share: Share, *, smoothing: float = 0.0) -> Loss:
        """Cross-entropy in nats, as (total, count); `smoothing` in [0, 1) goes to all labels."""

    @abstractmethod
    def statistics(self, logits: Tensor, share: Share) -> list[Statistics]:
        """What each example of the share adds to the metric `forced`."""

    def remark(self, examples: Sequence[Any]) -> str:
        """What a reader of a score on these examples should know; empty for nothing."""
        return ""

    def judge(self, question: Question) -> list[Statistics]:
        """What each example of a batch adds to the task's metric."""
        outputs = question.model(question.context, question.batch)
        return self.statistics(outputs.logits[self.name], question.batch.shares[self.name])

    def carry(self, question: Question) -> list[Any]:
        """The examples of a batch as the next hop reads them: unchanged, where a task gives no
        answers to go on with.
        """
        return list(question.examples)


@lru_cache(maxsize=8)
def special_ids(tokenizer: Tokenizer, size: int) -> frozenset[int]:
    """The ids of all tokens that are no pieces of text: `[CLS]`, `</s>`, `<2de>`; that of an
    unknown piece too.

    Args:
        size: `len(tokenizer)`, by which tokens that were added since are noticed.
    """
    added = (place for place, token in tokenizer.added_tokens_decoder.items() if token.special)
    return frozenset((*added, *tokenizer.all_special_ids))


def collate(
    drawn: Sequence[tuple[Task, Row, Encoded]], pad_id: int, generator: torch.Generator
) -> Batch:
    """A batch from examples in their final order, padded to the longest.

    Args:
        drawn: per example its task, the row of its data, and the example.
        pad_id: the tokenizer's padding id.
        generator: for tasks that draw; its state is part of the run's state.
    """
    sources = [encoded.ids for _, _, encoded in drawn]
    tokens = max(map(len, sources))
    ids, mask = padded(sources, tokens, pad_id), inside(sources, tokens).long()
    shares: dict[str, Share] = {}
    for task in {task.name: task for task, _, _ in drawn}.values():
        places = [place for place, (owner, _, _) in enumerate(drawn) if owner.name == task.name]
        examples = torch.tensor(places)
        targets, replaced = task.targets([drawn[place][2] for place in places], tokens, generator)
        if replaced is not None:
            ids[examples] = torch.where(mask[examples].bool(), replaced, pad_id)
        shares[task.name] = Share(examples, targets)
    inputs = {"input_ids": ids, "attention_mask": mask}
    read = [encoded.decoder_ids for _, _, encoded in drawn if encoded.decoder_ids is not None]
    if read and len(read) < len(drawn):
        raise TrainingError(
            "a batch mixes tasks that need a decoder with tasks that do not",
            found=", ".join(shares),
            remedy="set `recipe.contexts_per_batch: 1`, or train them in phases of their own",
        )
    if read:
        inputs["decoder_input_ids"] = padded(read, max(map(len, read)), pad_id)
    if any(encoded.positions is not None for _, _, encoded in drawn):
        inputs["position_ids"] = _positions([encoded for _, _, encoded in drawn], tokens)
    return Batch(inputs, shares, tuple(row for _, row, _ in drawn))


def _positions(encoded: Sequence[Encoded], tokens: int) -> Int[Tensor, "example token"]:
    positions = torch.arange(tokens).repeat(len(encoded), 1)
    for place, one in enumerate(encoded):
        if one.positions is not None:
            positions[place, : len(one.positions)] = torch.tensor(one.positions)
    return positions


def full_precision(logits: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
    """Scores in at least float32: a loss summed in half precision loses its small terms."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
