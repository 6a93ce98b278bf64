"""Running: finished runs are read, half-finished ones go on, nothing is done twice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hyperadapters.config import RunFile, to_yaml
from hyperadapters.errors import BundleError, TrainingError
from hyperadapters.machine.written import LIST
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.study import print_result, run_study

Study = Callable[..., Path]


@pytest.fixture
def study(study: Study) -> Study:
    """The small study with two seeds."""

    def written(replaced: dict[str, str] | None = None, **more: str) -> Path:
        return study({"seed: [0, 1, 2]": "seed: [0, 1]", **(replaced or {})}, **more)

    return written


def test_everything_is_written(study: Study, scores: Any, tmp_path: Path) -> None:
    result = run_study(study(), perform=scores)
    assert len(scores.done) == 8
    out = tmp_path / "out"
    names = {path.name for path in out.iterdir()}
    wrote = {"study.json", "study.md", "study.png", "report.html"}
    assert names == {*wrote, "runs", "by-name", LIST}
    assert json.loads((out / "study.json").read_text())["study"] == "small"
    assert len(list((out / "runs").glob("*/results.json"))) == 8
    assert (out / "by-name" / "tuned_a_seed-0" / "results.json").is_file()
    assert result.plan.lines == ("tuned", "small")


def test_what_a_part_leaves_out_is_not_compared(study: Study, scores: Any) -> None:
    more = "compare: [[tuned, small], [tuned]]\nonly: {method: [small]}\n"
    assert run_study(study(more=more), perform=scores).compare == (("small",),)
    assert len(scores.done) == 4


@pytest.mark.parametrize("name", ["report.html", "study.md", "by-name/tuned_a_seed-1"])
def test_files_of_others_are_not_replaced(
    study: Study, scores: Any, tmp_path: Path, name: str
) -> None:
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(BundleError, match=f"{name}` would be replaced"):
        run_study(study(), perform=scores)
    assert mine.read_text() == "mine" and scores.done == []
    mine.rename(tmp_path / "elsewhere")
    run_study(study(), perform=scores)
    run_study(study(), perform=scores)


def test_finished_runs_are_not_done_again(study: Study, scores: Any) -> None:
    first = run_study(study(), perform=scores)
    scores.done.clear()
    again = run_study(study(), perform=scores)
    assert scores.done == []
    assert again.to_values() == first.to_values()


def test_only_what_changed_is_done_again(study: Study, scores: Any) -> None:
    run_study(study(), perform=scores)
    scores.done.clear()
    run_study(
        study({"[en, fi]": "[en, fi, tr]", "seed: [0, 1, 2]": "seed: [0, 3]"}), perform=scores
    )
    assert scores.done == [
        "tuned a seed-3",
        "tuned b seed-0",
        "tuned b seed-3",
        "small a seed-3",
        "small b seed-0",
        "small b seed-3",
    ]


def test_a_study_goes_on_after_a_run_that_failed(study: Study, scores: Any) -> None:
    def fails(run: RunFile, folder: Path) -> Matrix:
        if run.name == "tuned b seed-1":
            folder.mkdir(parents=True)
            (folder / "metrics.jsonl").write_text("{}\n")
            raise TrainingError("the loss is not finite")
        return scores(run, folder)

    with pytest.raises(TrainingError, match=r"(?s)1 run failed; 7 .*tuned b seed-1: the loss is"):
        run_study(study(), perform=fails)
    before = list(scores.done)
    assert len(before) == 7, "those after it are done all the same"
    run_study(study(), perform=scores)
    assert len(scores.done) == 8
    assert scores.done[: len(before)] == before


def test_a_run_that_failed_leaves_the_others_their_table_and_links(
    study: Study, scores: Any, tmp_path: Path
) -> None:
    def fails(run: RunFile, folder: Path) -> Matrix:
        if run.name in ("tuned b seed-1", "small a seed-0", "small a seed-1"):
            raise TrainingError("the loss is not finite")
        return scores(run, folder)

    with pytest.raises(TrainingError, match="3 runs failed; 5 of the others are done"):
        run_study(study(), perform=fails)
    out = tmp_path / "out"
    told = json.loads((out / "study.json").read_text())
    assert told["missing"] == ["tuned b seed-1", "small a seed-0", "small a seed-1"]
    assert (len(told["runs"]), list(told["lines"])) == (5, ["tuned"]), "a partition is no line"
    assert told["lines"]["tuned"]["seeds"] == [0]
    page = (out / "study.md").read_text()
    assert "| fields | tr | 30.0 (unseen pair) |" in page
    assert (
        "Left out, because runs failed or are not done yet: tuned b seed-1, small a seed-0" in page
    )
    assert "Means over 1 seed;" in page
    assert {path.name for path in out.iterdir()} > {"study.png", "report.html"}
    assert len(list((out / "by-name").iterdir())) == 5


def test_the_page_has_the_curves_of_a_run_that_is_done(
    study: Study, scores: Any, tmp_path: Path
) -> None:
    def fails(run: RunFile, folder: Path) -> Matrix:
        if run.seed == 0:
            folder.mkdir(parents=True)
            (folder / "run.yaml").write_text("it began")
            raise TrainingError("the loss is not finite")
        return scores(run, folder)

    with pytest.raises(TrainingError, match="4 runs failed; 4 of the others are done"):
        run_study(study(), perform=fails)
    assert "tuned" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_study_all_of_whose_runs_failed(study: Study, tmp_path: Path) -> None:
    def fails(run: RunFile, folder: Path) -> Matrix:
        raise TrainingError("the disk is full")

    with pytest.raises(TrainingError, match="8 runs failed; 0 of the others"):
        run_study(study(), perform=fails)
    page = (tmp_path / "out" / "study.md").read_text()
    assert "Left out, because runs failed" in page and "Means over" not in page


def test_a_run_that_others_need_ends_the_study_when_it_fails(
    study: Study, scores: Any, tmp_path: Path
) -> None:
    def fails(run: RunFile, folder: Path) -> Matrix:
        if run.name == "second":
            raise TrainingError("the loss is not finite")
        return scores(run, folder)

    more = "first: {one: {base: run.yaml}, second: {base: run.yaml, seed: 5}}"
    with pytest.raises(TrainingError, match=r"(?s)1 run failed; 1 of .*second: the loss is"):
        run_study(study(more=more), perform=fails)
    assert scores.done == ["one"]
    assert [path.name for path in (tmp_path / "out" / "by-name").iterdir()] == ["one"]


def test_a_study_whose_runs_score_nothing(study: Study, scores: Any, tmp_path: Path) -> None:
    nothing = {"base: run.yaml": "base: run.yaml\nrun: {evaluate: {fields: null}, groups: null}"}
    result = run_study(study(nothing), perform=scores)
    out = tmp_path / "out"
    assert (len(scores.done), result.scored) == (8, False)
    assert json.loads((out / "study.json").read_text())["lines"]["small"]["cells"] == []
    assert {path.name for path in out.iterdir()} == {
        LIST,
        *("runs", "by-name", "study.json", "study.md", "report.html"),
    }
    print_result(result, Console(quiet=True))


def test_a_run_that_was_killed_before_its_report_gets_it(study: Study, scores: Any) -> None:
    first, *_ = run_study(study(), perform=scores).plan.runs
    page = first.folder / "report.html"
    assert not page.exists()
    (first.folder / "run.yaml").write_text(to_yaml(first.run), encoding="utf-8")
    run_study(study(), perform=scores)
    assert "tuned a seed-0" in page.read_text(encoding="utf-8")
    page.write_text("kept")
    run_study(study(), perform=scores)
    assert page.read_text() == "kept"
    assert len(scores.done) == 8, "no run is done again"


def test_equal_runs_are_done_once(study: Study, scores: Any) -> None:
    same = "    same: {method: full-fine-tuning, train: {mlm: null}}"
    path = study({"    small: {method: hyper-x-small}": same})
    run_study(path, perform=scores)
    assert len(scores.done) == 4


def test_what_others_need_is_done_first(study: Study, scores: Any) -> None:
    more = """
