"""Tasks that guess token ids: scores, loss and statistics at the places that have a label."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from hyperadapters.metrics import Loss, Statistics
from hyperadapters.tasks.base import Task, View, full_precision
from hyperadapters.tasks.batch import Share

__all__ = ["TokenTask", "at_labels"]


def at_labels(outputs: Any, share: Share) -> Float[Tensor, "vector token_id"]:
    """Of what a model of `transformers` gives for a batch, the logits where labels are."""
    logits: Tensor = outputs.logits
    return logits.index_select(0, share.examples)[share.labelled]


class TokenTask(Task):
    """A task whose answers are tokens, scored by the backbone's own output layer.

    Its targets have `labels` (example, token): a token id where one is to be guessed, elsewhere
    -100. Statistics are those of perplexity.
    """

    def logits(
        self, view: View, hidden: Float[Tensor, "example token d_model"], share: Share
    ) -> Float[Tensor, "vector token_id"]:
        """Scores over the vocabulary where labels are, example after example."""
        places, tokens = share.labelled
        return view.unembed(hidden[places, tokens], share.examples[places])

    def loss(
        self, logits: Float[Tensor, "vector token_id"], share: Share, *, smoothing: float = 0.0
    ) -> Loss:
        """Cross-entropy in nats at these places; `smoothing` in [0, 1) goes to all tokens."""
        gold = share.targets["labels"][share.labelled]
        total = functional.cross_entropy(
            full_precision(logits), gold, reduction="sum", label_smoothing=smoothing
        )
        return Loss(total, gold.new_full((), len(gold)))

    def statistics(
        self, logits: Float[Tensor, "vector token_id"], share: Share
    ) -> list[Statistics]:
        """(nats, predictions) per example."""
        gold = share.targets["labels"][share.labelled]
        nats = functional.cross_entropy(full_precision(logits), gold, reduction="none").cpu()
        places = share.labelled[0].cpu()
        sums = torch.zeros(len(share.examples), dtype=torch.float64)
        sums.index_add_(0, places, nats.double())
        counts = torch.bincount(places, minlength=len(sums)).double()
        return list(zip(sums.tolist(), counts.tolist(), strict=True))
