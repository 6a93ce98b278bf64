"""What a run file says of a classification task."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar, Literal, cast, final

from pydantic import Field

from hyperadapters.data import Corpus
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.validation import unknown
from hyperadapters.document.values import Names, Text
from hyperadapters.errors import DataError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.metrics import METRICS
from hyperadapters.tasks.base import Task
from hyperadapters.tasks.classification import Classification, Example
from hyperadapters.tasks.labels import named_by, told_of
from hyperadapters.tasks.plain import Plain
from hyperadapters.tasks.settings import TaskSettings

__all__ = ["ClassificationSettings"]


@final
class ClassificationSettings(TaskSettings):
    """One label per text, or per pair of texts: inference, paraphrase, sentiment, topics.

    Args:
        metric: `accuracy`, `macro_f1` (as scikit-learn counts it) or `mcc`, Matthews' correlation
            coefficient.
        labels: in the order of the head; those of the run's corpora, sorted, when absent.
        label_map: labels of the corpora -> what to read them as.
        data: one source, or several, all of single texts or all of pairs: the first that has a
            split of a language gives it, so train and test may come from different ones.
    """

    kind: Literal["classification"]
    metric: Literal["accuracy", "macro_f1", "mcc"] = "accuracy"
    labels: Names | None = None
    label_map: Mapping[Text, Text] = Field(default_factory=dict)

    takes: ClassVar[tuple[type, ...]] = (Labelled, LabelledPair)
    lack: ClassVar[str] = "have no label for a whole text"
    plain: ClassVar[Plain | None] = Plain(
        "AutoModelForSequenceClassification",
        lambda outputs, share: outputs.logits.index_select(0, share.examples),
        named_by,
        told_of,
    )
    made_for: ClassVar[frozenset[str]] = frozenset({"kind", "labels"})

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; labels that are left open are read off all its corpora, because a rare one may
        stand in one test set only.
        """
        labels = self.labels
        if labels is None:
            each = (cast(Example, one).label for corpus in corpora() for one in corpus.examples)
            found = {self.label_map.get(label, label) for label in each if label is not None}
            labels = tuple(sorted(found))
        if not labels:
            raise DataError(f"no labels for task `{name}`", remedy="list them under `labels:`")
        reads = cast(type[Example], self.data[0].gives)
        return Classification(name, labels, METRICS[self.metric], reads, self.label_map)

    def faults(self, document: Document, place: KeyPath) -> Iterator[Fault]:
        """All data are single texts or all pairs, and a label map leads to labels of the task."""
        yield from super().faults(document, place)
        kinds = dict.fromkeys(source.gives for source in self.data if source.gives in self.takes)
        if len(kinds) > 1:
            yield document.fault(
                (*place, "data"),
                "one source gives single texts, another one pairs",
                expected="the same of all sources of a task",
                found=" and ".join(f"{kind.__name__}" for kind in kinds),
            )
        for given, label in self.label_map.items() if self.labels is not None else ():
            if label not in (self.labels or ()):
                key = (*place, "label_map", given)
                yield unknown(document, key, "label", label, list(self.labels or ()))
