"""The grid laid out: which runs, under which digest, and all faults of all of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hyperadapters.config import digest, method_of
from hyperadapters.errors import ConfigError
from hyperadapters.study import plan_study

Study = Callable[..., Path]


def test_every_combination_is_a_run(study: Study) -> None:
    plan = plan_study(study())
    assert len(plan.runs) == 2 * 2 * 3
    assert plan.lines == ("tuned", "small")
    assert plan.compare == (("tuned", "small"),)
    first = plan.runs[0]
    assert first.values == {"method": "tuned", "partition": "a", "seed": "seed-0"}
    assert first.run.name == "tuned a seed-0"
    assert first.run.train == {"fields": ("en", "tr")}
    last = plan.runs[-1].run
    assert (last.method.name, last.seed, last.train["fields"]) == ("hyper-x-small", 2, ("en", "fi"))
    assert last.train["mlm"] == ("en",)


def test_a_line_has_its_runs_by_seed(study: Study) -> None:
    line = plan_study(study()).line("small")
    assert {seed: len(runs) for seed, runs in line.items()} == {
        "seed-0": 2,
        "seed-1": 2,
        "seed-2": 2,
    }


def test_a_run_that_several_values_share_is_combined_once(study: Study) -> None:
    plan = plan_study(study({"b: {train: {fields: [en, fi]}}": "b: {train: {fields: [en, tr]}}"}))
    assert len(plan.runs) == 12
    assert [len(runs) for runs in plan.line("tuned").values()] == [1, 1, 1]


def test_a_run_is_kept_under_its_digest(study: Study, tmp_path: Path) -> None:
    for planned in plan_study(study()).runs:
        assert planned.digest == digest(planned.run)
        assert planned.folder == tmp_path / "out" / "runs" / planned.digest[:16]
        assert planned.run.folder == planned.folder


def test_digests_do_not_depend_on_where_the_study_is_kept(study: Study) -> None:
    here = [run.digest for run in plan_study(study()).runs]
    assert [run.digest for run in plan_study(study(), ("output=elsewhere",)).runs] == here


def test_plain_values_of_any_key(study: Study) -> None:
    plan = plan_study(study({"seed: [0, 1, 2]": "recipe.learning_rate: [1e-4, 1e-3]"}))
    assert [run.run.recipe.learning_rate for run in plan.runs[:2]] == [1e-4, 1e-3]
    assert plan.lines[0] == "tuned learning_rate-0.0001"


def test_what_stands_side_by_side_has_one_metric(study: Study) -> None:
    metric = {"seed: [0, 1, 2]": "tasks.fields.metric: [accuracy, span_f1]"}
    with pytest.raises(ConfigError, match=r"(?s)score `fields` by different metrics.*evaluate RUN"):
        plan_study(study(metric))
    other = "  other: {kind: tagging, data: {format: cldr}}\n  mlm:"
    unscored = {"seed: [0, 1, 2]": "tasks.other.metric: [accuracy, span_f1]"}
    path = study(unscored)
    base = path.with_name("run.yaml")
    base.write_text(base.read_text().replace("  mlm:", other))
    assert plan_study(path).runs


def test_a_grid_may_be_empty(study: Study) -> None:
    path = study()
    text = path.read_text().partition("grid:")[0]
    path.write_text(text)
    plan = plan_study(path)
    assert [(run.line, run.run.name, run.values) for run in plan.runs] == [("small", "small", {})]


def test_cases_and_what_is_always_put_in(study: Study) -> None:
    more = """
cases:
  - when: {method: tuned, partition: b}
    then: {recipe: {steps: 7}}
always: {recipe: {batch: 4}}
"""
    found = {
        (r.line, r.values["partition"]): r.run.recipe for r in plan_study(study(more=more)).runs
    }
    assert {key: recipe.steps for key, recipe in found.items() if recipe.steps} == {
        ("tuned", "b"): 7
    }
    assert {recipe.batch for recipe in found.values()} == {4}


def test_cases_name_values_of_a_list_by_its_key(study: Study) -> None:
    more = "cases: [{when: {seed: seed-1}, then: {recipe: {steps: 7}}}]"
    found = plan_study(study(more=more)).runs
    assert {r.values["seed"] for r in found if r.run.recipe.steps == 7} == {"seed-1"}


def test_a_part_of_a_study_is_the_same_runs(study: Study) -> None:
    more = "cases: [{when: {method: tuned, seed: seed-2}, then: {recipe: {steps: 7}}}]\n"
    whole = plan_study(study(more=more)).runs
    only = ("only.method=small", "only.seed=[seed-2, seed-0]")
    part = plan_study(study(more=more), only)
    kept = [r for r in whole if r.line == "small" and r.values["seed"] in ("seed-0", "seed-2")]
    assert [(r.run.name, r.digest) for r in part.runs] == [(r.run.name, r.digest) for r in kept]
    assert part.lines == ("small",)


def test_the_run_may_stand_in_the_study_file(study: Study) -> None:
    plan = plan_study(study({"base: run.yaml": "base: run.yaml\nrun: {recipe: {steps: 9}}"}))
    assert {run.run.recipe.steps for run in plan.runs} == {9}


def test_an_axis_may_name_other_files(study: Study, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("base: run.yaml\nrecipe: {steps: 3}\n")
    plan = plan_study(study({"a: {train: {fields: [en, tr]}}": "a: {base: a.yaml}"}))
    assert {r.run.recipe.steps for r in plan.runs if r.values["partition"] == "a"} == {3}


ENCODER = """
first:
  encoder:
    base: run.yaml
    method: full-fine-tuning
    train: {fields: null}
    evaluate: null
    groups: null
    recipe: {steps: STEPS}
