"""Generated weights while they train: what is written of them, and when growth is told."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.method import Recipe
from hyperadapters.run.assembly import assemble
from hyperadapters.training import train
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress
from hyperadapters.training.watch import Watch

SHARES = ("common", "layers", "tasks", "languages", "rest")


def looked_at(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if "generated" in line]


def run_of(folder: Path, rate: float, method: dict[str, Any]) -> dict[str, Any]:
    first = {**tiny_runs.PLAIN, "train": {"mlm": ["en"]}, "steps": 2, "batch": 4}
    return tiny_runs.values(
        folder,
        method=method,
        phases={"pretrain": first},
        recipe={"steps": 40, "batch": 8, "length": 24, "learning_rate": rate},
    )


def trained(folder: Path, rate: float, **method: Any) -> str:
    """Trains a small Hyper-X, and gives what was told meanwhile."""
    sizes = {"code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}
    run = run_of(folder, rate, {"name": "hyper-x-base", **sizes, **method})
    told = io.StringIO()
    train(assemble(run_from(run)), folder, console=Console(file=told, width=400))
    return told.getvalue()


def test_sizes_steps_and_shares_are_written(tmp_path: Path) -> None:
    trained(tmp_path, 0.001)
    lines = looked_at(tmp_path)
    assert [line["step"] for line in lines] == list(range(2, 41, 2))
    for line in lines:
        assert set(line["generated"]) == {
            f"adapters/{slot}" for slot in ("down", "down_bias", "up", "up_bias")
        }
        for found in line["generated"].values():
            assert found["size"] > 0
            assert sum(found[share] for share in SHARES) == pytest.approx(1.0, abs=0.01)
        sizes = [found["size"] for found in line["generated"].values()]
        assert len(set(sizes)) == 4, "each slot has weights of its own"
    assert lines[0]["generated"]["adapters/down"]["step"] > 0


def test_a_learning_rate_moves_generated_weights_as_far_as_free_ones(tmp_path: Path) -> None:
    trained(tmp_path, 0.001, scale="free")
    for line in looked_at(tmp_path)[:5]:
        assert 0.1e-3 < line["generated"]["adapters/down"]["step"] < 2e-3


def test_weights_that_grow_tenfold_are_told_once(tmp_path: Path) -> None:
    assert "grown to" not in trained(tmp_path / "slow", 1e-4)
    told = trained(tmp_path / "fast", 0.3)
    assert told.count("have grown to") == 1
    assert "Lower `recipe.learning_rate`" in told


def test_what_starts_large_has_not_grown(tmp_path: Path) -> None:
    """HyperFormer++ begins at eight times what free adapters begin at, whatever its width."""
    sizes = {"reduction": 4, "code": 64, "embedding": 4, "hidden": 6, "std": 0.01}
    run = run_of(tmp_path, 0.0015, {"name": "hyperformer++-small", **sizes})
    told = io.StringIO()
    train(assemble(run_from(run)), tmp_path, console=Console(file=told, width=400))
    sizes_of_up = [line["generated"]["adapters/up"]["size"] for line in looked_at(tmp_path)]
    assert max(sizes_of_up) > 10 * 0.01
    assert "grown to" not in told.getvalue()


def test_nothing_is_written_of_free_weights(tmp_path: Path) -> None:
    run = run_of(tmp_path, 0.001, {"name": "task-adapters", "bottleneck": 4})
    train(assemble(run_from(run)), tmp_path)
    assert looked_at(tmp_path) == []


class Told(Display):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def tell(self, text: str) -> None:
        self.lines.append(text)


def test_one_label_for_everything_is_told_once_from_a_quarter_of_the_updates_on(
    tmp_path: Path,
) -> None:
    (line,) = told_of(tiny_runs.values(tmp_path))
    assert "update 50: everything in the dev cells of `ner` is answered `O`" in line
    assert "`recipe.learning_rate`" in line
    assert "gain" not in line


@pytest.mark.parametrize("changes", [{}, {"gain": 0.0}])
def test_norms_inside_adapters_that_start_at_one_are_named_then(
    tmp_path: Path, changes: dict[str, float]
) -> None:
    method = {"name": "adapters-dagger-small", "reduction": 4, **changes}
    (line,) = told_of(run_of(tmp_path, 0.001, method))
    assert ("`method: {gain: 0.0}`" in line) is not bool(changes)


def told_of(run: dict[str, Any]) -> list[str]:
    """What is told of four looks at the dev cells, three of which find one label."""
    assembly, display = assemble(run_from(run)), Told()
    phase = replace(assembly.method.phases[-1], recipe=Recipe(steps=100))
    journal = Journal(Path(run["output"]) / "metrics.jsonl", 0, accelerator_for("no"))
    watch, progress = Watch(assembly.model.adapters, phase, journal, display), Progress()
    for step, alike in [(10, {"ner": "O"}), (30, {}), (50, {"ner": "O"}), (60, {"ner": "O"})]:
        progress.step = step
        watch.answers(alike, progress)
    return display.lines
