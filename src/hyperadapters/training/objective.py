"""What is minimised."""

from collections.abc import Iterable
from typing import final

import torch
from torch import Tensor, nn

from hyperadapters.context import Context, Row
from hyperadapters.errors import TrainingError
from hyperadapters.method import Phase, Recipe
from hyperadapters.metrics import Loss
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.computing import Compute, plain
from hyperadapters.tasks import Batch

__all__ = ["Objective", "check_reached"]


@final
class Objective(nn.Module):
    """The loss of a batch, with label smoothing and divergence, as sums.

    Args:
        model: what is trained.
        recipe: its `smoothing`, and how much of a divergence counts in an update.
        compute: how the backbone computes.
    """

    def __init__(self, model: AdaptedModel, recipe: Recipe, compute: Compute = plain) -> None:
        super().__init__()
        self.model = model
        self.compute = compute
        self.smoothing = recipe.smoothing
        self.share = {"uniform": 1 / recipe.steps, "constant": 1.0}[recipe.divergence]

    def forward(self, context: Context, batch: Batch) -> Loss:
        """(nats, predictions) of a micro-batch, or of one rank's part of it; the mean has `share`
        of the divergence, whatever the number of predictions.
        """
        logits, divergence = self.model(context, batch, self.compute)
        zero = torch.zeros((), device=divergence.device)
        loss = Loss(zero, zero)
        for name, share in batch.shares.items():
            loss += self.model.tasks[name].loss(logits[name], share, smoothing=self.smoothing)
        extra = self.share * divergence * loss.predictions
        return Loss(loss.total + extra, loss.predictions)


def check_reached(loss: Tensor, phase: Phase, under: Iterable[Row]) -> None:
    """Raises unless the loss of a batch depends on something that its phase trains.

    Args:
        loss: as a sum.
        phase: that the batch was drawn for.
        under: the row of each example.

    Raises:
        TrainingError: the loss has no gradient.
    """
    if not loss.requires_grad:
        raise TrainingError(
            f"a batch reaches nothing that phase `{phase.name}` trains",
            expected=", ".join(sorted(phase.trains)),
            found=f"rows {', '.join(sorted({str(row) for row in under}))}",
            remedy="take these data out of the `train` of the phase, or train something else",
        )
