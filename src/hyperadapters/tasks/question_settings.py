"""What a run file says of a task that answers questions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, Literal, cast, final

import torch
from torch import Tensor

from hyperadapters.data import Corpus
from hyperadapters.data.languages import script_of
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.values import Natural, Positive, Text
from hyperadapters.examples import Asked, Example
from hyperadapters.metrics.answers import AnswerF1, AnswerMetric, ExactMatch
from hyperadapters.tasks.base import Task, Tokenizer
from hyperadapters.tasks.batch import Share
from hyperadapters.tasks.plain import Plain
from hyperadapters.tasks.question_answering import QuestionAnswering
from hyperadapters.tasks.settings import TaskSettings

__all__ = ["QaSettings"]

_METRICS: dict[str, AnswerMetric] = {"answer_f1": AnswerF1(), "exact_match": ExactMatch()}
_COUNTED = 5000
"""Questions of a corpus whose windows `data` counts."""


def _ends(outputs: Any, share: Share) -> Tensor:
    ends = torch.stack([outputs.start_logits, outputs.end_logits], dim=-1)
    return ends.index_select(0, share.examples)


@final
class QaSettings(TaskSettings):
    """The span of a text that answers a question about it.

    Args:
        metric: `answer_f1` or `exact_match`; the note of a score has the other one.
        max_answer: tokens of an answer at most.
        stride: tokens of the context that two neighbouring windows share, as `stride` of
            `transformers`; a third of what a window has room for beside the question when absent.
        normalise: how answers are compared. `auto` is as in MLQA, by the language: en, es, hi, vi,
            de, ar and zh by its script; other languages without articles, those whose script has no
            blanks between words (Japanese, Thai, Lao, Khmer, Burmese, Tibetan) by character. A
            language, such as `en`, takes its rules for all; `squad` those of SQuAD 1.1.
        data: one source, or several.
    """

    kind: Literal["qa"]
    metric: Literal["answer_f1", "exact_match"] = "answer_f1"
    max_answer: Positive = 30
    stride: Natural | None = None
    normalise: Text = "auto"

    takes: ClassVar[tuple[type, ...]] = (Asked,)
    lack: ClassVar[str] = "ask nothing"
    plain: ClassVar[Plain | None] = Plain(
        "AutoModelForQuestionAnswering",
        _ends,
        told=lambda settings: {"id2label": {0: "start", 1: "end"}},
        heads={"ends": "qa_outputs"},
        hub="question_answering",
    )

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; it reads no corpus."""
        return QuestionAnswering(
            name, _METRICS[self.metric], self.max_answer, self.stride, self.normalise
        )

    def texts(self, example: Any) -> tuple[str, ...]:
        """The question and its context."""
        return (example.question, example.context)

    def remarks(
        self, tokenizer: Tokenizer, examples: Sequence[Example], length: int
    ) -> Iterator[str]:
        """How many windows a question has, and how many answers no window holds whole; of a large
        corpus those of its first questions.
        """
        task = self.build("", lambda: ())
        asked = cast(Sequence[Asked], examples[:_COUNTED])
        windows = cut = 0
        for each in task.windows(tokenizer, asked, length):
            windows += len(each)
            cut += not each[0].uncut
        if windows > len(asked):
            yield f"{windows / len(asked):.2f} windows a question"
        if cut:
            yield f"{cut:,} of {len(asked):,} answers are whole in no window"

    def faults(self, document: Document, place: KeyPath) -> Iterator[Fault]:
        """A language whose rules are asked for must be known."""
        yield from super().faults(document, place)
        if self.normalise not in ("auto", "squad") and script_of(self.normalise) is None:
            yield document.fault(
                (*place, "normalise"),
                "there are no rules to compare answers by",
                expected="`auto`, `squad`, or the code of a language",
                found=f"`{self.normalise}`",
            )
