"""Tables, plot and report of a study."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hyperadapters.config import to_yaml
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.study import plan_study, print_result
from hyperadapters.study.output import markdown, plot, report
from hyperadapters.study.results import StudyResult, result_of

Study = Callable[..., Path]


@pytest.fixture
def result(study: Study, scores: Any) -> StudyResult:
    plan = plan_study(study())
    return result_of(plan, {run.digest: scores(run.run, run.folder) for run in plan.runs})


def test_markdown(result: StudyResult) -> None:
    lines = markdown(result).splitlines()
    assert lines[0] == "# small"
    assert lines[2] == "| task | mean over | tuned | small |"
    assert "| fields | seen | 33.3 ± 14.3 | 43.3 ± 14.3 |" in lines
    assert "| fields | tr | 33.3 (unseen pair) | 43.3 (unseen pair) |" in lines
    assert lines[-1] == "Means over 3 seeds; ± is half a 95% interval."


def test_one_seed_has_no_interval(study: Study, scores: Any) -> None:
    plan = plan_study(study({"seed: [0, 1, 2]": "seed: [0]"}))
    one = result_of(plan, {run.digest: scores(run.run, run.folder) for run in plan.runs})
    assert "| fields | seen | 30.0 | 40.0 |" in markdown(one)
    assert "Means over 1 seed;" in markdown(one)


def test_the_terminal_shows_lines_side_by_side(result: StudyResult) -> None:
    stream = StringIO()
    print_result(result, Console(file=stream, width=120))
    text = stream.getvalue()
    assert "fields A" in text and "fields B" in text
    assert "33.3 ± 14.3" in text


def test_a_narrow_terminal_shows_whole_names_and_numbers(result: StudyResult) -> None:
    stream = StringIO()
    print_result(result, Console(file=stream, width=34))
    _, means = stream.getvalue().split("Means over seeds")
    assert "14.3" in means and "…" not in means


def test_the_plot_is_a_png(result: StudyResult) -> None:
    assert plot(result).startswith(b"\x89PNG")


def test_the_report_has_a_part_per_line(result: StudyResult) -> None:
    page = report(result)
    assert "tuned" in page and "small" in page
    assert page.startswith("<!doctype html>")


def test_the_report_reads_run_folders_where_they_are(result: StudyResult) -> None:
    first = result.plan.runs[0]
    first.folder.mkdir(parents=True)
    (first.folder / "run.yaml").write_text(to_yaml(first.run), encoding="utf-8")
    (first.folder / "results.json").write_text(result.matrices[first.digest].to_json())
    (first.folder / "facts.json").write_text('{"parameters": {"trained": 12345}}')
    assert "12,345" in report(result)


def test_names_are_no_formulas(result: StudyResult) -> None:
    def renamed(matrix: Matrix) -> Matrix:
        cells = tuple(replace(cell, task="a$_{$b") for cell in matrix.cells)
        return replace(matrix, cells=cells, groups={"$\\frac$": matrix.languages})

    seeds = {line: [renamed(matrix) for matrix in own] for line, own in result.seeds.items()}
    assert plot(replace(result, seeds=seeds)).startswith(b"\x89PNG")
