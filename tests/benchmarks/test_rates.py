"""Which learning rate is best, and how far it moves over widths: against parabolas made up here."""

import math
from pathlib import Path

import pytest
from benchmarks.claims import rates
from benchmarks.claims.rates import Curve, Setting

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.document.dialect import write_yaml
from hyperadapters.run import bundle
from hyperadapters.run.assembly import assemble

GRID = (2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3)


def curve(*losses: float, panel: str = "scale: free", line: str = "code 8") -> Curve:
    return Curve(Setting(panel, line, ()), GRID, losses)


@pytest.mark.parametrize("best", [6e-4, 1e-3, 1.9e-3])
def test_the_best_rate_is_the_vertex_of_a_parabola(best: float) -> None:
    losses = [0.3 + math.log(rate / best) ** 2 for rate in GRID]
    assert curve(*losses).best == pytest.approx(best)


def test_a_rate_at_the_edge_or_beside_a_broken_run_stays_as_it_is() -> None:
    assert curve(1.0, 2.0, 3.0, 4.0, 5.0).best == GRID[0]
    assert curve(3.0, 2.0, 1.0, math.nan, math.nan).best == GRID[2]
    with pytest.raises(ValueError, match="no run of code 8 has a finite loss"):
        _ = curve(*[math.nan] * 5).best


def test_the_best_rates_of_a_panel_are_compared() -> None:
    lines = [curve(3.0, 1.0, 3.0, 4.0, 5.0), curve(5.0, 4.0, 3.0, 1.0, 3.0)]
    assert rates.spread(lines) == pytest.approx(4.0)


def test_systems_are_both_scales_at_every_width_and_what_stands_beside() -> None:
    made = rates.settings("code", (8, 16), ["task-adapters"])
    assert [(one.panel, one.line) for one in made] == [
        ("scale: paper", "code 8"),
        ("scale: paper", "code 16"),
        ("scale: free", "code 8"),
        ("scale: free", "code 16"),
        ("task-adapters", "task-adapters"),
    ]


def test_every_system_trains_from_one_run_file(tmp_path: Path) -> None:
    """Twice alike, and with the loss of the last update where a fifth of all is one update."""
    whole = assemble(run_from(tiny_runs.values(tmp_path / "encoder")))
    bundle.save(whole, tmp_path / "encoder" / "model")
    backbone = {"path": str(tmp_path / "encoder" / "model" / "backbone")}
    method = {"name": "hyper-x-base", "bottleneck": 4}
    values = tiny_runs.values(tmp_path / "runs", backbone=backbone, method=method)
    file = tmp_path / "run.yaml"
    file.write_text(write_yaml(values), encoding="utf-8")
    changes = ["tasks.mlm=null", "train.mlm=null"]
    last = []
    for setting in rates.settings("code", (8,), ["task-adapters"]):
        last.append(rates.trained(file, setting, 1e-3, 5, changes, None))
        assert last[-1] == rates.trained(file, setting, 1e-3, 5, changes, None)
    assert len(set(last)) == 3 and all(0 < loss < 10 for loss in last)
