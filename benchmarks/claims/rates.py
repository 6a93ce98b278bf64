"""`python -m benchmarks.claims.rates RUN_FILE`: does the best learning rate depend on the width?

Hyper-X with codes (or bottlenecks) of several widths, each trained at several rates in the scale of
the paper and in that of free adapters: the training loss of the last fifth of the updates, and at
which rate it is lowest. Every run draws the same batches. With `--beside` the rates of another
method stand beside them, such as `task-adapters`.
"""

import argparse
import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.claims.stages import first_stage
from hyperadapters.config import load_run
from hyperadapters.errors import TrainingError

WIDTHS = (32, 96, 256, 512)
RATES = (2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3)


@dataclass(frozen=True)
class Setting:
    """One system at one width; changes to the run's method, with a name for the panel."""

    panel: str
    line: str
    method: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Curve:
    """The loss of one system over the rates; NaN where training broke."""

    setting: Setting
    rates: tuple[float, ...]
    losses: tuple[float, ...]

    @property
    def best(self) -> float:
        """The rate of the lowest loss: the vertex of a parabola through it and its neighbours, over
        the logarithm of the rate; the outermost rate where it is lowest.

        Raises:
            ValueError: no loss is finite.
        """
        finite = [place for place, loss in enumerate(self.losses) if math.isfinite(loss)]
        if not finite:
            raise ValueError(f"no run of {self.setting.line} has a finite loss")
        place = min(finite, key=lambda p: self.losses[p])
        near = [p for p in (place - 1, place, place + 1) if p in finite]
        if len(near) < 3:
            return self.rates[place]
        curve = np.polyfit(
            [math.log(self.rates[p]) for p in near], [self.losses[p] for p in near], 2
        )
        return math.exp(-curve[1] / (2 * curve[0]))


def trained(
    file: Path, setting: Setting, rate: float, steps: int, changes: Sequence[str], root: Path | None
) -> float:
    """The mean loss in nats of the last fifth of the updates; NaN where it is not finite."""
    method = [f"method.{key}={json.dumps(value)}" for key, value in setting.method]
    recipe = [f"recipe.learning_rate={rate}", f"recipe.steps={steps}"]
    with tempfile.TemporaryDirectory() as folder:
        run = load_run(file, [*changes, *method, *recipe])
        _, stage = first_stage(run, Path(folder), data_root=root)
        nats = predictions = 0.0
        try:
            for step in range(steps):
                if step == steps - steps // 5:
                    stage.losses.read()
                    nats, predictions = stage.progress.nats, stage.progress.predictions
                stage.update()
            stage.losses.read()
        except TrainingError:
            return math.nan
        return (stage.progress.nats - nats) / (stage.progress.predictions - predictions)


def settings(key: str, widths: Sequence[int], beside: Sequence[str]) -> list[Setting]:
    """Both scales at every width, and the other methods."""
    made = [
        Setting(f"scale: {scale}", f"{key} {width}", (("scale", scale), (key, width)))
        for scale, width in product(("paper", "free"), widths)
    ]
    unset = {name: None for name in ("code", "embedding", "std", "scale", "pace", "shared")}
    others = [Setting(name, name, tuple({"name": name, **unset}.items())) for name in beside]
    return [*made, *others]


def spread(curves: Sequence[Curve]) -> float:
    """The highest of the best rates over the lowest."""
    best = [curve.best for curve in curves]
    return max(best) / min(best)


def panels(curves: Sequence[Curve]) -> dict[str, list[Curve]]:
    """The curves by panel, in order."""
    found: dict[str, list[Curve]] = {}
    for curve in curves:
        found.setdefault(curve.setting.panel, []).append(curve)
    return found


def show(curves: Sequence[Curve]) -> None:
    """A line per system, and how far the best rate moves over the widths of a panel."""
    table = Table(title="loss of the last fifth, nats", title_justify="left")
    for name in ("", "", *(f"{rate:g}" for rate in curves[0].rates), "best rate"):
        table.add_column(name, justify="right" if name else "left")
    for panel, lines in panels(curves).items():
        for curve in lines:
            losses = (f"{loss:.3f}" for loss in curve.losses)
            table.add_row(panel, curve.setting.line, *losses, f"{curve.best:.2g}")
        if len(lines) > 1:
            numbers = [""] * len(curves[0].rates)
            table.add_row(panel, "moves by a factor of", *numbers, f"{spread(lines):.1f}")
    Console(width=120).print(table)


def draw(curves: Sequence[Curve], file: Path) -> None:
    """A panel per scale; other methods are dashed lines in each."""
    found = panels(curves)
    wide = {name: lines for name, lines in found.items() if len(lines) > 1}
    others = [curve for name, lines in found.items() if name not in wide for curve in lines]
    figure = Figure(figsize=(4.6 * len(wide), 3.8), layout="constrained")
    axes = figure.subplots(1, len(wide), squeeze=False, sharey=True)[0]
    for axis, (name, lines) in zip(axes, wide.items(), strict=True):
        for curve in lines:
            axis.plot(curve.rates, curve.losses, marker="o", label=curve.setting.line)
        for curve in others:
            axis.plot(curve.rates, curve.losses, "k--", label=curve.setting.line)
        axis.set_xscale("log")
        axis.set_title(f"{name}: best rate moves by {spread(lines):.1f}")
        axis.set_xlabel("learning rate")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("loss of the last fifth, nats")
    axes[-1].legend(fontsize="small")
    figure.savefig(file, dpi=130)


def main() -> None:
    """Trains every system at every rate, prints the table, and writes figures and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run_file", type=Path)
    parser.add_argument("--key", default="code", choices=("code", "bottleneck"))
    parser.add_argument("--widths", type=int, nargs="+", default=WIDTHS)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--beside", nargs="*", default=["task-adapters"])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--set", action="append", default=[], help="changes to the run file")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--save", type=Path, help="NAME for NAME.json and NAME.png")
    arguments = parser.parse_args()
    systems = settings(arguments.key, arguments.widths, arguments.beside)
    todo = list(product(systems, arguments.rates))
    losses = [
        trained(
            arguments.run_file, system, rate, arguments.steps, arguments.set, arguments.data_root
        )
        for system, rate in track(todo, "runs", console=Console(stderr=True))
    ]
    rates = tuple(arguments.rates)
    curves = [
        Curve(system, rates, tuple(losses[place * len(rates) : (place + 1) * len(rates)]))
        for place, system in enumerate(systems)
    ]
    show(curves)
    if arguments.save:
        written = [
            {"panel": c.setting.panel, "line": c.setting.line, "rates": c.rates, "losses": c.losses}
            for c in curves
        ]
        arguments.save.with_suffix(".json").write_text(json.dumps(written, indent=1) + "\n")
        draw(curves, arguments.save.with_suffix(".png"))


if __name__ == "__main__":
    main()
