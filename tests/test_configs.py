"""Every file in `configs/` is legal, explains itself, and the partitions are those of the paper."""

import re
from functools import cache
from math import ceil
from pathlib import Path

import pytest
from benchmarks.claims.hyper_x import CLAIMS, OTHERS_WEIGHTS

from hyperadapters.config import RunFile, digest, evaluated, load_run, method_of, to_yaml
from hyperadapters.context import names_of
from hyperadapters.document.reading import read_alone
from hyperadapters.methods import METHODS, SETTINGS
from hyperadapters.routes import Route
from hyperadapters.study import plan_study

CONFIGS = Path(__file__).parents[1] / "configs"
STUDIES = sorted(
    path for path in CONFIGS.rglob("*.yaml") if {"grid", "first"} & read_alone(path).values.keys()
)
RUNS = sorted(path for path in CONFIGS.rglob("*.yaml") if path not in STUDIES)
HYPER_X = CONFIGS / "hyper-x"
HYPER_ADAPTERS = CONFIGS / "hyper-adapters"
HYPERFORMER = CONFIGS / "hyperformer"


_plan = cache(plan_study)
"""Plans are looked at by several tests."""


def _names(path: Path) -> str:
    return str(path.relative_to(CONFIGS))


@pytest.mark.parametrize("path", RUNS, ids=_names)
def test_a_run_file_is_legal_and_round_trips(path: Path, tmp_path: Path) -> None:
    run = load_run(path)
    (tmp_path / "again.yaml").write_text(to_yaml(run), encoding="utf-8")
    assert digest(load_run(tmp_path / "again.yaml")) == digest(run)


@pytest.mark.parametrize("path", STUDIES, ids=_names)
def test_a_study_file_is_legal(path: Path) -> None:
    plan = _plan(path)
    apart = [run for line in plan.lines for runs in plan.line(line).values() for run in runs]
    assert len({run.digest for run in apart}) == len(apart), "lines or seeds are the same run"


@pytest.mark.parametrize("path", [*RUNS, *STUDIES], ids=_names)
def test_a_file_explains_itself(path: Path) -> None:
    head = path.read_text(encoding="utf-8")
    command = "study" if path in STUDIES else "train"
    assert head.startswith("# ")
    assert f"hyperadapters {command} {path.relative_to(CONFIGS.parent)}" in head
    there = {other.name for other in (*RUNS, *STUDIES)}
    assert there.issuperset(re.findall(r"[\w-][\w.-]*\.yaml", head)), (
        "it names a file that is not there"
    )


@pytest.mark.parametrize("path", [*RUNS, *STUDIES], ids=_names)
def test_what_is_scored_has_names_that_something_is_trained_with(path: Path) -> None:
    for run in [load_run(path)] if path in RUNS else [one.run for one in _plan(path).runs]:
        method = method_of(run)
        rows = [row for phase in method.phases for row in phase.rows()]
        known = {(names_of(factor), name) for row in rows for factor, name in row.items()}
        read = {factor for own in method.adapters for factor in own.weights.factors}
        for cell in evaluated(run):
            for hop in cell.route.hops:
                row = method.phases[-1].score_under.row(hop.row(cell.task), 0)
                asked = {(names_of(f), name) for f, name in row.items() if f in read}
                assert asked <= known, f"{run.name}: {asked - known} in `{cell}`"


def test_the_study_of_systems_trains_every_method_by_its_name() -> None:
    plan = _plan(CONFIGS / "systems.study.yaml")
    assert {method_of(one.run).name for one in plan.runs} == set(METHODS)
    assert {line for lines in plan.compare for line in lines} == set(plan.lines)


def _pairs(run: RunFile, *, of: str = "train") -> set[tuple[str, str]]:
    return {(task, name) for task, names in getattr(run, of).items() for name in names}


