"""Tagging: one label per word, read off its first sub-word (part of speech, named entities)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Literal, cast, final

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from hyperadapters.data import Corpus
from hyperadapters.data.reading import read_words
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.validation import unknown
from hyperadapters.document.values import Names, Text
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged
from hyperadapters.forms import Linear
from hyperadapters.metrics import METRICS, Loss, Metric, Statistics
from hyperadapters.routes import Route
from hyperadapters.tasks.base import (
    Answering,
    Head,
    Outcomes,
    Question,
    Task,
    Tokenizer,
    View,
    full_precision,
)
from hyperadapters.tasks.batch import IGNORED, Encoded, Share, of_part, padded_targets
from hyperadapters.tasks.labels import labels_of, mapped, named_by, numbered, told_of
from hyperadapters.tasks.plain import Plain
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.words import UNSEEN, first_tokens, without_token

__all__ = ["Tagging", "TaggingSettings", "Tags"]


@final
class Tags(Answering):
    """A label per word of a sentence whose words are separated by white space."""

    cut, nothing = "its last words are not tagged", ()

    def ask(self, text: str, hop: Route) -> Tagged:
        """The words, without labels."""
        return Tagged(tuple(text.split()), ())

    def answer(self, task: Task, question: Question) -> list[Any]:
        """Per sentence its words, each with its label."""
        assert isinstance(task, Tagging)
        logits = question.model(question.context, question.batch).logits[task.name]
        labels = task.predict(logits, question.batch.shares[task.name])
        pairs = zip(question.examples, labels, strict=True)
        return [list(zip(example.words, found, strict=True)) for example, found in pairs]

    def line(self, answer: Sequence[tuple[str, str]]) -> str:
        """A line per word, with a tab before its label, and an empty one at the end."""
        return "".join(f"{word}\t{label or '_'}\n" for word, label in answer)

    def values(self, answer: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """`words` and `labels`, in their order; None for a word that was not tagged."""
        return {"words": [w for w, _ in answer], "labels": [label or None for _, label in answer]}


@final
@dataclass(frozen=True)
class Tagging(Task):
    """One label per word; only first sub-words carry a label and a prediction.

    Scores count every gold word. A word that the model does not see, because it was cut off at the
    length limit or has no token at all, has the prediction `metric.missing`, which is no
    label of the text (for span F1: no span). Such words have no part in the loss.

    Args:
        name: the task in the run file.
        labels: in the order of the head, index 0 first.
        metric: scores the words, `SpanF1` or `Accuracy`.
        label_map: changes to the labels of the corpora; see `mapped`.
    """

    name: str
    labels: tuple[str, ...]
    metric: Metric
    label_map: Mapping[str, str] = field(default_factory=dict, hash=False)
    heads: Mapping[str, Head] = field(init=False, repr=False, hash=False)

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a label occurs twice in the labels of task `{self.name}`")
        refused = self.metric.refused(self.labels)
        if refused:
            raise DataError(
                f"`{self.metric.name}` cannot count the labels of task `{self.name}`",
                expected="`O`, and for every type of span `B-...` and `I-...`",
                found=", ".join(f"`{label}`" for label in refused[:5]),
                remedy="set `metric: accuracy`, or write the labels so",
            )
        object.__setattr__(self, "heads", {"labels": Head(Linear(len(self.labels)))})

    @property
    def answering(self) -> Answering:
        """A label per word."""
        return Tags()

    def kept(self) -> dict[str, Any]:
        """The labels, in the order of the head."""
        return {"labels": list(self.labels)}

    def check(self, example: Tagged) -> None:
        """Raises unless all labels are among those of the task."""
        self._gold(example)

    def encode(self, tokenizer: Tokenizer, example: Tagged, length: int) -> Encoded:
        """Token ids, `labels` per token; `gold` and `first` token per word of the uncut sentence.

        Words are read as in running text. A word without a token has -1 in `first`, one without a
        label -100 in `gold`, as every word of an example without labels (text to be tagged).

        Raises:
            DataError: no words, not one label per word, or a label that the task does not have.
        """
        gold = self._gold(example)
        (found,) = read_words(tokenizer, [example.words], length)
        first = first_tokens(found.parts, len(gold))
        labels = [IGNORED] * len(found.ids)
        for token, label in zip(first, gold, strict=True):
            if token != UNSEEN:
                labels[token] = label
        targets = {"labels": labels, "gold": gold, "first": first}
        return Encoded(found.ids, targets, uncut=found.uncut)

    def unread(self, encoded: Encoded) -> int:
        """Labelled words without a token, but those whose label is what is predicted of them."""
        lost = (self.labels[n] for n in without_token(encoded) if n != IGNORED)
        return sum(label != self.metric.missing for label in lost)

    def _gold(self, example: Tagged) -> list[int]:
        if not example.words:
            raise DataError(f"a sentence of task `{self.name}` has no words")
        if not example.labels:
            return [IGNORED] * len(example.words)
        if len(example.labels) != len(example.words):
            raise DataError(
                f"a sentence of task `{self.name}` has not one label per word",
                expected=f"{len(example.words)} labels",
                found=f"{len(example.labels)} labels in `{example.text[:80]}`",
            )
        read = partial(mapped, label_map=self.label_map)
        return numbered(example, read, self.name, self.labels)

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`labels` (example, token), `gold` and `first` (example, word), all padded with -100."""
        words = max(len(one.targets["gold"]) for one in encoded)
        widths = {"labels": tokens, "gold": words, "first": words}
        return padded_targets(encoded, widths), None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None

    def logits(
        self, view: View, hidden: Float[Tensor, "example token d_model"], share: Share
    ) -> Tensor:
        """Scores per label at every token of the task's examples."""
        return view.head(self.name, "labels", hidden, share.examples)

    def loss(
        self, logits: Float[Tensor, "example token label"], share: Share, *, smoothing: float = 0.0
    ) -> Loss:
        """Cross-entropy in nats over first sub-words; `smoothing` in [0, 1) goes to all labels."""
        labels = share.targets["labels"]
        total = functional.cross_entropy(
            full_precision(logits).flatten(0, 1),
            labels.flatten(),
            ignore_index=IGNORED,
            reduction="sum",
            label_smoothing=smoothing,
        )
        return Loss(total, (labels != IGNORED).sum())

    def statistics(
        self, logits: Float[Tensor, "example token label"], share: Share
    ) -> list[Statistics]:
        """The metric's numbers per example, over all gold words; unlabelled words do not count."""
        results = []
        pairs = zip(share.targets["gold"].tolist(), self.predict(logits, share), strict=True)
        for gold, predicted in pairs:
            labelled = [place for place, label in enumerate(gold) if label != IGNORED]
            right = [self.labels[gold[place]] for place in labelled]
            guesses = [predicted[place] for place in labelled]
            results.append(self.metric.statistics(right, guesses))
        return results

    def outcomes(self, logits: Float[Tensor, "example token label"], share: Share) -> Outcomes:
        """The labels of all labelled words that the model sees."""
        known = share.targets["labels"] != IGNORED
        right = set(share.targets["labels"][known].tolist())
        predicted = set(logits.argmax(-1)[known].tolist())
        return Outcomes(
            frozenset(self.labels[place] for place in right),
            frozenset(self.labels[place] for place in predicted),
        )

    def predict(
        self, logits: Float[Tensor, "example token label"], share: Share
    ) -> list[list[str]]:
        """The most probable label of each word; `metric.missing` where the model saw no token."""
        best = logits.argmax(dim=-1).tolist()
        return [
            [
                self.metric.missing if token == UNSEEN else self.labels[guesses[token]]
                for token in first
                if token != IGNORED
            ]
            for guesses, first in zip(best, share.targets["first"].tolist(), strict=True)
        ]


