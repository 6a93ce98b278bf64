"""Runs side by side, each in a process of its own."""

import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

import tiny_runs
import tiny_work
from hyperadapters.errors import ConfigError, TrainingError
from hyperadapters.study import run_study, running
from hyperadapters.study.plan import plan_study
from hyperadapters.study.workers import _displays_on, _Job, _show
from hyperadapters.training.progress import Progress


def _study(folder: Path, seeds: int, **more: Any) -> Path:
    run = tiny_runs.values(folder, train={"fields": ["en", "tr"]}, select={}, **more)
    tasks = {"fields": run["tasks"]["fields"]}
    recipe = {**run["recipe"], "steps": 2, "batch": 4, "criterion": "last"}
    del run["name"], run["output"]
    whole = {"name": "s", "output": str(folder / "out"), "grid": {"seed": list(range(seeds))}}
    path = folder / "study.yaml"
    run = {**run, "tasks": tasks, "recipe": recipe}
    path.write_text(yaml.safe_dump({**whole, "run": run}, sort_keys=False), encoding="utf-8")
    return path


def _written(folder: Path) -> Any:
    return json.loads((folder / "out" / "study.json").read_text(encoding="utf-8"))


def test_workers_write_what_one_process_does(tmp_path: Path) -> None:
    path, log = _study(tmp_path, 6), io.StringIO()
    run_study(path)
    whole = _written(tmp_path)
    (tmp_path / "out").rename(tmp_path / "before")
    run_study(path, workers=2, console=Console(file=log, width=200))
    assert _written(tmp_path) == whole and len(whole["runs"]) == 6
    assert all(f"run {n} of 6  seed-{n - 1}" in log.getvalue() for n in range(1, 7))
    assert "seed-5: train: 2 of 2 updates" in log.getvalue()


def test_a_run_that_is_killed_is_told_at_the_end_and_done_the_next_time(tmp_path: Path) -> None:
    path, log = _study(tmp_path, 4), io.StringIO()
    perform, console = tiny_work.done_unless_killed, Console(file=log, width=200)
    with pytest.raises(TrainingError, match=r"(?s)1 run failed; 3 of .*seed-1: .*signal SIGKILL"):
        run_study(path, workers=2, perform=perform, console=console)
    assert _written(tmp_path)["missing"] == ["seed-1"]
    assert log.getvalue().count("a library prints") == 3 + 1
    run_study(path, workers=2, perform=perform, console=console)
    assert _written(tmp_path)["missing"] == []
    assert log.getvalue().count("done before") == 3


def test_a_terminal_has_one_bar_for_each_worker() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with _displays_on(console, 2) as display_of:
        for name in ("one", "two"):
            display = display_of(name, 1)
            for phase in ("language", "task"):
                _show(console, name, display, "prepare", (phase,))
                _show(console, name, display, "begin", (9, Progress()))
                _show(console, name, display, "advance", (Progress(step=9), math.nan))
        _show(console, "two", display, "tell", ("look",))
    assert isinstance(console.file, io.StringIO)
    last = console.file.getvalue().rsplit("two: look", 1)[1]
    assert "two: task" in last and "9/9" in last
    assert "one" not in last and "language" not in last


def test_a_worker_sends_what_it_shows_and_what_is_printed(tmp_path: Path) -> None:
    (run,) = plan_study(_study(tmp_path, 1)).runs
    sent: list[tuple[str, tuple[Any, ...]]] = []
    _Job("run 1 of 1", run, None, None)(lambda kind, parts: sent.append((kind, parts)))
    assert (run.folder / "report.html").is_file()
    assert [kind for kind, _ in sent if kind != "tell"] == [
        "print",
        "prepare",
        "begin",
        *["advance"] * 2,
    ]
    sent.clear()
    done = _Job("run 1 of 1", run, None, None)
    done(lambda kind, parts: sent.append((kind, parts)))
    ((kind, (text,)),) = sent
    assert kind == "print" and text.endswith("done before")


def test_workers_of_each_process_of_a_launch_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ranks:
        num_processes = 2

    monkeypatch.setattr(running, "process", Ranks)
    with pytest.raises(ConfigError, match="--workers"):
        run_study(_study(tmp_path, 2), workers=2)
