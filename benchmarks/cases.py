"""What is timed, each beside what it is divided by, and the ratio it should reach."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from benchmarks.systems import Systems
from hyperadapters.context import Context
from hyperadapters.method import Recipe
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.binding import Binding
from hyperadapters.model.computing import Compute, plain
from hyperadapters.training.optimisation import divide_and_clip, optimiser

__all__ = ["CASES", "PLAIN", "Case", "work_of"]


@dataclass(frozen=True)
class Case:
    """One thing that is measured.

    Args:
        name: in the table.
        system: a name of `SYSTEMS`.
        rows: distinct rows of its batch.
        trains: a training step (forward, backward, fused AdamW), else a forward without gradients.
        clips: a training step that also clips the gradients' norm, as recipes do by default.
        over: the case that its time is divided by.
        aim: the largest ratio that is good; None where there is no aim.
    """

    name: str
    system: str
    rows: int = 1
    trains: bool = False
    clips: bool = False
    over: str = "plain forward"
    aim: float | None = None


PLAIN = Case("plain forward", "plain")
CASES = (
    PLAIN,
    Case("inference, one adapter of width 48", "narrow table", aim=1.05),
    Case("inference, one adapter of width 256", "wide table", aim=1.05),
    Case("inference, 16 rows of width 48", "narrow table", rows=16, aim=1.06),
    Case("inference, 16 rows of width 256", "wide table", rows=16, aim=1.06),
    Case("inference, Hyper-X Base", "hyper-x"),
    Case("inference, Hyper-X Base, 16 rows", "hyper-x", rows=16),
    Case("inference, Hyper-X Base as free tables", "tables"),
    Case(
        "inference, Hyper-X Base materialised",
        "materialised",
        over="inference, Hyper-X Base as free tables",
        aim=1.0,
    ),
    Case("training step, one adapter of width 48", "narrow table", trains=True, aim=2.2),
    Case("training step, one adapter of width 256", "wide table", trains=True, aim=2.2),
    Case("training step, Hyper-X Base", "hyper-x", trains=True, aim=2.4),
    Case("training step, Hyper-X Base, 4 rows", "hyper-x", rows=4, trains=True, aim=2.7),
    Case("training step, Hyper-X Base, 16 rows", "hyper-x", rows=16, trains=True, aim=3.2),
    Case("the same with clipping", "hyper-x", rows=16, trains=True, clips=True),
    Case("training step, full fine-tuning", "full fine-tuning", trains=True),
)


def work_of(case: Case, systems: Systems, compute: Compute = plain) -> Callable[[], object]:
    """What one measurement of a case runs, the backbone as `compute` has it."""
    model, batch = systems[case.system], systems.batch
    if not isinstance(model, AdaptedModel):
        nothing = Binding(None, {})
        return torch.no_grad()(lambda: compute(model, nothing, batch.inputs))
    context = systems.setting.context(case.rows)
    if not case.trains:
        return torch.no_grad()(lambda: model(context, batch, compute))
    return training_step(systems, case.system, lambda: context, clips=case.clips, compute=compute)


def training_step(
    systems: Systems,
    system: str,
    context: Callable[[], Context],
    *,
    clips: bool = False,
    compute: Compute = plain,
) -> Callable[[], object]:
    """A training step of a system, each time under the context that `context` then gives."""
    model, batch = systems[system], systems.batch
    assert isinstance(model, AdaptedModel)
    (task,) = model.tasks.values()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    adamw = optimiser(trained, Recipe(learning_rate=1e-6))
    factor = torch.ones((), device=systems.device)

    def step() -> None:
        adamw.zero_grad(set_to_none=True)
        logits = model(context(), batch, compute).logits[task.name]
        torch.autograd.backward(task.loss(logits, batch.shares[task.name]).mean())
        if clips:
            divide_and_clip(trained, factor, 1.0)
        adamw.step()

    return step