@final
class TaggingSettings(TaskSettings):
    """One label per word.

    Args:
        metric: `span_f1` for labels such as B-PER, `accuracy` otherwise.
        labels: in the order of the head; those of the run's corpora when absent.
        label_map: entity types or whole labels -> what to read them as.
        data: one source, or several: the first that has a split of a language gives it, so train
            and test may come from different ones.
    """

    kind: Literal["tagging"]
    metric: Literal["span_f1", "accuracy"] = "accuracy"
    labels: Names | None = None
    label_map: Mapping[Text, Text] = Field(default_factory=dict)

    takes: ClassVar[tuple[type, ...]] = (Tagged,)
    lack: ClassVar[str] = "have no labels"
    plain: ClassVar[Plain | None] = Plain(
        "AutoModelForTokenClassification",
        lambda outputs, share: outputs.logits.index_select(0, share.examples),
        named_by,
        told_of,
        {"labels": "classifier"},
        "tagging",
    )
    made_for: ClassVar[frozenset[str]] = frozenset({"kind", "labels"})

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; labels that are left open are read off all its corpora, because a rare one may
        stand in one test set only.
        """
        labels = self.labels
        if labels is None:
            examples = (example for corpus in corpora() for example in corpus.examples)
            labels = labels_of(cast(Iterator[Tagged], examples), self.label_map)
        if not labels:
            raise DataError(f"no labels for task `{name}`", remedy="list them under `labels:`")
        return Tagging(name, tuple(labels), METRICS[self.metric], self.label_map)

    def faults(self, document: Document, place: KeyPath) -> Iterator[Fault]:
        """A label map must lead to labels of the task, or to their entity types."""
        yield from super().faults(document, place)
        if self.labels is None:
            return
        known = dict.fromkeys([*self.labels, *(label.partition("-")[2] for label in self.labels)])
        known.pop("", None)
        for given, label in self.label_map.items():
            if label not in known:
                yield unknown(document, (*place, "label_map", given), "label", label, list(known))
