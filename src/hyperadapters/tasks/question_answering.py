"""Extractive question answering: the span of a text that answers a question about it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from hyperadapters.data.languages import related, script_of
from hyperadapters.data.passage import NOWHERE, Passage, Window, passages
from hyperadapters.errors import DataError
from hyperadapters.examples import Asked
from hyperadapters.forms import Linear
from hyperadapters.metrics import Loss, Metric, Statistics
from hyperadapters.metrics.answers import (
    BY_SCRIPT,
    MLQA,
    PLAIN,
    SQUAD,
    AnswerF1,
    AnswerMetric,
    Rules,
)
from hyperadapters.routes import Route
from hyperadapters.tasks.base import (
    Answering,
    Head,
    Question,
    Task,
    Tokenizer,
    View,
    full_precision,
)
from hyperadapters.tasks.batch import IGNORED, Encoded, Share, of_part, padded_targets
from hyperadapters.tasks.spans import best_spans, end_scores, nats

__all__ = ["Answer", "Answers", "QuestionAnswering", "rules_of"]

_NO_SPAN: Statistics = (-math.inf, 0.0, 0.0)


class Answer(NamedTuple):
    """A span of a context.

    Args:
        text: the characters of the context themselves.
        start: the first of them, 0-based.
        end: behind the last.
        score: the probability of its first token times that of its last, in [0, 1].
    """

    text: str = ""
    start: int = 0
    end: int = 0
    score: float = 0.0


@lru_cache(maxsize=4096)
def rules_of(normalise: str, language: str) -> Rules:
    """How answers in a language are compared.

    Args:
        normalise: `auto`, `squad`, or the language whose rules are taken.
    """
    if normalise == "squad":
        return SQUAD
    named = language if normalise == "auto" else normalise
    own = (rules for code, rules in MLQA.items() if related(named, code))
    return next(own, BY_SCRIPT.get(script_of(named) or "", PLAIN))


@final
class Answers(Answering):
    """The answer to a question, of a line with the question, a tab, and the context."""

    cut, nothing = "its end is not read", Answer()

    def ask(self, text: str, hop: Route) -> Asked:
        """The question, and the context behind the first tab.

        Raises:
            DataError: the line lacks one of the two.
        """
        question, _, context = text.partition("\t")
        if not (question.strip() and context.strip()):
            raise DataError(
                "a line has no question with a context",
                expected="a question, a tab, and the text that answers it",
                found=repr(text[:60]),
            )
        return Asked(question.strip(), context)

    def answer(self, task: Task, question: Question) -> list[Any]:
        """The best span of each window."""
        outputs = question.model(question.context, question.batch)
        return list(task.statistics(outputs.logits[task.name], question.batch.shares[task.name]))

    def whole(self, example: Asked, found: Sequence[Statistics]) -> Answer:
        """The best span of all windows."""
        return _best_answer(example, found)

    def line(self, answer: Answer) -> str:
        """The answer itself."""
        return answer.text

    def values(self, answer: Answer) -> dict[str, Any]:
        """`answer`, its characters `start` and `end` in the context, and its `score` in [0, 1]."""
        own = {"start": answer.start, "end": answer.end, "score": answer.score}
        return {self.named: answer.text, **own}


def _best_answer(example: Asked, found: Sequence[Statistics]) -> Answer:
    """The best of the spans that the windows of a question gave; the first of equal ones.

    Args:
        found: of each window its best span: (log-probability, first character, behind the last).
    """
    score, start, end = max(found, key=lambda span: span[0])
    return Answer(example.context[int(start) : int(end)], int(start), int(end), math.exp(score))


@final
@dataclass(frozen=True)
class QuestionAnswering(Task):
    """The first and the last token of the answer to a question, in windows over its context.

    The head scores every token of a window as the first and as the last of the answer. A window
    without the answer points at the first token that the tokenizer adds (`[CLS]`), as in BERT
    (Devlin et al., 2019, section 4.3). The probabilities of a window are over the tokens of its
    context and that one; of all windows the span with the greatest probability is the answer.

    Args:
        name: the task in the run file.
        metric: scores the answers.
        max_answer: tokens of an answer at most.
        stride: tokens of the context that two neighbouring windows share; a third of the room
            beside the question where there is none.
        normalise: how answers are compared; see `rules_of`.
    """

    name: str
    metric: AnswerMetric = AnswerF1()
    max_answer: int = 30
    stride: int | None = None
    normalise: str = "auto"
    heads: Mapping[str, Head] = field(init=False, repr=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "heads", {"ends": Head(Linear(2))})

    @property
    def answering(self) -> Answering:
        """A span per line."""
        return Answers()

    def metric_in(self, route: Route) -> Metric:
        """By the rules of the language that it is answered in."""
        return self.metric.by_rules(rules_of(self.normalise, route.languages[-1]))

    def encode(self, tokenizer: Tokenizer, example: Asked, length: int) -> Encoded:
        """The first window of a question."""
        return next(self.windows(tokenizer, [example], length))[0]

    def windows(
        self, tokenizer: Tokenizer, examples: Sequence[Asked], length: int
    ) -> Iterator[Sequence[Encoded]]:
        """The windows of each question, as many as its context takes.

        Targets of a window: `begins` and `ends`, the characters of each token, -1 for what is not
        of the context; `outside`, the token that stands for no answer, -1 where there is none;
        `labels`, the first and the last token of the first right answer, or twice the one
        outside. Nothing is learned of a question whose answer no window holds whole, which is
        `uncut` in none.

        Raises:
            DataError: a question is too long for its window.
        """
        questions = [example.question for example in examples]
        found = passages(tokenizer, questions, [example.context for example in examples])
        for example, passage in zip(examples, found, strict=True):
            yield list(self._encoded(example, passage, length))

    def _encoded(self, example: Asked, passage: Passage, length: int) -> Iterator[Encoded]:
        windows = passage.windows(length, self.stride)
        span = passage.tokens_of(*example.answers[0]) if example.answers else None
        each = [_inside(window, span) for window in windows]
        held = any(ends is not None for ends in each)
        for window, ends in zip(windows, each, strict=True):
            other = window.added if held and window.added != NOWHERE else IGNORED
            targets = {
                "begins": window.begins,
                "ends": window.ends,
                "outside": [window.added],
                "labels": [other, other] if ends is None else list(ends),
            }
            types = window.types if any(window.types) else None
            yield Encoded(window.ids, targets, types=types, uncut=held or not example.answers)

    def admits(self, encoded: Encoded) -> bool:
        """Whether there is anything to learn of a window."""
        return encoded.targets["labels"][0] != IGNORED

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`begins` and `ends` (example, token), `outside` (example, 1), `labels` (example, 2)."""
        widths = {"begins": tokens, "ends": tokens, "outside": 1, "labels": 2}
        return padded_targets(encoded, widths, NOWHERE), None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None

    def logits(
        self, view: View, hidden: Float[Tensor, "example token d_model"], share: Share
    ) -> Float[Tensor, "example token 2"]:
        """Scores of every token of the task's windows as the first, and as the last, of a span."""
        return view.head(self.name, "ends", hidden, share.examples)

    def loss(
        self, logits: Float[Tensor, "example token 2"], share: Share, *, smoothing: float = 0.0
    ) -> Loss:
        """Cross-entropy in nats over both ends of each window, as two predictions; `smoothing` in
        [0, 1) goes to all tokens that an end could be.
        """
        labels = share.targets["labels"]
        learned = labels[:, 0] != IGNORED
        known = (_of_context(share) | _outside(share))[learned]
        scores = end_scores(full_precision(logits[learned]), known)
        total = nats(scores, known, labels[learned], smoothing)
        return Loss(total, 2 * learned.sum())

    def statistics(
        self, logits: Float[Tensor, "example token 2"], share: Share
    ) -> list[Statistics]:
        """The best span of each window: (log-probability, first character, behind the last)."""
        own = _of_context(share)
        scores = end_scores(full_precision(logits), own | _outside(share))
        values, first, last = best_spans(scores, own, self.max_answer)
        begins = share.targets["begins"].gather(1, first[:, None])[:, 0]
        ends = share.targets["ends"].gather(1, last[:, None])[:, 0]
        found = torch.stack([values.double(), begins.double(), ends.double()], dim=1).tolist()
        return [(score, *span) if score > -math.inf else _NO_SPAN for score, *span in found]

    def whole(self, example: Asked, route: Route, found: Sequence[Statistics]) -> Statistics:
        """(exact match, F1, 1) of the best span of all windows."""
        answer = _best_answer(example, found)
        return self.metric_in(route).statistics(example.gold, [answer.text])


def _inside(window: Window, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """The places of a span's ends in a window, from those among the tokens of the context; None
    where one of them is not there.
    """
    if span is None:
        return None
    shift = window.offset - window.first
    first, last = span[0] + shift, span[1] + shift
    whole = window.offset <= first and last < len(window.begins) and window.begins[last] != NOWHERE
    return (first, last) if whole else None


def _of_context(share: Share) -> Bool[Tensor, "example token"]:
    return share.targets["begins"] >= 0


def _outside(share: Share) -> Bool[Tensor, "example token"]:
    """The token of each window that stands for no answer."""
    tokens = torch.arange(share.targets["begins"].shape[1], device=share.examples.device)
    return tokens == share.targets["outside"]