def test_the_partitions_are_complements_of_33_pairs_each() -> None:
    a, b = load_run(HYPER_X / "mixed-a.yaml"), load_run(HYPER_X / "mixed-b.yaml")
    first, second = _pairs(a), _pairs(b)
    assert len(first) == len(second) == 33
    languages = set(a.train["mlm"])
    assert len(languages) == 16
    assert first & second == {("mlm", name) for name in languages} | {("ner", "en"), ("pos", "en")}
    assert first | second == {(task, name) for task in ("ner", "pos", "mlm") for name in languages}
    english = {("ner", "en"), ("pos", "en")}
    assert _pairs(a, of="evaluate") == (second - first) | english
    assert _pairs(b, of="evaluate") == (first - second) | english


def test_the_groups_are_those_of_the_paper() -> None:
    run = load_run(HYPER_X / "base.yaml")
    assert {group: len(names) for group, names in run.groups.items()} == {"seen": 8, "unseen": 7}
    assert {"en", *run.groups["seen"], *run.groups["unseen"]} == set(run.train["mlm"])
    assert set(run.families) == set(run.train["mlm"])


@pytest.mark.parametrize(
    ("file", "trained", "scored"),
    [
        ("english-ner", {("ner", "en")}, {"ner"}),
        ("english-pos", {("pos", "en")}, {"pos"}),
        ("english-multi", {("ner", "en"), ("pos", "en")}, {"ner", "pos"}),
    ],
)
def test_the_english_settings(file: str, trained: set[tuple[str, str]], scored: set[str]) -> None:
    run = load_run(HYPER_X / f"{file}.yaml")
    assert {pair for pair in _pairs(run) if pair[0] != "mlm"} == trained
    assert len(run.train["mlm"]) == 16
    assert {task: len(names) for task, names in run.evaluate.items()} == dict.fromkeys(scored, 16)


@pytest.mark.parametrize(
    "setting", ["english-ner", "english-pos", "english-multi", "mixed-a", "mixed-b"]
)
def test_full_fine_tuning_has_the_same_labelled_data(setting: str) -> None:
    ours = load_run(HYPER_X / f"{setting}.yaml")
    tuned = load_run(HYPER_X / f"full-fine-tuning-{setting}.yaml")
    assert _pairs(tuned) == {pair for pair in _pairs(ours) if pair[0] != "mlm"}
    assert tuned.evaluate == ours.evaluate
    assert (tuned.recipe.learning_rate, ours.recipe.learning_rate) == (1e-5, 1e-4)


def test_studies_and_single_runs_fine_tune_for_equally_long() -> None:
    plan = plan_study(HYPER_X / "mixed.study.yaml")
    found = {
        run.values["partition"]: run.run.recipe.steps
        for run in plan.runs
        if run.line == "full-fine-tuning"
    }
    single = {p: load_run(HYPER_X / f"full-fine-tuning-mixed-{p}.yaml").recipe.steps for p in "ab"}
    assert found == single


def test_twenty_epochs_are_those_of_the_sentences_of_the_paper() -> None:
    """Table 4: languages without a train split give their test sentences, Upper Sorbian 23."""
    for partition, sentences in (("a", 106_328), ("b", 79_174)):
        run = load_run(HYPER_X / f"full-fine-tuning-mixed-{partition}.yaml")
        assert run.recipe.steps == ceil(20 * sentences / 32)
    assert ceil(20 * 106_328 / 32) == 66_455


def _languages(run: RunFile, key: str) -> set[str]:
    names = getattr(run, key)["translation"]
    return {language for name in names for language in Route.parse(name).languages}


def test_ml50_is_that_of_the_paper() -> None:
    run = load_run(HYPER_ADAPTERS / "ml50.yaml")
    trained = {Route.parse(name) for name in run.train["translation"]}
    assert trained == set(SETTINGS["hyper-adapters-base-base"].routes)
    languages = _languages(run, "train")
    assert len(trained) == 100 and len(languages) == 51
    assert "iu" in languages and "sw" not in languages
    sizes = {group: len(names) for group, names in run.groups.items()}
    assert sizes == {
        "into English": 50,
        "from English": 50,
        "zero-shot": 30,
        "through English": 30,
    }
    recipe = method_of(run).phases[-1].recipe
    assert (recipe.steps, recipe.batch_tokens, recipe.temperature) == (360_000, 256_000, 2.0)
    assert (recipe.smoothing, recipe.betas, recipe.length) == (0.1, (0.9, 0.98), 250)
    task = run.tasks["translation"]
    assert task.model_dump()["tokenize"] == "13a" and task.model_dump()["ratio"] == 2.5


