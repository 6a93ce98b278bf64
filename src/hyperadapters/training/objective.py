"""What is minimised."""

from typing import final

import torch
from torch import nn

from hyperadapters.context import Context
from hyperadapters.method import Recipe
from hyperadapters.metrics import Loss
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.computing import Compute, plain
from hyperadapters.tasks import Batch

__all__ = ["Objective"]


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
