"""How the examples of a cell are scored: by logits, or by texts that the backbone writes."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, final

from torch import Tensor

from hyperadapters.metrics import Statistics
from hyperadapters.routes import Route
from hyperadapters.tasks.view import Question

if TYPE_CHECKING:
    from hyperadapters.tasks.base import Task

__all__ = ["Scorer", "TeacherForced", "Writer", "Written"]


class Scorer(ABC):
    """From the examples of a cell to the statistics of a metric.

    Attributes:
        generates: the most tokens that it lets the backbone generate for an example.
    """

    generates: int = 0

    @abstractmethod
    def judge(self, task: "Task", question: Question) -> list[Statistics]:
        """What each example of a batch adds to the task's metric."""

    def judge_beside(self, task: "Task", question: Question, logits: Tensor) -> list[Statistics]:
        """The same, where the batch was run once already.

        Args:
            logits: of the task in that forward, teacher-forced.
        """
        return self.judge(task, question)

    def address(self, examples: Sequence[Any], hop: Route) -> Sequence[Any]:
        """The examples of a cell as one hop of its route reads them."""
        return examples

    def carry(self, question: Question) -> list[Any]:
        """The examples of a batch as the next hop of their route reads them."""
        return list(question.examples)

    def remark(self, task: "Task", examples: Sequence[Any]) -> str:
        """What a reader of a score on these examples should know; empty for nothing."""
        return ""

    def writer(self) -> "Writer | None":
        """Itself, if it judges texts that the backbone writes, of several cells in one batch."""
        return None


class Written(NamedTuple):
    """What a backbone wrote for an example.

    Args:
        text: without space around it.
        told: what is to be said of it, each with how often.
    """

    text: str
    told: Mapping[str, int] = {}


class Writer(Scorer):
    """A scorer that has the backbone write a text for each example, which depends on nothing but
    the row and the source. An example is read in one window.
    """

    @abstractmethod
    def written(self, question: Question) -> list[Written]:
        """What is written for each example of a batch."""

    @abstractmethod
    def source(self, example: Any) -> Hashable:
        """What the text depends on, beside the row."""

    @abstractmethod
    def judged(self, task: "Task", example: Any, text: str) -> Statistics:
        """What a text adds to the metric."""

    @abstractmethod
    def carried(self, example: Any, text: str) -> Any:
        """The example as the next hop of its route reads it."""

    @final
    def found(self, question: Question) -> list[str]:
        """The texts alone; what is to be said of them goes into the question."""
        found = self.written(question)
        for one in found:
            question.told.update(one.told)
        return [one.text for one in found]

    @final
    def judge(self, task: "Task", question: Question) -> list[Statistics]:
        """What each text adds to the metric."""
        pairs = zip(question.examples, self.found(question), strict=True)
        return [self.judged(task, example, text) for example, text in pairs]

    @final
    def carry(self, question: Question) -> list[Any]:
        """The examples with their texts."""
        pairs = zip(question.examples, self.found(question), strict=True)
        return [self.carried(example, text) for example, text in pairs]

    @final
    def writer(self) -> "Writer":
        """Itself."""
        return self


@final
class TeacherForced(Scorer):
    """One forward; the task counts its own logits."""

    def judge(self, task: "Task", question: Question) -> list[Statistics]:
        """`task.statistics` of the logits."""
        outputs = question.model(question.context, question.batch)
        return self.judge_beside(task, question, outputs.logits[task.name])

    def judge_beside(self, task: "Task", question: Question, logits: Tensor) -> list[Statistics]:
        """No other forward: `task.statistics` of these."""
        return task.statistics(logits, question.batch.shares[task.name])
