"""Hyper-X under the cycle of the target-language-ready systems: whose rows are trained."""

from pathlib import Path

import pytest
import torch

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.context import Row
from hyperadapters.methods import SETTINGS, hyper_x, hyper_x_tlr
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import assemble
from hyperadapters.run.catalogue import published
from hyperadapters.training import train

SMALL = {"code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}


def test_labelled_data_take_turns_and_text_keeps_its_language() -> None:
    (phase,) = hyper_x_tlr(targets=["sw", "yo"], text="text").phases
    for schedule in (phase.under, phase.select_under):
        english = [schedule.row(Row(task="ner", language="en"), n)["language"] for n in range(4)]
        assert english == ["en", "sw", "yo", "en"]
        text = Row(task="text", language="fi")
        assert [schedule.row(text, n) for n in range(3)] == [text] * 3
    ours = Row(task="ner", language="yo")
    assert phase.score_under.row(ours, 1) == ours


def test_trained_rows_are_each_task_in_each_language_and_each_text_in_its_own() -> None:
    cells = [Cell(task, Route.of(name)) for task, name in (("ner", "en"), ("pos", "en"))]
    cells += [Cell("mlm", Route.of(name)) for name in ("en", "sw", "fi")]
    (phase,) = hyper_x_tlr(targets=["sw", "yo"]).on(cells).phases
    assert phase.rows() == [
        *(Row(task=task, language=name) for task in ("ner", "pos") for name in ("en", "sw", "yo")),
        *(Row(task="mlm", language=name) for name in ("en", "sw", "fi")),
    ]


def test_it_is_hyper_x_but_for_the_rows() -> None:
    ours, plain = hyper_x_tlr(scale="free"), hyper_x(scale="free")
    assert ours.adapters == plain.adapters
    assert [one.trains for one in ours.phases] == [one.trains for one in plain.phases]


def test_its_count_is_that_of_hyper_x_with_other_names() -> None:
    """35 languages and 2 tasks, where Hyper-X is counted with 16 and 3; 64 numbers each."""
    assert len(SETTINGS["hyper-x-tlr"].routes) == 35
    assert published("hyper-x-tlr")["trained_without_heads"] == 76_202_816 + (19 - 1) * 64


@pytest.mark.parametrize("wrong", [["sw", "en"], ["sw", "sw"], "sw"], ids=str)
def test_languages_are_a_list_of_different_ones(wrong: list[str]) -> None:
    with pytest.raises(ValueError, match="each once, not over en, sw|a list of languages"):
        hyper_x_tlr(targets=wrong)


def test_a_language_without_any_data_is_trained_by_its_turns(tmp_path: Path) -> None:
    """No text and no labelled data are in `ta`; weights without a gradient would stay still."""
    arguments = {**SMALL, "targets": ["tr", "ta"]}
    recipe = {"steps": 12, "batch": 4, "length": 24, "learning_rate": 0.01}
    run = assemble(run_from(tiny_runs.staged(tmp_path, "hyper-x-tlr", arguments, recipe=recipe)))
    prefix = "adapters.adapters.embeddings.language.vectors.language="
    vectors = {n: p for n, p in run.model.named_parameters() if n.startswith(prefix)}
    first = {name: vector.detach().clone() for name, vector in vectors.items()}
    train(run, tmp_path)
    assert vectors.keys() == {f"{prefix}{name}" for name in ("en", "tr", "ta")}
    assert not any(torch.equal(first[name], vector) for name, vector in vectors.items())
