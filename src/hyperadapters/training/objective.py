"""What is minimised."""

from typing import final

import torch
from torch import nn

from hyperadapters.context import Context
from hyperadapters.metrics import Loss
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.tasks.base import Batch

__all__ = ["Objective"]


@final
class Objective(nn.Module):
    """The loss of a batch, with label smoothing and divergence, as sums."""

    def __init__(self, model: AdaptedModel, smoothing: float) -> None:
        super().__init__()
        self.model = model
        self.smoothing = smoothing

    def forward(self, context: Context, batch: Batch) -> Loss:
        """(nats, predictions) of a micro-batch, or of one rank's part of it."""
        logits, divergence = self.model(context, batch)
        zero = torch.zeros((), device=divergence.device)
        loss = Loss(zero, zero)
        for name, share in batch.shares.items():
            loss += self.model.tasks[name].loss(logits[name], share, smoothing=self.smoothing)
        return Loss(loss.total + divergence * loss.predictions, loss.predictions)
