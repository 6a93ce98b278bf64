"""Run files round-trip; their digest is that of what they depend on."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.config import (
    RunFile,
    digest,
    load_resolved,
    load_run,
    method_of,
    resolved,
    run_from,
    to_yaml,
)
from hyperadapters.document.dialect import write_yaml
from hyperadapters.errors import ConfigError
from hyperadapters.method import Method, Recipe

_PAIRS = {"format": "cldr", "content": "pairs"}
_UNDER = ("under", "select_under", "score_under")
_CYCLE = [{"language": "en"}, {"language": "tr", "task": "ner"}]

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


def test_a_key_of_earlier_versions_says_what_it_is_now(
    write: Callable[[str, str], Path], values: Any
) -> None:
    changed = {**values, "pretrain": {"train": {"mlm": ["en"]}}}
    path = write("run.yaml", write_yaml(changed))
    with pytest.raises(ConfigError, match="(?s)`pretrain` is a phase now.*`phases: {pretrain: {"):
        load_run(path)


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
    values["phases"] = {"pretrain": {"train": {"mlm": ["en"]}, "steps": 2}}
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
    assert not {"recipe", "train", "select"} & content.keys()
    assert content["phases"]["train"]["train"] == {
        "ner": ["en", "tr"],
        "fields": ["en"],
        "mlm": ["en", "tr", "ta"],
    }
    assert content["phases"]["train"]["select"] == content["evaluate"]
    assert content["phases"]["train"]["trains"] == ["adapters", "heads", "norms"]
    assert content["phases"]["train"]["acts"] == ["adapters", "norms"]
    assert [content["phases"]["train"][key] for key in _UNDER] == ["observed"] * 3


def test_name_and_output_are_not_in_the_digest(values: dict[str, Any]) -> None:
    other = {**values, "name": "other", "output": "elsewhere"}
    assert digest(run_from(other)) == digest(run_from(values))


def test_spelling_a_default_out_does_not_change_the_digest(values: dict[str, Any]) -> None:
    spelt = deepcopy(values)
    spelt["seed"] = 0
    spelt["method"]["code"] = 192
    spelt["phases"] = {"train": {"batch": Recipe().batch}}
    assert digest(run_from(spelt)) == digest(run_from(values))


@pytest.mark.parametrize(
    "spelt",
    [
        {"betas": list(Recipe().betas)},
        {"leave_out": {}},
        {"trains": ["heads", "norms", "adapters"]},
        {"acts": ["norms", "adapters"]},
        {"under": "observed", "select_under": "observed", "score_under": {}},
        {"train": {"ner": ["en", "tr"], "fields": ["en"], "mlm": ["en", "tr", "ta"]}},
        {"select": {"ner": ["en", "tr"], "fields": ["en"]}},
    ],
    ids=lambda spelt: "-".join(spelt),
)
def test_nor_does_spelling_out_what_a_phase_does(
    values: dict[str, Any], spelt: dict[str, Any]
) -> None:
    again = {**values, "phases": {"train": spelt}}
    assert digest(run_from(again)) == digest(run_from(values))


@pytest.mark.parametrize("name", ["psf", "mad-x-v2", "hyper-adapters-base-base", "tlr-all-multi"])
def test_nor_does_spelling_out_what_a_method_takes(values: dict[str, Any], name: str) -> None:
    short = run_from({**values, "method": name})
    assert digest(run_from({**values, "method": resolved(short)["method"]})) == digest(short)


def test_lists_of_a_method_are_the_same_however_they_are_given(values: dict[str, Any]) -> None:
    method = {"name": "tlr-task-multi", "source": "en", "targets": ["tr", "ta"]}
    values |= {"method": method, "recipe": {}}
    spelt = resolved(run_from(values))["method"]
    assert spelt["targets"] == ["tr", "ta"]
    assert digest(run_from({**values, "method": spelt})) == digest(run_from(values))


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
    own = method_of(run_from({**values, "recipe": {}, "phases": {}})).phases[-1].recipe
    assert _recipe(run_from(values)) == replace(own, steps=6, batch=8)
    later = run_from(values, ["recipe.steps=9"])
    assert _recipe(later) == replace(own, steps=9, batch=8)


def _recipe(run: RunFile) -> Recipe:
    return method_of(run).phases[-1].recipe


def test_a_resolved_run_can_be_given_another_recipe(values: dict[str, Any]) -> None:
    values |= {"method": "hyper-adapters-base-base", "train": {"mt": ["de-en"]}, "groups": {}}
    values["tasks"] = {"mt": {"kind": "translation", "data": _PAIRS}}
    spelt_out = resolved(run_from(values))
    again = run_from(spelt_out, ["recipe.steps=7", "recipe.batch=64"])
    recipe = _recipe(again)
    assert (recipe.steps, recipe.batch, recipe.batch_tokens) == (7, 64, 0)
    assert _recipe(run_from(spelt_out)) != recipe


def _method(run: RunFile) -> Method:
    """The method of a run, in which every phase names who acts."""
    method = method_of(run)
    names = [adapter.name for adapter in method.adapters]
    phases = (
        replace(phase, acts=frozenset(filter(phase.lets_act, names))) for phase in method.phases
    )
    return replace(method, phases=tuple(phases))


@pytest.mark.parametrize(
    "schedule",
    ["observed", {"fixed": {"language": "nl"}}, {"cycle": _CYCLE}, {"cycle": _CYCLE[:1]}],
)
@pytest.mark.parametrize("key", _UNDER)
def test_every_schedule_reads_back(values: dict[str, Any], key: str, schedule: Any) -> None:
    values["phases"] = {"train": {key: schedule}}
    run = run_from(values)
    assert resolved(run)["phases"]["train"][key] == schedule
    again = run_from(resolved(run))
    assert _method(again) == _method(run)
    assert (resolved(again), digest(again)) == (resolved(run), digest(run))
    assert (digest(run) == digest(run_from({**values, "phases": {}}))) == (schedule == "observed")


@pytest.mark.parametrize("more", [{}, {"step": 0}, {"step": 500}])
def test_where_a_phase_starts_from_reads_back(values: dict[str, Any], more: dict[str, int]) -> None:
    start = {"run": "runs/other", "phase": "train", **more}
    values["phases"] = {"train": {"start_from": start}}
    run = run_from(values)
    assert resolved(run)["phases"]["train"]["start_from"] == start
    again = run_from(resolved(run))
    assert (_method(again), digest(again)) == (_method(run), digest(run))
    assert digest(run) != digest(run_from({**values, "phases": {}}))


def test_added_phases_read_back_in_their_order(values: dict[str, Any]) -> None:
    values["phases"] = {
        "second": {"train": {"mlm": ["tr"]}},
        "train": {"leave_out": {"adapters": [-1]}, "acts": ["adapters"], "trains": ["adapters"]},
        "first": {"train": {"mlm": ["en"]}, "trains": ["backbone"], "criterion": "perplexity"},
    }
    run = run_from(values)
    assert list(resolved(run)["phases"]) == ["second", "first", "train"]
    again = run_from(resolved(run))
    assert (_method(again), digest(again)) == (_method(run), digest(run))


def test_a_mapping_names_its_origin() -> None:
    with pytest.raises(ConfigError, match="faults in `the study`"):
        run_from({}, where="the study")


def test_the_run_file_of_a_model_stands_on_no_other(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("name: other\n")
    (tmp_path / "run.yaml").write_text("base: ../other.yaml\nname: mine\n")
    with pytest.raises(ConfigError, match=r"stands on another file(.|\n)*`base`"):
        load_resolved(tmp_path / "run.yaml")
