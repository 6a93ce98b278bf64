"""`python -m benchmarks.claims.convergence RUN...`: how soon is a loss reached?

The loss on the dev cells over the updates, and after how many each run is where the reference is at
its best (Baziotis et al., 2022, figure 5).
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from hyperadapters.config import load_run, method_of
from hyperadapters.errors import ConfigError

REFERENCE = "language-adapters"


class Curve(NamedTuple):
    """A run's dev loss in nats, after so many updates each."""

    name: str
    steps: list[int]
    losses: list[float]

    @property
    def best(self) -> float:
        """The lowest."""
        return min(self.losses)

    def reaches(self, loss: float) -> int | None:
        """Updates until the loss is no higher than this; None for never."""
        reached = (step for step, own in zip(self.steps, self.losses, strict=True) if own <= loss)
        return next(reached, None)


def read(run: Path) -> Curve:
    """The curve of a run in its last phase.

    Raises:
        ConfigError: its criterion is not the loss, or it has never been judged.
    """
    phase = method_of(load_run(run / "run.yaml")).phases[-1]
    text = (run / "metrics.jsonl").read_text(encoding="utf-8")
    judged = [line for line in map(json.loads, text.splitlines()) if "selection" in line]
    last = [line for line in judged if line["phase"] == phase.name]
    if phase.recipe.criterion != "loss" or not last:
        raise ConfigError(
            f"`{run}` has no curve of its loss on dev sentences",
            expected="`criterion: loss`, and cells under `select`",
            found=f"criterion `{phase.recipe.criterion}`, {len(last)} evaluations",
        )
    return Curve(run.name, [line["step"] for line in last], [line["selection"] for line in last])


def main() -> None:
    """A line per run, and a plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs")
    parser.add_argument("--reference", default=REFERENCE, help="how the reference's name begins")
    parser.add_argument("--plot", type=Path, help="a PNG")
    arguments = parser.parse_args()
    curves = [read(run) for run in arguments.runs]
    bests = [curve.best for curve in curves if curve.name.startswith(arguments.reference)]
    if not bests:
        parser.error(f"no run's folder begins with `{arguments.reference}`: give those of by-name/")
    best = min(bests)
    table = Table("run", "best loss", "at update", f"updates to {best:.3f}", "loss at the end")
    for curve in curves:
        reached = curve.reaches(best)
        table.add_row(
            curve.name,
            f"{curve.best:.3f}",
            str(curve.reaches(curve.best)),
            "never" if reached is None else str(reached),
            f"{curve.losses[-1]:.3f}",
        )
    Console(width=100).print(table)
    if arguments.plot:
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        axes = figure.subplots()
        for curve in curves:
            axes.plot(curve.steps, curve.losses, label=curve.name)
        axes.axhline(best, color="grey", linewidth=0.8, linestyle="--")
        axes.set_xlabel("updates")
        axes.set_ylabel("loss on dev sentences, nats per token")
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")
        figure.savefig(arguments.plot, dpi=130)


if __name__ == "__main__":
    main()