run: {backbone: {path: $encoder/model/backbone}}
"""


def test_other_runs_name_the_folder_of_a_run_that_comes_first(study: Study) -> None:
    plan = plan_study(study(more=ENCODER.replace("STEPS", "5")))
    encoder = plan.first[0]
    assert encoder.run.train == {"mlm": ("en",)}
    assert {run.run.backbone.path for run in plan.runs} == {f"{encoder.folder}/model/backbone"}


def test_a_digest_depends_on_the_runs_that_are_needed(study: Study) -> None:
    plans = [plan_study(study(more=ENCODER.replace("STEPS", steps))) for steps in ("5", "6", "5")]
    digests = [[run.digest for run in plan.runs] for plan in plans]
    assert digests[0] == digests[2]
    assert not set(digests[0]) & set(digests[1])
    moved = plan_study(study(more=ENCODER.replace("STEPS", "5")), ("output=elsewhere",))
    assert [run.digest for run in moved.runs] == digests[0]


STARTED = """
first:
  encoder: {base: run.yaml, method: full-fine-tuning, recipe: {steps: STEPS}}
run: {phases: {train: {start_from: {run: $encoder, phase: train}}}}
"""


def test_a_phase_may_start_from_a_run_that_comes_first(study: Study) -> None:
    plans = [plan_study(study(more=STARTED.replace("STEPS", steps))) for steps in ("5", "6")]
    for plan in plans:
        (folder,) = {run.run.phases["train"].start_from.run for run in plan.runs}
        assert folder == str(plan.first[0].folder)
    first, second = ({run.digest for run in plan.runs} for plan in plans)
    assert not first & second, "a digest depends on the run that is started from"


def test_values_of_one_phase_are_an_axis(study: Study) -> None:
    plan = plan_study(study({"seed: [0, 1, 2]": "phases.train.steps: [3, 4]"}))
    assert plan.lines[:2] == ("tuned steps-3", "tuned steps-4")
    assert {method_of(run.run).phases[-1].recipe.steps for run in plan.runs} == {3, 4}
    added = {"seed: [0, 1, 2]": "more: {text: {phases: {text: {train: {mlm: [en]}}}}}"}
    runs = plan_study(study(added)).runs
    assert {tuple(p.name for p in method_of(run.run).phases) for run in runs} == {("text", "train")}


def test_what_is_always_put_in_wins_over_phases(study: Study) -> None:
    more = "always: {recipe: {steps: 2}}\nrun: {phases: {train: {steps: 9, batch: 4}}}"
    recipes = {method_of(run.run).phases[-1].recipe for run in plan_study(study(more=more)).runs}
    assert {(recipe.steps, recipe.batch) for recipe in recipes} == {(2, 4)}


def test_nothing_to_compare_is_a_fault(study: Study) -> None:
    with pytest.raises(ConfigError, match="`compare.0`"):
        plan_study(study(more="compare: [[]]\n"))


def test_an_unknown_first_run(study: Study) -> None:
    more = ENCODER.replace("STEPS", "5").replace("$encoder", "$encodr")
    with pytest.raises(ConfigError, match="unknown first run `encodr`\n.*\n.*mean `encoder`"):
        plan_study(study(more=more))


def test_faults_of_all_runs_are_reported_at_once_and_once_each(study: Study) -> None:
    path = study(
        {"{method: hyper-x-small}": "{method: hyper-x-smal}", "[en, fi]": "[en, xx]"},
        more="compare: [[tuned, smal]]\n",
    )
    with pytest.raises(ConfigError) as error:
        plan_study(path)
    text = str(error.value)
    assert text.startswith("3 faults")
    assert f"{path}:7  `method`: unknown method `hyper-x-smal`" in text
    assert f"{path}:10  `train.fields.1`: unknown language `xx`" in text
    assert "`compare.0.1`: unknown line `smal`" in text


def test_faults_of_the_base_file_have_its_lines(study: Study, tmp_path: Path) -> None:
    path = study(run="nam: base\n")
    with pytest.raises(ConfigError, match=rf"{tmp_path / 'run.yaml'}:1  `nam`: unknown key"):
        plan_study(path)


@pytest.mark.parametrize("blank", [" ", "_"])
def test_lines_that_would_have_one_name_are_refused(study: Study, blank: str) -> None:
    """`a` with `b c`, and `a b` with `c`: their scores would be averaged as if of one line."""
    names = {
        "tuned:": "a:",
        "small:": f"a{blank}b:",
        "    a: {train": "    b c: {train",
        "combine: partition": "",
    }
    said = rf"several combinations of values are called `a{blank}b c(.|\n)*'b c'.*'c'"
    with pytest.raises(ConfigError, match=said):
        plan_study(study({**names, "    b: {": "    c: {"}))
    assert len(plan_study(study({**names, "    b: {": "    d: {"})).lines) == 4
