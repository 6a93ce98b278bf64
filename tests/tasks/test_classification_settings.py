"""What a run file says of a classification task."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from hyperadapters.config import AnyTask
from hyperadapters.data import Corpus
from hyperadapters.document.document import Document
from hyperadapters.errors import DataError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.metrics import METRICS
from hyperadapters.routes import Route
from hyperadapters.tasks import Classification
from hyperadapters.tasks.classification_settings import ClassificationSettings

SAME = {"format": "cldr", "content": "same"}
KINDS = {"format": "cldr", "content": "kinds"}


def settings(data: Any = SAME, **more: Any) -> ClassificationSettings:
    values = {"kind": "classification", "data": data, **more}
    made = TypeAdapter(AnyTask).validate_python(values)
    assert isinstance(made, ClassificationSettings)
    return made


def faults(task: ClassificationSettings) -> list[str]:
    document = Document({"tasks": {"t": {}}}, {}, (), "f")
    return [str(fault) for fault in task.faults(document, ("tasks", "t"))]


def test_labels_that_are_left_open_are_those_of_the_corpora_in_order() -> None:
    examples = [LabelledPair("a", "b", label) for label in ("same", "no", "same", "SAME")]
    corpus = Corpus("t", Route.of("tr"), "train", [*examples, LabelledPair("a", "b", None)], "x")
    task = settings(label_map={"SAME": "same"}, metric="mcc").build("t", lambda: [corpus])
    assert isinstance(task, Classification)
    assert task.labels == ("no", "same") and task.reads is LabelledPair
    assert task.metric.name == "mcc" and task.metric.fits(len(task.metric.statistics([], [])))
    given = settings(KINDS, labels=["x", "a"]).build("t", list)
    assert isinstance(given, Classification)
    assert (given.labels, given.reads, given.metric) == (("x", "a"), Labelled, METRICS["accuracy"])
    with pytest.raises(DataError, match="no labels for task `t`"):
        settings().build("t", list)


def test_a_trained_model_keeps_its_labels() -> None:
    kept = settings().with_kept({"labels": ["different", "same"]})
    assert isinstance(kept, ClassificationSettings) and kept.labels == ("different", "same")
    assert ClassificationSettings.made_for == {"kind", "labels"}


def test_all_data_are_texts_or_all_are_pairs_and_the_map_leads_to_labels() -> None:
    assert faults(settings()) == faults(settings([SAME, {**SAME, "seed": 1}])) == []
    (said,) = faults(settings([SAME, KINDS]))
    assert "one source gives single texts, another one pairs" in said
    assert "LabelledPair and Labelled" in said
    (said,) = faults(settings({"format": "cldr", "content": "fields"}))
    assert "the data of a classification task have no label for a whole text" in said
    (said,) = faults(settings(labels=["same", "different"], label_map={"yes": "sam"}))
    assert "unknown label `sam`" in said and "`same`" in said


def test_a_source_of_labelled_text_is_written_as_a_mapping() -> None:
    data = {
        "format": "labelled",
        "path": "glue/{split}.tsv",
        "texts": ["sentence"],
        "label_names": {0: "negative", 1: "positive"},
    }
    assert settings(data).data[0].gives is Labelled
    with pytest.raises(ValidationError, match="`path` or `dataset`"):
        settings({"format": "labelled"})
