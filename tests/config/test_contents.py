"""Run files round-trip; their digest is that of what they depend on."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.config import (
    digest,
    load_run,
    pretrain_recipe,
    recipe_of,
    resolved,
    run_from,
    to_yaml,
)
from hyperadapters.errors import ConfigError
from hyperadapters.method import Phase, Recipe
from hyperadapters.methods import METHODS

_PAIRS = {"format": "cldr", "content": "pairs"}

_FIVE_FAULTS = """\
name: broken
seed: first
backbone: {name: bert-base-multilingual-cased}
method: {name: hyper-x-base, botleneck: 8}
tasks:
  fields: {kind: tagging, data: {format: cldr}}
train:
  fields: [en, tkr]
recipe:
  stepz: 5
  learning_rate: -1.0
"""


def test_all_faults_are_reported_at_once_with_their_lines(
    write: Callable[[str, str], Path],
) -> None:
    path = write("run.yaml", _FIVE_FAULTS)
    with pytest.raises(ConfigError) as error:
        load_run(path)
    text = str(error.value)
    assert text.startswith(f"5 faults in `{path}`")
    for line, part in [
        (2, "`seed`: not a legal value"),
        (4, "`method.botleneck`: unknown argument `botleneck`"),
        (8, "`train.fields.1`: unknown language `tkr`"),
        (10, "`recipe.stepz`: unknown key `stepz`"),
        (11, "`recipe.learning_rate`: not a legal value"),
    ]:
        assert f"{path}:{line}  {part}" in text


def test_a_study_is_not_taken_for_a_run(write: Callable[[str, str], Path]) -> None:
    path = write("all.yaml", "name: all\ngrid: {seed: [0, 1]}\n")
    with pytest.raises(ConfigError, match=r"is a study.*\n.*:2\n.*`hyperadapters study .*all"):
        load_run(path)


def test_changes_of_the_command_line(write: Callable[[str, str], Path], values: Any) -> None:
    path = write("run.yaml", to_yaml(run_from(values)))
    run = load_run(path, ["phases.train.steps=3", "method.bottleneck=16", "seed=4"])
    assert (run.phases["train"].steps, run.method.arguments["bottleneck"], run.seed) == (3, 16, 4)
    with pytest.raises(ConfigError, match=r"--set sed=4  `sed`: unknown key `sed`"):
        load_run(path, ["sed=4"])


def test_a_run_reads_back_from_its_own_yaml(write: Callable[[str, str], Path], values: Any) -> None:
    values["train"]["ner"] = ["no", "en"]
    values["recipe"] = {"temperature": float("inf"), "precision": "no", "epsilon": 1e-8}
    values["pretrain"] = {"train": {"mlm": ["en"]}, "recipe": {"steps": 2}}
    run = run_from(values)
    again = load_run(write("run.yaml", to_yaml(run)))
    assert resolved(again) == resolved(run)
    assert to_yaml(again) == to_yaml(run)
    assert digest(again) == digest(run)


def test_resolved_content_spells_everything_out(values: dict[str, Any]) -> None:
    content = resolved(run_from(values))
    assert content["method"]["code"] == 192
    assert content["method"]["bottleneck"] == 32
    assert content["phases"]["train"]["steps"] == 10
    assert content["phases"]["train"]["learning_rate"] == Recipe().learning_rate
    assert content["evaluate"] == {"ner": ["en", "tr"], "fields": ["en"]}
    assert "recipe" not in content


def test_name_and_output_are_not_in_the_digest(values: dict[str, Any]) -> None:
    other = {**values, "name": "other", "output": "elsewhere"}
    assert digest(run_from(other)) == digest(run_from(values))


def test_spelling_a_default_out_does_not_change_the_digest(values: dict[str, Any]) -> None:
    spelt = deepcopy(values)
    spelt["seed"] = 0
    spelt["method"]["code"] = 192
    spelt["phases"] = {"train": {"batch": Recipe().batch}}
    assert digest(run_from(spelt)) == digest(run_from(values))


@given(st.sampled_from(["seed", "recipe", "train", "groups", "labels", "method", "data"]))
def test_everything_else_is_in_the_digest(what: str) -> None:
    changes: dict[str, Any] = {
        "seed": {"seed": 1},
        "recipe": {"recipe": {"steps": 11}},
        "train": {"train": {"fields": ["en", "tr"]}},
        "groups": {"groups": {"seen": ["en"]}},
        "labels": {"tasks": _task(labels=["A"])},
        "method": {"method": "hyper-x-small"},
        "data": {"tasks": _task(data={"format": "cldr", "train": 7})},
    }
    base = {
        "name": "x",
        "backbone": {"name": "bert-base-cased"},
        "method": "hyper-x-base",
        "tasks": _task(),
        "train": {"fields": ["en"]},
    }
    assert digest(run_from({**base, **changes[what]})) != digest(run_from(base))


def _task(**changes: Any) -> dict[str, Any]:
    return {"fields": {"kind": "tagging", "data": {"format": "cldr"}, **changes}}


def test_a_phase_wins_over_the_recipe_of_all(values: dict[str, Any]) -> None:
    values |= {"recipe": {"steps": 5, "batch": 8}, "phases": {"train": {"steps": 6}}}
    phase = Phase(trains=frozenset(), recipe=Recipe(warmup=3))
    assert recipe_of(run_from(values), phase) == Recipe(steps=6, batch=8, warmup=3)
    later = run_from(values, ["recipe.steps=9"])
    assert recipe_of(later, phase) == Recipe(steps=9, batch=8, warmup=3)


def test_a_resolved_run_can_be_given_another_recipe(values: dict[str, Any]) -> None:
    values |= {"method": "hyper-adapters-base-base", "train": {"mt": ["de-en"]}, "groups": {}}
    values["tasks"] = {"mt": {"kind": "translation", "data": _PAIRS}}
    spelt_out = resolved(run_from(values))
    again = run_from(spelt_out, ["recipe.steps=7", "recipe.batch=64"])
    phase = METHODS["hyper-adapters-base-base"]().phases[0]
    recipe = recipe_of(again, phase)
    assert (recipe.steps, recipe.batch, recipe.batch_tokens) == (7, 64, 0)
    assert recipe_of(run_from(spelt_out), phase) != recipe


def test_pretraining_has_its_own_recipe(values: dict[str, Any]) -> None:
    values |= {
        "recipe": {"steps": 5},
        "pretrain": {"train": {"mlm": ["en"]}, "recipe": {"batch": 4}},
    }
    assert pretrain_recipe(run_from(values)) == Recipe(batch=4)
    del values["pretrain"]
    assert pretrain_recipe(run_from(values)) == Recipe()


def test_a_mapping_names_its_origin() -> None:
    with pytest.raises(ConfigError, match="faults in `the study`"):
        run_from({}, where="the study")