def test_all_systems_of_the_paper_are_on_ml50() -> None:
    runs = plan_study(HYPER_ADAPTERS / "ml50.study.yaml").runs
    methods = {method_of(one.run).name for one in runs}
    known = {name for name, setting in SETTINGS.items() if len(setting.routes) == 100}
    assert methods == known
    widths = {one.run.backbone.architecture.width for one in runs if one.run.backbone.architecture}
    assert widths == {512, 1024}
    for one in runs:
        big = one.run.backbone.architecture is not None and one.run.backbone.architecture.width
        assert ("-big" in method_of(one.run).name) == (big == 1024)


def test_ml15_is_fourteen_languages_and_the_same_as_47() -> None:
    runs = plan_study(HYPER_ADAPTERS / "ml15.study.yaml").runs
    for one in runs:
        artificial = one.values["languages"] == "artificial"
        assert len(_languages(one.run, "train")) == (48 if artificial else 15)
        assert len(one.run.train["translation"]) == (94 if artificial else 28)
        assert len(_languages(one.run, "evaluate")) == 15
        assert {len(names) for names in one.run.groups.values()} == {14}
    assert len(runs) == 8


REAL = {path.stem: path for path in HYPER_X.glob("real-text*.study.yaml")}


def test_every_pair_of_real_text_is_trained_in_exactly_one_partition() -> None:
    a, b = (_pairs(load_run(HYPER_X / f"real-text-{one}.yaml")) for one in "ab")
    both = {(task, name) for task, name in a & b if task != "mlm"}
    assert both == {("ner", "en"), ("pos", "en")}
    assert a | b == _pairs(load_run(HYPER_X / "real-text-a.yaml"), of="evaluate") | a & b
    for one in "ab":
        run = load_run(HYPER_X / f"real-text-{one}.yaml")
        assert _pairs(run, of="select") <= _pairs(run)


def test_systems_of_real_text_differ_in_method_and_rate_alone() -> None:
    plan = _plan(REAL["real-text.study"])
    assert len(plan.lines) == 7 and len(plan.runs) == 42
    assert len({(run.run.recipe.steps, run.run.recipe.batch) for run in plan.runs}) == 1
    for partition in "ab":
        runs = [run.run for run in plan.runs if run.values["partition"] == partition]
        assert len({frozenset(_pairs(run)) for run in runs}) == 1
        for run in runs:
            scored = _pairs(run, of="evaluate")
            assert scored == _pairs(run) or len(scored) == 38
            assert (scored == _pairs(run)) == (run.method.name == "pair-table")


def test_rates_are_tried_for_all_systems_and_judged_without_test_cells() -> None:
    plan, rates = _plan(REAL["real-text.study"]), _plan(REAL["real-text-rates.study"])
    tried = {line.rpartition(" ")[0] for line in rates.lines}
    assert tried == set(plan.lines)
    methods = {run.line: run.run.method for run in plan.runs}
    for run in rates.runs:
        assert methods[run.line.rpartition(" ")[0]] == run.run.method
        assert _pairs(run.run, of="evaluate") == {("ner", "en"), ("pos", "en")}


def test_languages_that_change_sides_meet_a_related_one_in_the_same_task() -> None:
    plan = _plan(REAL["real-text-swapped.study"])
    families = {"kk": {"tr"}, "te": {"ta"}, "zu": {"sw", "rw"}}
    for run in plan.runs:
        trained = _pairs(run.run)
        for name, related in families.items():
            for task in ("ner", "pos"):
                other = {(task, one) for one in related}
                assert ((task, name) in trained) != (other <= trained)


