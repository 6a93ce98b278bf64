"""Classification: one label for a text, or for two together (inference, paraphrase, topics)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast, final

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from hyperadapters.data.reading import Reading, read_each
from hyperadapters.errors import BackboneError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.forms import Dense, Linear
from hyperadapters.metrics import Loss, Metric, Statistics
from hyperadapters.routes import Route
from hyperadapters.tasks.asking import ASKED
from hyperadapters.tasks.base import (
    Answering,
    Head,
    Outcomes,
    Question,
    Scorer,
    Task,
    TeacherForced,
    Tokenizer,
    View,
    full_precision,
)
from hyperadapters.tasks.batch import IGNORED, Encoded, Share, of_part
from hyperadapters.tasks.labels import no_label

__all__ = ["Classification", "Classified", "Verdict", "Verdicts"]

Example = Labelled | LabelledPair
_AT_ONCE = 1000
"""Examples that are tokenized in one call."""


class Verdict(NamedTuple):
    """The most probable label, and the probability of each, in [0, 1]."""

    label: str
    probabilities: Mapping[str, float]


@final
class Verdicts(Answering):
    """A label for a line, or for the two texts that a tab divides it into.

    Args:
        reads: the kind of examples that the task was trained on.
    """

    cut = "its end is not read"
    nothing = Verdict("", {})

    def __init__(self, reads: type[Example]) -> None:
        self._asked = ASKED[reads]

    def ask(self, text: str, hop: Route) -> Example:
        """The text or texts, without a label.

        Raises:
            DataError: the task reads pairs, and the line is none.
        """
        return self._asked(text)

    def answer(self, task: Task, question: Question) -> list[Any]:
        """A verdict on each example."""
        logits = question.model(question.context, question.batch).logits[task.name]
        return cast(Classification, task).predict(logits)

    def line(self, answer: Verdict) -> str:
        """The label."""
        return answer.label

    def values(self, answer: Verdict) -> dict[str, Any]:
        """`label` and `probabilities`; None and nothing for an empty line."""
        return {"label": answer.label or None, "probabilities": dict(answer.probabilities)}


@final
class Classified(Scorer):
    """One forward, and what knowing nothing would score."""

    def judge(self, task: Task, question: Question) -> list[Statistics]:
        """`task.statistics` of the logits."""
        return TeacherForced().judge(task, question)

    def remark(self, task: Task, examples: Sequence[Any]) -> str:
        """The scores of the most frequent label of these examples for all of them, and of labels
        drawn at random, each as likely as another: those of the counts that are expected of them.
        """
        own = cast(Classification, task)
        gold = Counter(own.labels[number] for number in map(own.gold, examples) if number >= 0)
        if not gold:
            return ""
        most = max(own.labels, key=lambda label: gold[label])
        constant = _expected(own.metric, gold, {most: 1.0})
        random = _expected(own.metric, gold, dict.fromkeys(own.labels, 1 / len(own.labels)))
        return f"always `{most}`: {100 * constant:.1f}; at random: {100 * random:.1f}"


def _expected(metric: Metric, gold: Mapping[str, int], drawn: Mapping[str, float]) -> float:
    """The score of the expected counts of labels that are drawn whatever the text.

    Args:
        gold: how many examples have each label.
        drawn: label -> its probability.
    """
    rows = [
        [count * chance * number for number in metric.statistics([true], [guess])]
        for true, count in gold.items()
        for guess, chance in drawn.items()
    ]
    return metric.score(tuple(map(sum, zip(*rows, strict=True))))


@final
@dataclass(frozen=True)
class Classification(Task):
    """One label per text, or per pair of texts, read off the first token.

    The head is that of BERT and XLM-R: with h the last hidden state of the first token,
    `W·tanh(D·h + c) + b` (Devlin et al., 2019, section 3.2; Conneau et al., 2020). Its parts are
    `dense`, as wide as the backbone, and `labels`. Pairs are encoded as the tokenizer's own
    template has it, with its segments where the backbone tells them apart; of two texts that are
    too long together the longer one is cut first. Of an encoder-decoder the encoder is read.

    Args:
        name: the task in the run file.
        labels: in the order of the head, index 0 first.
        metric: scores the texts.
        reads: the kind of its examples, `Labelled` or `LabelledPair`.
        label_map: labels of the corpora -> what to read them as.
    """

    name: str
    labels: tuple[str, ...]
    metric: Metric
    reads: type[Example] = Labelled
    label_map: Mapping[str, str] = field(default_factory=dict, hash=False)
    heads: Mapping[str, Head] = field(init=False, repr=False, hash=False)

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a label occurs twice in the labels of task `{self.name}`")
        heads = {"dense": Head(Dense()), "labels": Head(Linear(len(self.labels)))}
        object.__setattr__(self, "metric", self.metric.over(self.labels))
        object.__setattr__(self, "heads", heads)

    @property
    def scorer(self) -> Scorer:
        """One forward, beside what knowing nothing would score."""
        return Classified()

    @property
    def answering(self) -> Answering:
        """A label per line."""
        return Verdicts(self.reads)

    def kept(self) -> dict[str, Any]:
        """The labels, in the order of the head."""
        return {"labels": list(self.labels)}

    def check(self, example: Example) -> None:
        """Raises unless the label is among those of the task."""
        self.gold(example)

    def gold(self, example: Example) -> int:
        """The number of an example's label; -100 for an example without one.

        Raises:
            DataError: a label that the task does not have.
        """
        if example.label is None:
            return IGNORED
        here = self.label_map.get(example.label, example.label)
        if here in self.labels:
            return self.labels.index(here)
        found = f"`{example.label}` of `{example.text[:80]}`"
        fault = no_label(example.label, here, self.name, self.labels, found, key=example.label)
        if example.where:
            fault.place(example.where)
        raise fault

    def encode(self, tokenizer: Tokenizer, example: Example, length: int) -> Encoded:
        """Token ids and segments, and one number in `labels`.

        Raises:
            DataError: a label that the task does not have.
            BackboneError: the tokenizer puts nothing between two texts.
        """
        return next(self.encode_all(tokenizer, [example], length))

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Example], length: int
    ) -> Iterator[Encoded]:
        """Each example as `encode` gives it, many at a time, which a tokenizer does in parallel."""
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            read = read_each(tokenizer, [one.texts for one in part], length)
            for example, found in zip(part, read, strict=True):
                _check_apart(found)
                yield Encoded(
                    found.ids,
                    {"labels": [self.gold(example)]},
                    types=found.types if any(found.types) else None,
                    uncut=found.uncut,
                )

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`labels` (example), -100 where there is none."""
        return {"labels": torch.tensor([one.targets["labels"][0] for one in encoded])}, None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None

    def logits(
        self, view: View, hidden: Float[Tensor, "example token d_model"], share: Share
    ) -> Float[Tensor, "example label"]:
        """Scores per label, not normalised."""
        dense = view.head(self.name, "dense", hidden[:, :1], share.examples)
        return view.head(self.name, "labels", dense, share.examples).squeeze(1)

    def loss(
        self, logits: Float[Tensor, "example label"], share: Share, *, smoothing: float = 0.0
    ) -> Loss:
        """Cross-entropy in nats over examples; `smoothing` in [0, 1) goes to all labels."""
        labels: Int[Tensor, " example"] = share.targets["labels"]
        total = functional.cross_entropy(
            full_precision(logits),
            labels,
            ignore_index=IGNORED,
            reduction="sum",
            label_smoothing=smoothing,
        )
        return Loss(total, (labels != IGNORED).sum())

    def statistics(self, logits: Float[Tensor, "example label"], share: Share) -> list[Statistics]:
        """The metric's numbers per example; one without a label does not count."""
        numbers = zip(share.targets["labels"].tolist(), logits.argmax(-1).tolist(), strict=True)
        pairs = (([self.labels[g]], [self.labels[p]]) if g >= 0 else ([], []) for g, p in numbers)
        return [self.metric.statistics(gold, predicted) for gold, predicted in pairs]

    def outcomes(self, logits: Float[Tensor, "example label"], share: Share) -> Outcomes:
        """The labels of all examples."""
        right, predicted = share.targets["labels"].tolist(), logits.argmax(-1).tolist()
        return Outcomes(
            frozenset(self.labels[place] for place in right if place != IGNORED),
            frozenset(self.labels[place] for place in predicted),
        )

    def predict(self, logits: Float[Tensor, "example label"]) -> list[Verdict]:
        """The most probable label of each example, and the probability of each label."""
        chances = full_precision(logits).softmax(-1).tolist()
        best = logits.argmax(-1).tolist()
        return [
            Verdict(self.labels[place], dict(zip(self.labels, own, strict=True)))
            for place, own in zip(best, chances, strict=True)
        ]


def _check_apart(found: Reading) -> None:
    """Raises where the second text begins right behind the first."""
    start = found.parts.index(1) if 1 in found.parts else 0
    if start and found.parts[start - 1] == 0:
        raise BackboneError(
            "the tokenizer of this backbone puts nothing between two texts",
            expected="a template for pairs, such as `[CLS] a [SEP] b [SEP]`",
            cause="its vocabulary was made for translation",
            remedy="take an encoder, or one column of text",
        )
