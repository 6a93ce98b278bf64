"""Contradictions between the parts of a run file."""

from typing import Any

import pytest

from hyperadapters.config.checks import cross_faults
from hyperadapters.document.document import Document


def _faults(values: Any) -> list[str]:
    return [str(fault) for fault in cross_faults(Document(values, {}, (), "f"))]


def _with(values: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**values, **changes}


def test_a_run_that_is_right_has_no_faults(values: dict[str, Any]) -> None:
    assert _faults(values) == []


_ARCHITECTURE = {"architecture": {"layers": 1, "width": 8, "heads": 2, "ffn": 8}}
_TAGGING = {"kind": "tagging", "data": {"format": "cldr", "content": "text"}}
_PAIRS = {"kind": "translation", "data": {"format": "cldr", "content": "pairs"}}
_HUB = {
    "kind": "translation",
    "data": {"format": "hub", "dataset": "a/b", "translation": "t", "codes": {"en-de": "de-en"}},
}
_TEXTS = {"kind": "translation", "data": {"format": "cldr", "content": "text"}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"train": {"nre": ["en"]}}, ["`train.nre`: unknown task `nre`", "mean `ner`?"]),
        ({"evaluate": {"fild": ["en"]}}, ["`evaluate.fild`: unknown task", "`fields`?"]),
        ({"select": {"x": ["en"]}}, ["`select.x`: unknown task"]),
        (
            {"train": {"ner": ["en"]}, "select": {"fields": ["en"]}},
            ["`select.fields`: no phase trains `fields`", "cells of ner"],
        ),
        (
            {"method": {"name": "hyper-x-small", "bottleneck": 0}},
            ["`method`: the `width` or `reduction` of a bottleneck is above 0"],
        ),
        (
            {"method": {"name": "hyper-x-small", "embedding": -1}},
            ["`method`: the dimension of an embedding is 1 or more, not -1"],
        ),
        (
            {"phases": {"pretrain": {"train": {"mln": ["en"]}}}},
            ["`phases.pretrain.train.mln`", "mean `mlm`?"],
        ),
        (
            {"train": {"fields": ["en", "trr"]}},
            ["`train.fields.1`: unknown language `trr`", "`tr`?"],
        ),
        (
            {"tasks": {"mt": _PAIRS}, "train": {"mt": ["de-en", "de"]}},
            ["`train.mt.1`: `de` is not a translation direction", "such as `de-en`"],
        ),
        (
            {"tasks": {"mt": _PAIRS}, "train": {"mt": ["de-sw", "de-trr"]}},
            ["`train.mt.1`: unknown language `trr`", "mean `tr`?"],
        ),
        (
            {"tasks": {"mt": _PAIRS}, "train": {"mt": ["de:en", "pt-XX:en"]}},
            ["`train.mt.1`: unknown language `pt-XX`"],
        ),
        (
            {"groups": {"new": ["pt-BR:en"]}},
            ["`groups.new.0`: unknown language `pt-BR:en`"],
        ),
        (
            {"tasks": {"mt": _PAIRS}, "train": {"mt": ["de-en-sw"]}},
            ["`train.mt.0`: `de-en-sw` goes through a third language", "only in `evaluate`"],
        ),
        (
            {"tasks": {"mt": _PAIRS}, "train": {"mt": ["de-en"]}, "evaluate": {"mt": ["de-xx-en"]}},
            ["`evaluate.mt.0`: unknown language `xx`"],
        ),
        (
            {"tasks": {"mt": _PAIRS}, "train": {"mt": ["en-pt-BR"]}},
            ["`train.mt.0`: unknown language `BR`", "between the languages: `en:pt-BR` or"],
        ),
        (
            {"tasks": {"mt": _HUB}, "train": {"mt": ["en-pt-BR"]}},
            ["`en-pt-BR` goes through a third language", "between the languages: `en:pt-BR` or"],
        ),
        (
            {
                "tasks": {"mt": _PAIRS},
                "train": {"mt": ["de-en"]},
                "phases": {"pretrain": {"train": {"mt": ["en-nl"]}}},
                "evaluate": {"mt": ["de-nl", "en-fr"]},
                "backbone": {"architecture": {**_ARCHITECTURE["architecture"], "type": "marian"}},
                "method": "transformer-base",
            },
            ["`evaluate.mt.1`: nothing is trained to translate into `fr`", "one of en, nl"],
        ),
        (
            {
                "tasks": {"mt": _PAIRS},
                "train": {"mt": ["de-en"]},
                "backbone": _ARCHITECTURE,
                "method": "transformer-base",
            },
            [
                "`backbone.architecture.type`: `bert` cannot learn task",
                "with a decoder, such as `t5`",
            ],
        ),
        (
            {"groups": {"High": ["en"]}, "tiers": {"High": 5, "Low": 0}},
            ["`tiers.High`: there is a group of this name"],
        ),
        (
            {"tasks": {"mt": _TEXTS}, "train": {"mt": ["de-en"]}},
            ["`tasks.mt.data`: the data of a translation task have one side only"],
        ),
        ({"groups": {"seen": ["turkish"]}}, ["`groups.seen.0`: unknown language `turkish`"]),
        ({"groups": {"seen": ["tr", ["tr"]]}}, ["`groups.seen.1`: unknown language `['tr']`"]),
        ({"method": "hyper-y"}, ["`method`: unknown method `hyper-y`", "did you mean"]),
        ({"method": {"name": "hyper-y"}}, ["`method.name`: unknown method"]),
        ({"phases": {"tran": {"steps": 1}}}, ["`phases.tran`: unknown phase", "mean `train`?"]),
        (
            {"phases": {"train": {"trains": ["adapter"]}}},
            ["`phases.train.trains`: unknown part of the method `adapter`", "mean `adapters`?"],
        ),
        (
            {"phases": {"train": {"acts": ["backbone"]}}},
            ["`phases.train.acts`: unknown part of the method `backbone`", "adapters, norms"],
        ),
        (
            {"phases": {"pre": {"train": {"mlm": ["en"]}, "leave_out": {"norm": [0]}}}},
            ["`phases.pre.leave_out`: unknown part of the method `norm`", "mean `norms`?"],
        ),
        (
            {"phases": {"train": {"select": {"ner": ["xx"], "fields": ["trr"]}}}},
            ["`phases.train.select.fields.0`: unknown language `trr`", "mean `tr`?"],
        ),
        (
            {"train": {"ner": ["en"]}, "phases": {"train": {"select": {"fields": ["en"]}}}},
            ["`phases.train.select.fields`: no phase trains `fields`", "cells of ner"],
        ),
        ({"train": {}}, ["`train` is missing", "remedy: add a line `train: ...`"]),
        (
            {"train": {}, "phases": {"pre": {"train": {"mlm": ["en"]}}}},
            ["`train` is missing"],
        ),
        ({"train": {}, "phases": {"train": {"train": None}}}, ["`train` is missing"]),
        (
            {"recipe": {"batch": 8, "accumulate": 3}},
            ["`recipe`: `batch` does not split evenly", "multiple of", "= 3 × 1", "found: 8"],
        ),
        (
            {"phases": {"train": {"contexts_per_batch": 5}}},
            ["`phases.train`: `batch` does not split evenly", "= 1 × 5", "found: 32"],
        ),
        (
            {"phases": {"pretrain": {"train": {"mlm": ["en"]}, "accumulate": 3}}},
            ["`phases.pretrain`: `batch` does not split evenly", "= 3 × 1", "found: 32"],
        ),
        (
            {"backbone": _ARCHITECTURE},
            ["nothing trains the random weights", "add `phases: {pretrain: {train: {...}}}`"],
        ),
        (
            {
                "backbone": _ARCHITECTURE,
                "phases": {"pretrain": {"train": {"mlm": ["en"]}, "trains": ["heads"]}},
            },
            ["nothing trains the random weights"],
        ),
        (
            {"tasks": {"ner": _TAGGING, "fields": _TAGGING, "mlm": _TAGGING}},
            ["the data of a tagging task have no labels"],
        ),
    ],
)
def test_each_contradiction_is_found(
    values: dict[str, Any], changes: dict[str, Any], said: list[str]
) -> None:
    faults = _faults(_with(values, **changes))
    assert faults
    assert all(part in faults[0] for part in said), faults[0]