def test_axes_of_real_text_change_what_they_say() -> None:
    main = {run.line: run.run for run in _plan(REAL["real-text.study"]).runs}["hyper-x"]
    by_size = _plan(REAL["real-text-by-size.study"]).runs[0].run
    assert (main.recipe.temperature, by_size.recipe.temperature) == (5.0, 1.0)
    assert main.method == by_size.method
    ablation = {run.line: run.run for run in _plan(REAL["real-text-mlm.study"]).runs}
    sizes = {line: len(method_of(run).phases[-1].cells) for line, run in ablation.items()}
    labelled = len(_pairs(main))
    assert {line: size - labelled for line, size in sizes.items()} == {
        "hyper-x-mlm-all": 19,
        "hyper-x-mlm-unseen": 7,
        "hyper-x-mlm-none": 0,
    }
    for run in ablation.values():
        head = method_of(run).phases[0]
        assert (head.trains, head.acts) == (frozenset({"heads"}), frozenset())
        assert run.method == main.method
    few = _plan(REAL["real-text-few-shot.study"])
    assert len(few.runs) == 144 and len(few.lines) == 8
    for one in few.runs:
        assert _pairs(one.run) == _pairs(one.run, of="evaluate") and len(_pairs(one.run)) == 1
        (phase,) = method_of(one.run).phases
        assert phase.start_from is not None and phase.recipe.decay == "constant"


def test_claims_name_systems_of_the_studies() -> None:
    small = (
        "grid.method.hyper-x-small={method: {name: hyper-x-base, bottleneck: 128, code: 32, "
        "std: 0.02}, recipe: {learning_rate: 1.0e-4}}"
    )
    lines = {line for path in REAL.values() for line in _plan(path).lines}
    lines |= set(_plan(REAL["real-text.study"], (small,)).lines)
    claimed = {name for one in CLAIMS for name in (one.compared.above, one.compared.below)}
    assert claimed - lines == {"mad-x-ms", OTHERS_WEIGHTS}


def test_systems_beside_t5_differ_in_method_rate_and_prefix_alone() -> None:
    plan = _plan(HYPERFORMER / "systems.study.yaml")
    assert len({run.run.recipe.steps for run in plan.runs}) == 1
    for run in plan.runs:
        phase = method_of(run.run).phases[-1]
        assert (phase.recipe.criterion, phase.recipe.steps <= 2000) == ("metric", True)
        prefixes = {task.model_dump()["prefix"] for task in run.run.tasks.values()}
        assert prefixes == (set(run.run.tasks) if run.line == "full-fine-tuning" else {""})


def test_each_ablation_is_one_of_the_paper() -> None:
    runs = _plan(HYPERFORMER / "ablations.study.yaml").runs
    said = {run.line: dict(run.run.method.arguments) for run in runs}
    without = [{k: v for k, v in one.items() if k != "reduction"} for one in said.values()]
    assert {} in without and len({str(one) for one in without}) == 6
    assert sorted(map(len, without)) == [0, 1, 1, 1, 1, 2]


def test_few_examples_fit_the_new_name_and_what_wrote_the_others() -> None:
    plan = _plan(HYPERFORMER / "few-shot.study.yaml")
    assert len(plan.runs) == 108
    for run in plan.runs:
        *_, phase = method_of(run.run).phases
        ((task, language),) = _pairs(run.run, of="evaluate")
        assert language == "en" and [cell.task for cell in phase.cells] == [task]
        assert phase.examples in (4, 16, 32, 100) and not phase.select
        assert phase.start_from is not None
        related = {"paws": "stsb"}.get(task, "mnli")
        name = f"task={task}"
        trains, begins = {
            "hyperformer++": ({"adapters", name}, related),
            "adapters-dagger": ({name}, related),
            "full-fine-tuning": ({"backbone"}, None),
        }[run.values["system"]]
        assert (phase.trains, phase.start_from.init_from) == (trains, begins)
