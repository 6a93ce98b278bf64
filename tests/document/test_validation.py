"""Errors of pydantic in the words of a run file."""

from typing import Any

import pytest

from hyperadapters.config import RunFile, schema
from hyperadapters.document.document import Document
from hyperadapters.document.validation import model_faults, unknown


def _faults(values: Any) -> list[str]:
    return [str(fault) for fault in model_faults(RunFile, Document(values, {}, (), "f"))]


def _set(values: Any, path: str, value: Any) -> Any:
    *above, last = path.split(".")
    for key in above:
        values = values[int(key) if isinstance(values, list) else key]
    values[last] = value


def test_a_run_that_is_right_has_no_faults(values: dict[str, Any]) -> None:
    assert _faults(values) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("recipe.stepz", 5, ["`recipe.stepz`: unknown key `stepz`", "did you mean `steps`?"]),
        (
            "tasks.ner.metrc",
            5,
            ["`tasks.ner.metrc`: unknown key", "kind, data, metric", "mean `metric`?"],
        ),
        ("tasks.ner.data.pth", 5, ["`tasks.ner.data.pth`: unknown key", "did you mean `path`?"]),
        ("tasks.mlm.data.0.trian", 5, ["`tasks.mlm.data.0.trian`", "did you mean `train`?"]),
        ("backbone.nam", "x", ["`backbone.nam`: unknown key", "path, name, revision"]),
        ("seed", "0", ["`seed`: not a legal value", "expected: a whole number", "found: '0'"]),
        ("seed", -1, ["`seed`", "greater than or equal to 0", "found: -1"]),
        ("seed", True, ["`seed`", "a whole number", "found: True"]),
        ("train", ["en"], ["`train`", "a mapping", "found: ['en']"]),
        ("train.ner", "en", ["`train.ner`", "a list", "found: 'en'"]),
        (
            "tasks.ner.kind",
            "taging",
            ["`tasks.ner.kind`", "tagging, classification", "mean `tagging`?"],
        ),
        ("tasks.ner.data.format", "conl", ["`tasks.ner.data.format`", "did you mean `conll`?"]),
        ("tasks.ner.data", {"path": "x"}, ["`tasks.ner.data`: `format` is missing"]),
        (
            "tasks.ner.data.splits",
            {"trian": "dev"},
            ["not a legal value", "train, dev, test", "mean `train`?"],
        ),
        ("tasks.fields.data.dev", -1, ["`tasks.fields.data.dev`", "0"]),
        ("tasks.fields.data.train", 10**9, ["`tasks.fields.data.train`", "equal to 20000"]),
        ("tasks.ner.data", {"format": "conll"}, ["`tasks.ner.data`: `path` is missing"]),
        ("tasks.ner.data", [], ["`tasks.ner.data`: the list is empty"]),
        ("tasks.ner.data", {"format": "hub"}, ["needs `dataset` or `path`"]),
        ("tasks.ner.metric", "f1", ["`tasks.ner.metric`", "span_f1, accuracy", "'f1'"]),
        ("tasks.ner.labels", ["O", "O"], ["`tasks.ner.labels`: occurs twice: O"]),
        ("groups.seen", [1], ["`groups.seen.0`", "text, in quotes if it looks like a number"]),
        ("name", {"a": 1}, ["`name`", "found: a mapping of a"]),
        (
            "backbone",
            {"architecture": dict.fromkeys(("layers", "width", "heads", "ffn"), 10**9)},
            ["`backbone.architecture.layers`: not a legal value", "less than or equal to 256"],
        ),
        ("name", ["a" * 999], ["`name`", "found: ['" + "a" * 198 + "..."]),
        ("output", "a\0b", ["`output`: a path cannot hold the character NUL"]),
        ("output", "~no-such-user/a", ["`output`: `~no-such-user`: this machine has no such user"]),
        ("backbone", {"path": "a\0b"}, ["`backbone.path`: a path cannot hold the character NUL"]),
        ("phases", {"train": {"steps": 0}}, ["`phases.train.steps`", "equal to 1"]),
        ("trackers", ["tensorbord"], ["`trackers.0`", "did you mean `tensorboard`?"]),
    ],
)
def test_a_fault_has_its_path_what_was_expected_and_the_nearest_name(
    values: dict[str, Any], path: str, value: Any, said: list[str]
) -> None:
    _set(values, path, value)
    faults = _faults(values)
    assert len(faults) == 1
    assert all(part in faults[0] for part in said), faults[0]


@pytest.mark.parametrize("key", ["name", "backbone", "method", "tasks"])
def test_what_is_missing(values: dict[str, Any], key: str) -> None:
    del values[key]
    assert [fault.splitlines()[0] for fault in _faults(values)] == [f"  f  `{key}` is missing"]


def test_many_known_names_are_cut_short() -> None:
    fault = unknown(
        Document({}, {}, (), "f"), ("a",), "language", "zz", [f"l{n}" for n in range(30)]
    )
    assert fault.expected is not None and fault.expected.endswith("l19, ... (30 in all)")
    assert (
        unknown(Document({}, {}, (), "f"), (), "axis", "x", []).expected == "no axis is known here"
    )


def test_the_schema_tells_an_editor_what_is_legal(values: dict[str, Any]) -> None:
    method = schema()["properties"]["method"]
    assert {"type": "string"} in method["anyOf"]
    assert "additionalProperties" in schema() and not schema()["additionalProperties"]
