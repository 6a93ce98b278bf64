"""Invented results of a few runs, small enough to check by eye."""

import random
from collections.abc import Mapping, Sequence

import pytest

from hyperadapters.metrics import METRICS
from hyperadapters.report.runs import RunReport
from hyperadapters.scoring.matrix import Matrix, Score, Standing

LANGUAGES = ("en", "tr", "az", "ta", "te")
FAMILIES = {"en": "Germanic", "tr": "Turkic", "az": "Turkic", "ta": "Dravidian", "te": "Dravidian"}
GROUPS = {"seen": ("tr", "ta"), "unseen": ("az", "te")}
SENTENCES = 30


def _cell(task: str, language: str, share: float, standing: Standing) -> Score:
    metric = "span_f1" if task == "ner" else "accuracy"
    drawn = random.Random(f"{task}{language}")  # the same sentences for every run
    statistics = []
    for _ in range(SENTENCES):
        correct = float(sum(drawn.random() < share for _ in range(5)))
        statistics.append((correct, 5.0, 5.0) if task == "ner" else (correct, 5.0))
    totals = tuple(map(sum, zip(*statistics, strict=True)))
    score = METRICS[metric].score(totals)
    return Score(task, language, metric, score, SENTENCES, standing, tuple(statistics))


def make(name: str, shares: Mapping[str, float], trained: Sequence[str] = ("en", "tr")) -> Matrix:
    """A matrix of two tasks; `shares` gives the chance of a right word per language."""
    cells = []
    for task in ("ner", "pos"):
        for language in LANGUAGES:
            standing: Standing = "unseen pair"
            if language in trained:
                standing = "trained pair"
            elif language == "te":
                standing = "unseen language"
            cells.append(_cell(task, language, shares[language], standing))
    return Matrix(name, "hyper-x-base", (0,), tuple(cells), GROUPS)


@pytest.fixture
def good() -> Matrix:
    return make("good", dict.fromkeys(LANGUAGES, 0.8))


@pytest.fixture
def poor() -> Matrix:
    return make("poor", dict.fromkeys(LANGUAGES, 0.5), trained=("en",))


def _report(matrix: Matrix) -> RunReport:
    curves: list[Mapping[str, object]] = []
    for step in range(10, 210, 10):
        curves.append({"phase": "train", "step": step, "loss": 2.0 - step / 200})
    for step, value in ((100, 0.5), (200, 0.6)):
        curves.append(
            {
                "phase": "train",
                "step": step,
                "dev": {"ner/tr": value - 0.1, "pos/tr": value + 0.1},
                "selection": value,
                "best": True,
            }
        )
    rng = random.Random(0)
    language = {name: [rng.random() for _ in range(4)] for name in LANGUAGES}
    facts = {
        "parameters": {"backbone": 1000, "trained": 250, "providers": {"adapters": 240}},
        "updates": 200,
    }
    run_yaml = f"name: {matrix.run}\nrecipe: {{steps: 200}}\nlanguages: [en, tr]\n"
    values = {"name": matrix.run, "recipe": {"steps": 200}, "languages": ["en", "tr"]}
    return RunReport(matrix, curves, {"language": language}, FAMILIES, facts, run_yaml, values)


@pytest.fixture
def good_run(good: Matrix) -> RunReport:
    return _report(good)


@pytest.fixture
def poor_run(poor: Matrix) -> RunReport:
    return _report(poor)
