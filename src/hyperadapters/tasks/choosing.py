"""How a text-to-text task chooses what it writes: by generation, or by likelihood."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast, final, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.metrics import Metric, Statistics
from hyperadapters.tasks.base import Question, Scorer, Task
from hyperadapters.tasks.batch import Batch, Share
from hyperadapters.tasks.decoding import decoded, generated, spelt, started
from hyperadapters.tasks.wordings import Wording

__all__ = ["Greedy", "Likelihood", "TextScorer", "Writes", "Written"]


@runtime_checkable
class Writes(Protocol):
    """What choosing needs of a task."""

    @property
    def name(self) -> str:
        """Of the task in the run file."""

    @property
    def wording(self) -> Wording:
        """What can be written, and what it says."""

    @property
    def metric(self) -> Metric:
        """Of the labels that what is written says."""

    def counted(self, example: Any) -> str:
        """The label of an example as the metric counts it."""

    def costs(self, logits: Float[Tensor, "vector token_id"], share: Share) -> list[Statistics]:
        """(nats, tokens) of the target of each example."""


class Written(NamedTuple):
    """What was written, and the label that it says; None for none."""

    text: str
    label: str | None


class TextScorer(Scorer):
    """A way to choose the text that a task writes."""

    @property
    @abstractmethod
    def way(self) -> str:
        """What is said of it beside a score."""

    @abstractmethod
    def chosen(self, task: Writes, question: Question) -> list[str]:
        """The text for each example of a batch."""

    def written(self, task: Writes, question: Question) -> list[Written]:
        """The text for each example, and what it says; how many say no label is told."""
        texts = self.chosen(task, question)
        found = [Written(text, task.wording.said(text)) for text in texts]
        lost = sum(one.label is None for one in found)
        if lost:
            question.told["answered with no label"] += lost
        return found

    def judge(self, task: Task, question: Question) -> list[Statistics]:
        """What the text for each example adds to the metric."""
        own = cast(Writes, task)
        found = self.written(own, question)
        labels = [own.wording.missing if one.label is None else one.label for one in found]
        pairs = zip(question.examples, labels, strict=True)
        return [own.metric.statistics([own.counted(one)], [label]) for one, label in pairs]

    def remark(self, task: Task, examples: Sequence[Any]) -> str:
        """How the text was chosen, and what the most frequent one would score for all examples."""
        own = cast(Writes, task)
        gold = [own.counted(one) for one in examples]
        ((most, _),) = Counter(gold).most_common(1)
        constant = own.metric.pooled([own.metric.statistics([one], [most]) for one in gold])
        return f"always `{most}`: {100 * own.metric.score(constant):.1f}; {self.way}"


@final
@dataclass(frozen=True)
class Greedy(TextScorer):
    """The most probable token after another, at most as many as the longest label has."""

    @property
    def way(self) -> str:
        """Its name."""
        return "by greedy generation"

    def chosen(self, task: Writes, question: Question) -> list[str]:
        """The text that is generated for each example."""
        targets = spelt(question.tokenizer, len(question.tokenizer), task.wording.texts)
        found = generated(
            question.model,
            question.context,
            question.batch.inputs,
            question.tokenizer,
            beams=1,
            most=max(map(len, targets)),
        )
        return decoded(question.tokenizer, found)


@final
@dataclass(frozen=True)
class Likelihood(TextScorer):
    """The label whose text, with its end, is the most likely, in nats.

    Args:
        per_token: the power of the number of its tokens that the log-likelihood is divided by: 0
            for their sum, 1 for their mean.
    """

    per_token: float = 0.0

    @property
    def way(self) -> str:
        """What the log-likelihood is divided by."""
        shared = "not divided by its length" if not self.per_token else "per token"
        return f"by the likelihood of each label, {shared}"

    def chosen(self, task: Writes, question: Question) -> list[str]:
        """The text of the best label for each example."""
        tokenizer, texts = question.tokenizer, task.wording.texts
        targets = spelt(tokenizer, len(tokenizer), texts)
        nats = [self._nats(task, question, ids) for ids in targets]
        return [texts[place] for place in torch.stack(nats).argmin(0).tolist()]

    def _nats(
        self, task: Writes, question: Question, ids: Sequence[int]
    ) -> Float[Tensor, " example"]:
        """What one text costs for each example."""
        batch = question.batch
        share, device = batch.shares[task.name], batch.inputs["input_ids"].device
        rows = torch.tensor([[started(question.tokenizer), *ids]], device=device)
        rows = rows.expand(len(batch), -1)
        inputs = {**batch.inputs, "decoder_input_ids": rows[:, :-1]}
        own = Share(share.examples, {"labels": rows[:, 1:]})
        asked = Batch(inputs, {task.name: own}, batch.observed)
        logits = question.model(question.context, asked).logits[task.name]
        nats = [total for total, _ in task.costs(logits, own)]
        return torch.tensor(nats) / float(len(ids) ** self.per_token)