first:
  encoder: {base: run.yaml, method: full-fine-tuning}
run: {backbone: {path: $encoder/model/backbone}}
"""
    run_study(study(more=more), perform=scores)
    assert scores.done[0] == "encoder"
    assert len(scores.done) == 9


def test_damaged_results_are_an_error(study: Study, scores: Any) -> None:
    result = run_study(study(), perform=scores)
    results = result.plan.runs[0].folder / "results.json"
    results.write_text("{")
    with pytest.raises(TrainingError, match=r"(?s)not a matrix of results\n.*results\.json"):
        run_study(study(), perform=scores)


def test_progress_is_told(study: Study, scores: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run_study(study(), perform=scores, console=Console(stderr=True, width=200))
    assert "run 3 of 8  tuned b seed-0" in capsys.readouterr().err
    run_study(study(), perform=scores, console=Console(stderr=True, width=200))
    assert "done before" in capsys.readouterr().err


def test_a_study_may_have_runs_that_come_first_alone(
    study: Study, scores: Any, tmp_path: Path
) -> None:
    study()
    path = tmp_path / "first.yaml"
    path.write_text(f"name: x\noutput: {tmp_path / 'o'}\nfirst: {{encoder: {{base: run.yaml}}}}\n")
    result = run_study(path, perform=scores)
    assert (scores.done, result.plan.runs, result.plan.compare) == (["encoder"], (), ())
    assert (tmp_path / "o" / "study.json").is_file()
