"""`python -m benchmarks.claims.widths RUN_FILE`: does a wider hypernetwork train as well?

Hyper-adapters of several widths, with and without the division by √d_h, from N(0, 0.02²) and from
matched initial values (Baziotis et al., 2022, section 3.3, figures 3 and 4, appendix B.1): how much
the adapters add at the start and over the updates, and the loss.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import torch
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor

from benchmarks.claims.stages import first_stage
from hyperadapters.config import load_run
from hyperadapters.context import Context
from hyperadapters.errors import TrainingError
from hyperadapters.forms import Form
from hyperadapters.forms.base import Weights
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.tasks import Batch

WIDTHS = (33, 132, 528, 2112)
POINTS = 20


class Point(NamedTuple):
    """After so many updates: the loss of the last batch, and how much the adapters add.

    `added` is the root mean square of what adapters add over that of what they read.
    """

    step: int
    loss: float
    added: float


@dataclass(frozen=True)
class Setting:
    """One hypernetwork."""

    hidden: int
    rescale: bool
    matched: bool

    @property
    def panel(self) -> str:
        """Everything but the width."""
        division = "divided by √d_h" if self.rescale else "not divided"
        return f"{division}, {'matched' if self.matched else 'N(0, 0.02²)'}"


@dataclass(frozen=True)
class Recorded(Form):
    """A form that notes the ratio of what it adds to what it reads."""

    form: Form
    ratios: list[float]

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Any:
        """The form's own."""
        return self.form.slots(width_in, width_out, bias=bias)

    def settled(self, weights: Weights) -> tuple[Form, Weights]:
        """The form's own, still noted."""
        form, settled = self.form.settled(weights)
        return replace(self, form=form), settled

    def apply(self, hidden: Tensor, weights: Weights) -> Tensor:
        """What the form adds."""
        added = self.form.apply(hidden, weights)
        self.ratios.append(float(added.norm() / hidden.norm()))
        return added


@contextmanager
def recorded(model: AdaptedModel, adapter: str) -> Iterator[list[float]]:
    """The ratios of every call of an adapter's form."""
    forms, ratios = model.forms[adapter], list[float]()
    model.forms[adapter] = {site: Recorded(form, ratios) for site, form in forms.items()}
    try:
        yield ratios
    finally:
        model.forms[adapter] = forms


@torch.no_grad()
def added(model: AdaptedModel, batch: Batch) -> float:
    """Mean ratio over the sites, on one batch."""
    with recorded(model, "hyper") as ratios:
        model.eval()(Context.of_examples(batch.observed), batch)
    model.train()
    return sum(ratios) / len(ratios)


def follow(file: Path, setting: Setting, steps: int) -> list[Point]:
    """Trains a run with this hypernetwork, up to a loss that is not finite."""
    with tempfile.TemporaryDirectory() as folder:
        changes = [f"method.{key}={json.dumps(value)}" for key, value in vars(setting).items()]
        run = load_run(file, [*changes, f"output={folder}", f"recipe.steps={steps}"])
        assembly, stage = first_stage(run, Path(folder))
        batch = stage.mixture.draw().to(stage.accelerator.device)
        points = [Point(0, float("nan"), added(assembly.model, batch))]
        try:
            for step in range(1, steps + 1):
                stage.update()
                if step % max(steps // POINTS, 1) == 0:
                    stage.losses.read()
                    points.append(Point(step, stage.losses.last, added(assembly.model, batch)))
        except TrainingError:
            points.append(Point(step, float("nan"), float("nan")))
        return points


def show(found: dict[Setting, list[Point]]) -> None:
    """A line per hypernetwork."""
    table = Table(title="hypernetworks of different widths", title_justify="left")
    for name in ("", "d_h", "added at the start", "added at the end", "loss at the end"):
        table.add_column(name, justify="left" if not name else "right")
    for setting, points in found.items():
        first, last = points[0], points[-1]
        numbers = (f"{first.added:.3f}", f"{last.added:.3f}", f"{last.loss:.3f}")
        table.add_row(setting.panel, str(setting.hidden), *numbers)
    Console(width=110).print(table)


def draw(found: dict[Setting, list[Point]], file: Path) -> None:
    """A column per panel; above what the adapters add, below the loss; a line per width."""
    panels = list(dict.fromkeys(setting.panel for setting in found))
    figure = Figure(figsize=(3.6 * len(panels), 6.0), layout="constrained")
    axes = figure.subplots(2, len(panels), squeeze=False, sharex=True, sharey="row")
    for setting, points in found.items():
        column = panels.index(setting.panel)
        steps = [point.step for point in points]
        label = f"d_h = {setting.hidden}"
        axes[0, column].plot(steps, [point.added for point in points], label=label)
        axes[1, column].plot(steps, [point.loss for point in points], label=label)
    for column, panel in enumerate(panels):
        axes[0, column].set_title(panel)
        axes[0, column].set_yscale("log")
        axes[1, column].set_xlabel("updates")
        for row in (0, 1):
            axes[row, column].grid(alpha=0.3)
    axes[0, 0].set_ylabel("what adapters add / what they read")
    axes[1, 0].set_ylabel("loss, nats per token")
    axes[1, -1].legend(fontsize="small")
    figure.savefig(file, dpi=130)


def main() -> None:
    """Follows every setting, prints the table, and writes the figures and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run_file", type=Path)
    parser.add_argument("--widths", type=int, nargs="+", default=WIDTHS)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--save", type=Path, help="NAME for NAME.json and NAME.png")
    arguments = parser.parse_args()
    settings = [
        Setting(hidden, rescale, matched)
        for rescale, matched, hidden in product((True, False), (False, True), arguments.widths)
    ]
    found = {
        one: follow(arguments.run_file, one, arguments.steps)
        for one in track(settings, "hypernetworks", console=Console(stderr=True))
    }
    show(found)
    if arguments.save:
        lines = [{**vars(one), "points": points} for one, points in found.items()]
        arguments.save.with_suffix(".json").write_text(json.dumps(lines, indent=1) + "\n")
        draw(found, arguments.save.with_suffix(".png"))


if __name__ == "__main__":
    main()
