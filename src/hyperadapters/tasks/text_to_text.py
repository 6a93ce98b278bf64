"""Text to text: labels that a backbone with a decoder writes (Raffel et al., 2020)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast, final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.data.reading import read_each
from hyperadapters.errors import DataError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.metrics import Accuracy, Metric, Statistics
from hyperadapters.routes import Route
from hyperadapters.tasks.asking import ASKED
from hyperadapters.tasks.base import Answering, Head, Question, Task, Tokenizer
from hyperadapters.tasks.batch import Encoded, Share, of_part, padded
from hyperadapters.tasks.choosing import Greedy, TextScorer, Written
from hyperadapters.tasks.decoding import ended, spelt, started
from hyperadapters.tasks.tokens import TokenTask
from hyperadapters.tasks.wordings import Template, Wording

__all__ = ["TextToText", "Writing"]

Example = Labelled | LabelledPair
_AT_ONCE = 1000
"""Examples that are tokenized in one call."""


@final
class Writing(Answering):
    """A label for a line, or for the two texts that a tab divides it into.

    Args:
        reads: the kind of examples that the task was trained on.
    """

    cut = "its end is not read"
    nothing = Written("", "")

    def __init__(self, reads: type[Example]) -> None:
        self._asked = ASKED[reads]

    def ask(self, text: str, hop: Route) -> Example:
        """The text or texts, without a label.

        Raises:
            DataError: the task reads pairs, and the line is none.
        """
        return self._asked(text)

    def answer(self, task: Task, question: Question) -> list[Any]:
        """What the task writes of each example."""
        own = cast(TextToText, task)
        return own.scorer.written(own, question)

    def line(self, answer: Written) -> str:
        """The label; `_` where what was written is none."""
        return "_" if answer.label is None else answer.label

    def values(self, answer: Written) -> dict[str, Any]:
        """`label`, None where there is none, and the `text` that was written."""
        return {"label": answer.label or None, "text": answer.text}


@final
@dataclass(frozen=True)
class TextToText(TokenTask):
    """A label, written as a text by a backbone with a decoder.

    The encoder reads `template` with the texts of the example, the decoder begins with the token
    that the backbone's family begins with, and learns the text of the label and its end. A decoder
    alone goes on with what it read.

    Args:
        name: the task in the run file.
        template: what is read.
        wording: what is written.
        metric: of the labels that what is written says.
        way: chooses what is written when the task is scored or asked.
    """

    name: str
    template: Template
    wording: Wording
    metric: Metric = Accuracy()
    way: TextScorer = Greedy()
    heads: Mapping[str, Head] = field(
        default_factory=dict, init=False, repr=False, hash=False, compare=False
    )

    def __post_init__(self) -> None:
        refused = self.metric.refused(self.wording.labels)
        if refused:
            raise DataError(
                f"`{self.metric.name}` cannot count the labels of task `{self.name}`",
                found=", ".join(f"`{label}`" for label in refused[:5]),
                remedy="set `metric: accuracy`; `f1` needs two labels, correlations need numbers",
            )
        counted = (*self.wording.labels, self.wording.missing)
        object.__setattr__(self, "metric", self.metric.over(counted))

    @property
    def scorer(self) -> TextScorer:
        """As the run file has it."""
        return self.way

    @property
    def answering(self) -> Answering:
        """A label per line."""
        return Writing(self.template.reads)

    @property
    def forced(self) -> Metric:
        """The share of targets that greedy generation finds to the last token."""
        return Accuracy()

    def kept(self) -> dict[str, Any]:
        """The labels and their texts."""
        return self.wording.kept()

    def check(self, example: Example) -> None:
        """Raises unless the label is one of the task's."""
        self.target(example)

    def target(self, example: Example) -> str:
        """The text to be written; nothing for an example that is asked about.

        Raises:
            DataError: a label that the task does not have.
        """
        label = example.label
        text = "" if label is None else self.wording.written(label)
        if text is not None:
            return text
        raise DataError(
            f"label `{label}` is not among the labels of task `{self.name}`",
            where=example.where or None,
            expected=f"one of {', '.join(self.wording.labels)}",
            found=f"`{example.text[:80]}`",
            cause="the corpus has another label set than the task",
            remedy=f"name it, and how it is written, under `tasks.{self.name}.labels`",
        )

    def counted(self, example: Example) -> str:
        """The label of an example as the metric counts it."""
        return self.wording.said(self.target(example)) or self.wording.missing

    def encode(self, tokenizer: Tokenizer, example: Example, length: int) -> Encoded:
        """The source with what the tokenizer adds, and the target with its end, each cut to
        `length` tokens.

        Raises:
            DataError: a label that the task does not have.
            BackboneError: the tokenizer cannot write the labels.
        """
        return next(self.encode_all(tokenizer, [example], length))

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Example], length: int
    ) -> Iterator[Encoded]:
        """Each example as `encode` gives it, many at a time."""
        spelt(tokenizer, len(tokenizer), self.wording.texts)
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            sources = read_each(tokenizer, [(self.template.filled(one),) for one in part], length)
            targets = ended(tokenizer, [self.target(one) for one in part])
            for source, target in zip(sources, targets, strict=True):
                labels = target[:length]
                yield Encoded(
                    source.ids or [started(tokenizer)],  # of no text, some tokenizers make nothing
                    {"labels": labels},
                    decoder_ids=[started(tokenizer), *labels[:-1]],
                    uncut=source.uncut,
                    target_uncut=labels == target,
                )

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`labels` (example, token of the decoder), padded with -100."""
        labels = [one.targets["labels"] for one in encoded]
        return {"labels": padded(labels, max(map(len, labels)))}, None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None

    def statistics(
        self, logits: Float[Tensor, "vector token_id"], share: Share
    ) -> list[Statistics]:
        """(1 where every token of the target is the most probable one, 1) per example."""
        labels = share.targets["labels"]
        wrong = logits.argmax(-1) != labels[share.labelled]
        missed = torch.zeros(len(labels), dtype=torch.long, device=labels.device)
        missed.index_add_(0, share.labelled[0], wrong.long())
        return [(float(count == 0), 1.0) for count in missed.tolist()]

    def costs(self, logits: Float[Tensor, "vector token_id"], share: Share) -> list[Statistics]:
        """(nats, tokens) of the target of each example."""
        return super().statistics(logits, share)
