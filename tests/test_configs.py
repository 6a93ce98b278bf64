"""Every file in `configs/` is legal, explains itself, and the partitions are those of the paper."""

from math import ceil
from pathlib import Path

import pytest

from hyperadapters.config import RunFile, digest, load_run, method_of, to_yaml
from hyperadapters.document.reading import read_alone
from hyperadapters.methods import SETTINGS
from hyperadapters.routes import Route
from hyperadapters.study import plan_study

CONFIGS = Path(__file__).parents[1] / "configs"
STUDIES = sorted(
    path for path in CONFIGS.rglob("*.yaml") if {"grid", "first"} & read_alone(path).values.keys()
)
RUNS = sorted(path for path in CONFIGS.rglob("*.yaml") if path not in STUDIES)
HYPER_X = CONFIGS / "hyper-x"
HYPER_ADAPTERS = CONFIGS / "hyper-adapters"


def _names(path: Path) -> str:
    return str(path.relative_to(CONFIGS))


@pytest.mark.parametrize("path", RUNS, ids=_names)
def test_a_run_file_is_legal_and_round_trips(path: Path, tmp_path: Path) -> None:
    run = load_run(path)
    (tmp_path / "again.yaml").write_text(to_yaml(run), encoding="utf-8")
    assert digest(load_run(tmp_path / "again.yaml")) == digest(run)


@pytest.mark.parametrize("path", STUDIES, ids=_names)
def test_a_study_file_is_legal(path: Path) -> None:
    plan = plan_study(path)
    assert len({run.digest for run in plan.runs}) == len(plan.runs)


@pytest.mark.parametrize("path", [*RUNS, *STUDIES], ids=_names)
def test_a_file_explains_itself(path: Path) -> None:
    head = path.read_text(encoding="utf-8")
    command = "study" if path in STUDIES else "train"
    assert head.startswith("# ")
    assert f"hyperadapters {command} {path.relative_to(CONFIGS.parent)}" in head


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
