"""Curves: what is drawn, and round ticks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.report.curves import _smooth, _ticks, curves
from hyperadapters.report.runs import RunReport
from hyperadapters.scoring.matrix import Matrix


def test_two_figures_per_phase_and_a_ring_at_the_best(good_run: RunReport) -> None:
    drawn = curves([good_run], ["good"])
    assert drawn.count("<figure>") == 2
    assert "train: training loss (nats)" in drawn and "train: dev scores" in drawn
    assert "best checkpoint: step 200, 0.600" in drawn
    assert drawn.count('class="curve cell"') == 2


@pytest.mark.parametrize(
    ("criterion", "title"),
    [("loss", "dev loss (nats)"), ("last", "dev loss (nats)"), ("perplexity", "dev perplexity")],
)
def test_a_loss_that_chooses_stands_alone_not_among_scores(
    good: Matrix, criterion: str, title: str
) -> None:
    records = [
        {"phase": "train", "step": n, "dev": {"ner/de": 0.9, "ner/en": 0.7}, "selection": 0.8}
        for n in (1, 2)
    ]
    run = RunReport(good, records, values={"phases": {"train": {"criterion": criterion}}})
    drawn = curves([run], ["good"])
    assert f"train: {title}" in drawn and "dev scores" not in drawn
    assert "curve cell" not in drawn


def test_several_runs_have_letters_and_dashes(good_run: RunReport, poor_run: RunReport) -> None:
    drawn = curves([good_run, poor_run], ["good", "poor"])
    assert re.findall(r'class="key c\d dash\d"[^>]*>([A-Z])<', drawn) == ["A", "B", "A", "B"]
    assert "curve cell" not in drawn


def test_phases_are_apart_and_broken_numbers_left_out(good: Matrix) -> None:
    records = [
        {"phase": "pretrain", "step": 1, "loss": float("nan")},
        {"phase": "pretrain", "step": 2, "loss": 3.0},
        {"phase": "train", "step": 1, "loss": 2.0},
        {"phase": "train", "step": 1, "loss": 1.0},
    ]
    drawn = curves([RunReport(good, records)], ["good"])
    assert "pretrain: training loss" in drawn and "train: training loss" in drawn
    assert "nan" not in drawn
    assert "good: 1.000 at the end" in drawn and "good: 2.000 at the end" not in drawn


def test_no_metrics_no_figure(good: Matrix) -> None:
    assert curves([RunReport(good)], ["good"]) == ""


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4))
def test_ticks_enclose_the_values_and_are_few(low: float, width: float) -> None:
    ticks = _ticks(low, low + width)
    slack = 1e-6 * max(1.0, abs(low) + width)
    assert ticks[0] <= low + slack and ticks[-1] >= low + width - slack
    assert 2 <= len(ticks) <= 7
    steps = {round(b - a, 6) for a, b in zip(ticks, ticks[1:], strict=False)}
    assert max(steps) - min(steps) <= slack


def test_ticks_are_round() -> None:
    assert _ticks(0.0, 1000.0) == [0, 250, 500, 750, 1000]
    assert _ticks(0.31, 0.84) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_smoothing_keeps_straight_lines() -> None:
    line = [(float(step), 3.0 * step) for step in range(100)]
    assert [value for _, value in _smooth(line)] == pytest.approx([value for _, value in line])
