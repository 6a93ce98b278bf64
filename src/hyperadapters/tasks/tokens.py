"""Guessing token ids at the places of a batch that have a label: scores, loss, statistics."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from hyperadapters.metrics import Loss, Statistics
from hyperadapters.tasks.base import IGNORED, Share, View, full_precision

__all__ = ["token_logits", "token_loss", "token_statistics"]


def token_logits(
    view: View, hidden: Float[Tensor, "example token d_model"], share: Share
) -> Float[Tensor, "vector token_id"]:
    """Scores over the vocabulary where `labels` are, example after example."""
    places, tokens = (share.targets["labels"] != IGNORED).nonzero(as_tuple=True)
    return view.unembed(hidden[places, tokens], share.examples[places])


def token_loss(
    logits: Float[Tensor, "vector token_id"], share: Share, *, smoothing: float = 0.0
) -> Loss:
    """Cross-entropy in nats at these places; `smoothing` in [0, 1) goes to all tokens."""
    labels = share.targets["labels"]
    gold = labels[labels != IGNORED]
    total = functional.cross_entropy(
        full_precision(logits), gold, reduction="sum", label_smoothing=smoothing
    )
    return Loss(total, torch.tensor(len(gold), device=total.device))


def token_statistics(logits: Float[Tensor, "vector token_id"], share: Share) -> list[Statistics]:
    """(nats, predictions) per example."""
    chosen = share.targets["labels"] != IGNORED
    gold = share.targets["labels"][chosen]
    nats = functional.cross_entropy(full_precision(logits), gold, reduction="none").double()
    sums = torch.zeros(len(chosen), dtype=torch.float64, device=nats.device)
    sums.index_add_(0, chosen.nonzero()[:, 0], nats)
    return list(zip(sums.tolist(), chosen.sum(1).double().tolist(), strict=True))
