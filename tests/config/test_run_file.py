"""The run file: defaults, shorthands, and what single keys refuse."""

from typing import Any

import pytest
from pydantic import ValidationError

from hyperadapters.config import Architecture, Backbone, RunFile
from hyperadapters.data.cldr.source import Cldr
from hyperadapters.data.sources.files import Conll


def test_defaults(values: dict[str, Any]) -> None:
    run = RunFile.model_validate(values)
    assert (run.seed, run.output, run.trackers, run.checkpoint_every) == (
        0,
        "runs/small run",
        (),
        1000,
    )
    assert run.evaluate == {"ner": ("en", "tr"), "fields": ("en",)}
    assert run.select == run.evaluate
    assert str(run.folder) == "runs/small run"


def test_a_run_of_language_models_alone_scores_them(values: dict[str, Any]) -> None:
    values["train"] = {"mlm": ["en"]}
    assert RunFile.model_validate(values).evaluate == {"mlm": ("en",)}


def test_a_method_may_be_a_name_alone(values: dict[str, Any]) -> None:
    values["method"] = "hyper-x-small"
    method = RunFile.model_validate(values).method
    assert (method.name, method.arguments) == ("hyper-x-small", {})


def test_arguments_of_a_method(values: dict[str, Any]) -> None:
    assert RunFile.model_validate(values).method.arguments == {"bottleneck": 32}


def test_one_source_or_several(values: dict[str, Any]) -> None:
    tasks = RunFile.model_validate(values).tasks
    assert tasks["fields"].data == (Cldr(content="fields"),)
    assert tasks["ner"].data == (Conll(path="ner/{language}/{split}.tsv"),)
    assert tasks["mlm"].data == (Cldr(content="text"),)


def test_a_run_cannot_be_changed(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RunFile.model_validate(values).seed = 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "given: none"),
        ({"path": "a", "name": "b"}, "given: `path` and `name`"),
        ({"path": "a", "revision": "main"}, "`revision` belongs to a `name`"),
    ],
)
def test_a_backbone_is_exactly_one_thing(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Backbone.model_validate(given)


def test_the_width_of_an_architecture_splits_into_heads() -> None:
    with pytest.raises(ValidationError, match="`width` 10 is not a multiple of `heads` 4"):
        Architecture(layers=1, width=10, heads=4, ffn=8)


@pytest.mark.parametrize("name", ["", "a/b", "a  b", " a", "line\nbreak"])
def test_names_of_runs_fit_into_folders_and_titles(values: dict[str, Any], name: str) -> None:
    values["name"] = name
    with pytest.raises(ValidationError, match="is not a legal name"):
        RunFile.model_validate(values)


@pytest.mark.parametrize(
    ("cells", "message"),
    [({"ner": []}, "the list is empty"), ({"ner": ["en", "en"]}, "occurs twice: en")],
)
def test_languages_of_a_cell(values: dict[str, Any], cells: Any, message: str) -> None:
    values["train"] = cells
    with pytest.raises(ValidationError, match=message):
        RunFile.model_validate(values)
