"""Settings of tasks: which data they take, how they read cells, what a trained model keeps."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from hyperadapters.config import AnyTask
from hyperadapters.document.document import Document
from hyperadapters.errors import ConfigError, ContextError, DataError
from hyperadapters.metrics import METRICS
from hyperadapters.routes import Route
from hyperadapters.tasks import KINDS, MaskedLM, Tagging, TaskSettings, Translation
from hyperadapters.tasks.mlm import MlmSettings
from hyperadapters.tasks.parsing_settings import ParsingSettings
from hyperadapters.tasks.tagging import TaggingSettings
from hyperadapters.tasks.translation_settings import TranslationSettings

FIELDS = {"format": "cldr", "content": "fields"}
TEXT = {"format": "cldr", "content": "text"}
PAIRS = {"format": "cldr", "content": "pairs"}
TREES = {"format": "trees", "path": "{language}.conllu"}


def settings(kind: str, data: Any, **more: Any) -> TaskSettings:
    return TypeAdapter(AnyTask).validate_python({"kind": kind, "data": data, **more})


def faults(task: TaskSettings, values: Any = None) -> list[str]:
    document = Document({"tasks": {"t": values or {}}}, {}, (), "f")
    return [str(fault) for fault in task.faults(document, ("tasks", "t"))]


@pytest.mark.parametrize(
    ("kind", "data", "made"),
    [
        ("tagging", FIELDS, TaggingSettings),
        ("mlm", TEXT, MlmSettings),
        ("translation", PAIRS, TranslationSettings),
        ("parsing", TREES, ParsingSettings),
    ],
)
def test_a_kind_is_chosen_by_its_name(
    kind: str, data: dict[str, str], made: type[TaskSettings]
) -> None:
    task = settings(kind, data)
    assert type(task) is made
    assert made in KINDS
    assert task.data == settings(kind, [data]).data, "one source, or a list of them"
    assert faults(task) == []


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("parsing", FIELDS, ["the data of a parsing task have no trees", "Tree", "Tagged"]),
        ("tagging", TEXT, ["`tasks.t.data`: the data of a tagging task have no labels", "Tagged"]),
        (
            "translation",
            [PAIRS, FIELDS],
            [
                "the data of a translation task have one side only",
                "expected: examples of Pair",
                "found: `format: cldr` with examples of Tagged",
            ],
        ),
    ],
)
def test_data_that_a_task_cannot_use(kind: str, data: Any, said: list[str]) -> None:
    (fault,) = faults(settings(kind, data))
    assert all(part in fault for part in said), fault


def test_language_modelling_takes_everything_that_has_text() -> None:
    assert faults(settings("mlm", [TEXT, PAIRS, FIELDS])) == []


def test_a_label_map_leads_to_labels_or_their_types() -> None:
    said = {"GPE": "LOC", "B-X": "B-PER", "Y": "PER", "Z": "O"}
    task = settings("tagging", FIELDS, labels=["O", "B-PER"], label_map=said)
    (fault,) = faults(task)
    assert "`tasks.t.label_map.GPE`: unknown label `LOC`" in fault
    assert faults(settings("tagging", FIELDS, label_map=said)) == []


def test_a_cell_is_a_language_and_of_a_translation_a_direction() -> None:
    assert settings("tagging", FIELDS).route("pt-BR") == Route.of("pt-BR")
    translation = settings("translation", PAIRS)
    assert translation.route("de-en-fr") == Route.of("de", "en", "fr")
    with pytest.raises(ContextError, match="`de` is not a translation direction"):
        translation.route("de")


def test_tokens_of_a_vocabulary_are_those_of_target_languages() -> None:
    assert settings("mlm", TEXT).tokens(Route.of("de")) == ()
    found = settings("translation", PAIRS).tokens(Route.of("de", "pt-BR"))
    assert found == ("<2de>", "<2pt-BR>")


def test_a_hop_leads_into_a_language_that_is_trained() -> None:
    translation = settings("translation", PAIRS)
    trained = [Route.of("de", "en"), Route.of("en", "fr")]
    assert translation.unreached(Route.of("de", "en", "fr"), trained) is None
    lost = translation.unreached(Route.of("fr", "de", "en"), trained)
    assert lost == "nothing is trained to translate into `de`"
    assert translation.unreached(Route.of("fr", "de"), []) is None, "nothing is known of it"
    assert settings("mlm", TEXT).unreached(Route.of("de"), []) is None


def test_each_builds_its_task() -> None:
    def unread() -> list[Any]:
        raise AssertionError("no corpus is needed")

    made = settings("mlm", TEXT, probability=0.3).build("text", unread)
    assert made == MaskedLM("text", 0.3)
    made = settings("translation", PAIRS, beams=2, length=9, ratio=2.5, tokenize="char").build(
        "mt", unread
    )
    assert isinstance(made, Translation)
    assert made == Translation("mt", made.metric, 2, 9, 2.5, "char")
    assert made.metric is METRICS["bleu"]
    made = settings("tagging", FIELDS, labels=["A", "B"]).build("pos", unread)
    assert isinstance(made, Tagging) and made.labels == ("A", "B")


def test_labels_are_needed() -> None:
    with pytest.raises(
        DataError, match=r"no labels for task `pos`(.|\n)*list them under `labels:`"
    ):
        settings("tagging", FIELDS).build("pos", lambda: [])


def test_what_a_trained_model_keeps_is_put_in() -> None:
    task = settings("tagging", FIELDS, metric="span_f1")
    kept = task.with_kept({"labels": ["O", "B-A"]})
    assert isinstance(kept, TaggingSettings)
    assert (kept.labels, kept.metric, kept.data) == (("O", "B-A"), "span_f1", task.data)
    assert kept.build("t", lambda: []).kept() == {"labels": ["O", "B-A"]}
    assert task.with_kept({}) is task


class Shape:
    def __init__(self, *names: str) -> None:
        self.id2label = dict(enumerate(names))


def test_a_model_of_another_library_names_its_labels() -> None:
    task = settings("tagging", FIELDS)
    assert task.plain is not None
    assert task.plain.kept(Shape("O", "B-A"), task) == {"labels": ["O", "B-A"]}
    nameless = Shape("LABEL_0", "LABEL_1")
    named = settings("tagging", FIELDS, labels=["X", "Y"])
    assert task.plain.kept(nameless, named) == {"labels": ["X", "Y"]}
    said = r"(?s)does not name its labels\n.*expected: 2 names under `labels`.*LABEL_0, LABEL_1"
    for short in (task, settings("tagging", FIELDS, labels=["X"])):
        with pytest.raises(ConfigError, match=said):
            task.plain.kept(nameless, short)
    masked = settings("mlm", TEXT)
    assert masked.plain is not None and masked.plain.kept(nameless, masked) == {}
    assert settings("span-corruption", TEXT).plain is None


@pytest.mark.parametrize(
    ("kind", "data", "more"),
    [
        ("mlm", TEXT, {"probability": 1.0}),
        ("mlm", TEXT, {"probability": True}),
        ("translation", PAIRS, {"ratio": 0.5}),
        ("translation", PAIRS, {"metric": "accuracy"}),
        ("translation", PAIRS, {"beams": 0}),
        ("tagging", FIELDS, {"labels": []}),
        ("tagging", FIELDS, {"beams": 5}),
    ],
)
def test_values_out_of_range_are_refused(kind: str, data: Any, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(kind, data, **more)
