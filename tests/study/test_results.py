"""Combining partitions, means over seeds and their intervals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from hyperadapters.study import plan_study
from hyperadapters.study.output import report
from hyperadapters.study.results import StudyResult, result_of

Study = Callable[..., Path]


@pytest.fixture
def result(study: Study, scores: Any) -> StudyResult:
    plan = plan_study(study())
    return result_of(plan, {run.digest: scores(run.run, run.folder) for run in plan.runs})


def test_each_cell_comes_from_the_run_that_left_it_out(result: StudyResult) -> None:
    matrix = result.seeds["tuned"][0]
    found = {cell.language: (cell.score, cell.standing) for cell in matrix.cells}
    assert found == {
        "en": (pytest.approx(0.7), "trained pair"),
        "tr": (pytest.approx(0.3), "unseen pair"),
        "fi": (pytest.approx(0.3), "unseen pair"),
    }


def test_lines_whose_runs_left_nothing_out_are_shown_by_themselves(
    study: Study, scores: Any
) -> None:
    """Such as a table of pairs, which is scored where it was trained, and nowhere else."""
    upper = """\
cases:
  - {when: {method: tuned, partition: a}, then: {evaluate: {fields: [en, tr]}}}
  - {when: {method: tuned, partition: b}, then: {evaluate: {fields: [en, fi]}}}
"""
    for more, lists in (
        ("", (("small",), ("tuned",))),
        ("compare: [[small, tuned]]\n", (("small", "tuned"),)),
    ):
        plan = plan_study(study(more=upper + more))
        found = result_of(plan, {run.digest: scores(run.run, run.folder) for run in plan.runs})
        assert found.compare == lists
        assert found.alike == ("small",)
        assert "tuned" not in report(found)


def test_a_line_is_the_mean_of_its_seeds(result: StudyResult) -> None:
    cell = result.line("small").cell("fields", "tr")
    assert cell is not None
    assert cell.score == pytest.approx((0.4 + 0.4 + 0.5) / 3)
    assert result.line("small").run == "small"


def test_intervals_are_those_of_student(result: StudyResult) -> None:
    mean = next(m for m in result.means(["tuned", "small"]) if (m.line, m.row) == ("tuned", "seen"))
    low, high = stats.t.interval(
        0.95, df=2, loc=(0.3 + 0.3 + 0.4) / 3, scale=stats.sem([0.3, 0.3, 0.4])
    )
    assert (mean.interval.low, mean.interval.high) == (pytest.approx(low), pytest.approx(high))
    assert mean.metric == "accuracy"


def test_the_json_has_every_run_and_no_single_sentence(result: StudyResult) -> None:
    values = result.to_values()
    assert len(values["runs"]) == 12
    assert values["runs"][0]["values"] == {"method": "tuned", "partition": "a", "seed": "seed-0"}
    assert set(values["lines"]) == {"tuned", "small"}
    assert values["comparisons"][0]["lines"] == ["tuned", "small"]
    assert "statistics" not in str(values)
