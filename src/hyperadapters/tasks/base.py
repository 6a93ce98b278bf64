"""What every task is: how an example becomes tensors, which head reads it, its loss, its score."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from hyperadapters.forms import Form
from hyperadapters.metrics import Loss, Metric, Statistics
from hyperadapters.routes import Route
from hyperadapters.tasks.batch import Encoded, Share
from hyperadapters.tasks.scorers import Scorer, TeacherForced, Writer, Written
from hyperadapters.tasks.view import Model, Question, Tokenizer, View

__all__ = [
    "Answering",
    "Head",
    "Model",
    "Outcomes",
    "Question",
    "Scorer",
    "Task",
    "TeacherForced",
    "Tokenizer",
    "View",
    "Writer",
    "Written",
    "full_precision",
]


class Outcomes(NamedTuple):
    """The labels of some examples, each once: the right ones, and those that are predicted."""

    right: frozenset[str] = frozenset()
    predicted: frozenset[str] = frozenset()


class Head(NamedTuple):
    """One part of a task's head.

    Args:
        form: what it computes; its weights are at `Site.of_head(task, part)`.
        width_in: features of the vectors that it reads; None for the backbone's d_model.
    """

    form: Form
    width_in: int | None = None


class Answering(ABC):
    """What `predict` needs of a task.

    Attributes:
        cut: what a line that is longer than the model reads loses: `its last words are not tagged`.
        nothing: the answer to an empty line.
        named: the key of an answer in JSON.
        unit: what messages call a text that is answered.
    """

    cut: str
    nothing: Any
    named: str = "answer"
    unit: str = "line"

    def texts(self, lines: Iterable[str]) -> Iterable[str]:
        """The texts that lines ask about, in order; DataError names a line that is malformed."""
        return lines

    @abstractmethod
    def ask(self, text: str, hop: Route) -> Any:
        """The example that a line, which is not empty, asks about.

        Args:
            text: of the line, or of the answer of the hop before.
            hop: the language or direction.
        """

    @abstractmethod
    def answer(self, task: "Task", question: Question) -> list[Any]:
        """The answer to each example of a batch."""

    def whole(self, example: Any, found: Sequence[Any]) -> Any:
        """The answer to an example, from those to each of its windows."""
        return found[0]

    @abstractmethod
    def line(self, answer: Any) -> str:
        """An answer as `hyperadapters predict` prints it."""

    def values(self, answer: Any) -> Mapping[str, Any]:
        """An answer as plain values, which `hyperadapters predict --json` prints."""
        return {self.named: answer}


class Task(ABC):
    """A task under its name in the run file.

    Args:
        name: the name of the factor `task` that this task has.
        metric: how its cells are scored.
        heads: the parts of its head by name; none where the backbone's own head serves.
    """

    name: str
    metric: Metric
    heads: Mapping[str, Head]

    @property
    def scorer(self) -> Scorer:
        """How the statistics of the metric are found."""
        return TeacherForced()

    @property
    def answering(self) -> Answering | None:
        """How it answers raw text; None for a task that gives no answers."""
        return None

    @property
    def forced(self) -> Metric:
        """How teacher-forced logits are scored: what `statistics` counts for."""
        return self.metric

    def metric_in(self, route: Route) -> Metric:
        """The metric as it counts what is answered in a route.

        Raises:
            ConfigError: what it needs for that is not installed.
        """
        return self.metric

    def kept(self) -> dict[str, Any]:
        """What a bundle keeps of it beside the run file, by keys of its settings: what was read off
        the corpora.
        """
        return {}

    def check(self, example: Any) -> None:
        """Raises what `encode` would raise of an example, as far as that takes no tokenizer.

        Raises:
            DataError: the example does not fit the task.
        """
        return

    @final
    def check_all(self, examples: Iterable[Any]) -> None:
        """Checks each example; a kind that has nothing to check goes through none."""
        if type(self).check is not Task.check:
            for example in examples:
                self.check(example)

    @abstractmethod
    def encode(self, tokenizer: Tokenizer, example: Any, length: int) -> Encoded:
        """One example as token ids and targets, cut to at most `length` tokens."""

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Any], length: int
    ) -> Iterator[Encoded]:
        """Each example as `encode` gives it."""
        return (self.encode(tokenizer, example, length) for example in examples)

    def windows(
        self, tokenizer: Tokenizer, examples: Sequence[Any], length: int
    ) -> Iterator[Sequence[Encoded]]:
        """What is read of each example: one window, unless a task reads on where it ends."""
        return ([encoded] for encoded in self.encode_all(tokenizer, examples, length))

    def whole(self, example: Any, route: Route, found: Sequence[Statistics]) -> Statistics:
        """What an example adds to its metric, from what each of its windows gave.

        Args:
            route: the language or direction that it is scored in.
        """
        return found[0]

    def admits(self, encoded: Encoded) -> bool:
        """Whether an example is fit to be trained on."""
        return True

    def drawn(self, encoded: Encoded, generator: torch.Generator) -> Encoded:
        """What a batch holds of an example: itself, or what a task that draws makes of it."""
        return encoded

    def unread(self, encoded: Encoded) -> int:
        """How many words that are not cut off cannot be told right for want of a token."""
        return 0

    @abstractmethod
    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Int[Tensor, "example token"] | None]:
        """The targets of some examples, padded to `tokens`, and ids in place of their own, which do
        not count on padding; only tasks that draw masks give ids and use `generator`.
        """

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Int[Tensor, "example token"] | None]:
        """What `targets` gives of all these examples, for some of them that follow each other: the
        same numbers, as wide as for all.

        Made for all and cut out, unless a task knows a shorter way: one that draws draws for all.
        """
        targets, ids = self.targets(encoded, tokens, generator)
        return {n: one[own] for n, one in targets.items()}, None if ids is None else ids[own]

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
        """What each example of the share adds to the metric `forced`; where examples are read in
        windows, what `whole` makes that of.
        """

    def outcomes(self, logits: Tensor, share: Share) -> Outcomes:
        """The labels of the share; none of a task whose answers are no labels."""
        return Outcomes()


def full_precision(logits: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
    """Scores in at least float32: a loss summed in half precision loses its small terms."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