@pytest.mark.parametrize("wrong", [3, True, 2.5, "adapters"])
@pytest.mark.parametrize("key", ["trains", "acts", "leave_out"])
def test_parts_that_are_not_several_are_left_to_the_schema(
    values: dict[str, Any], key: str, wrong: object
) -> None:
    phases = {"train": {key: wrong, "train": {"mlm": ["en"]}}}
    assert _faults(_with(values, phases=phases)) == []
    (untrained,) = _faults(_with(values, backbone=_ARCHITECTURE, phases=phases))
    assert "nothing trains the random weights" in untrained


def test_a_missing_argument_is_one_fault(values: dict[str, Any]) -> None:
    (fault,) = _faults(_with(values, method="bad-x"))
    assert "`method`: `bad-x` needs the argument `target`" in fault


def test_a_label_map_leads_to_known_labels(values: dict[str, Any]) -> None:
    values["tasks"]["ner"]["label_map"] = {"HUMAN": "PER", "B-THING": "B-PRE", "X": "LOC"}
    assert [fault.splitlines()[0].strip() for fault in _faults(values)] == [
        "f  `tasks.ner.label_map.B-THING`: unknown label `B-PRE`",
        "f  `tasks.ner.label_map.X`: unknown label `LOC`",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"backbone": _ARCHITECTURE, "method": "full-fine-tuning"},
        {"backbone": _ARCHITECTURE, "phases": {"pretrain": {"train": {"mlm": ["en"]}}}},
        {"backbone": _ARCHITECTURE, "phases": {"train": {"trains": ["backbone", "heads"]}}},
        {
            "backbone": _ARCHITECTURE,
            "phases": {"train": {"start_from": {"run": "runs/a", "phase": "pretrain"}}},
        },
        {"recipe": {"batch": 12, "accumulate": 3, "contexts_per_batch": 4}},
        {"recipe": {"batch": 7, "batch_tokens": 900, "accumulate": 2}},
        {"recipe": {"batch": 9, "accumulate": 2}, "phases": {"train": {"batch": 8}}},
        {"tasks": {"mt": _PAIRS}, "train": {"mt": ["de-en"]}, "evaluate": {"mt": ["de-en-sw"]}},
        {
            "tasks": {"mt": _HUB},
            "train": {"mt": ["de-en", "en-de", "yo-en"]},
            "groups": {"seen": ["de-en"]},
        },
        {"train": {"ner": ["xx"]}, "groups": {"new": ["xx"]}},
        {"train": {}, "phases": {"train": {"train": {"ner": ["en", "tr", "ta"]}}}},
        {"method": "mad-x-v2", "recipe": {}, "phases": {"task": {"leave_out": {"task": [0]}}}},
        {"phases": {"pre": {"train": {"mlm": ["en"]}, "trains": ["heads", "norms", "backbone"]}}},
        {"families": {"xx": "Unknown"}, "groups": {"new": ["xx"]}},
        {"families": {"pt-XX": "Unknown"}, "groups": {"new": ["pt-XX", "pt-XX:en", "de:pt-XX:en"]}},
        {"families": {"xx": "Unknown"}, "groups": {"directions": ["en-xx", "xx-en-xx"]}},
    ],
)
def test_what_fits_is_left_alone(values: dict[str, Any], changes: dict[str, Any]) -> None:
    assert _faults(_with(values, **changes)) == []


def test_broken_parts_do_not_hide_faults_in_others(values: dict[str, Any]) -> None:
    values["tasks"]["ner"] = 5
    values["recipe"] = {"stepz": 5, "batch": 7, "accumulate": 2}
    values["train"] = {"ner": "en", "fields": ["enn"], "x": ["en"]}
    values["method"] = {"name": "hyper-x-base", "botleneck": 5}
    values["phases"] = {"first": {}}
    text = "\n".join(_faults(values))
    for part in ("`botleneck`", "`enn`", "unknown task `x`", "unknown phase `first`", "found: 7"):
        assert part in text
