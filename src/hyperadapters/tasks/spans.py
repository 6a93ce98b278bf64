"""Spans of tokens: the probabilities of their two ends, and the best span of a window."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

__all__ = ["best_spans", "end_scores", "nats"]


def end_scores(
    logits: Float[Tensor, "example token 2"], known: Bool[Tensor, "example token"]
) -> Float[Tensor, "example token 2"]:
    """The log-probability that a span begins, and that it ends, at each token; -inf elsewhere.

    Args:
        known: the tokens that can be an end of the span; some of every example.
    """
    least = torch.finfo(logits.dtype).min
    scores = logits.masked_fill(~known[..., None], least).log_softmax(dim=1)
    return scores.masked_fill(~known[..., None], -torch.inf)


def nats(
    scores: Float[Tensor, "example token 2"],
    known: Bool[Tensor, "example token"],
    gold: Int[Tensor, "example 2"],
    smoothing: float = 0.0,
) -> Float[Tensor, ""]:
    """Cross-entropy of the right ends, summed over examples and both ends.

    (1 - s)·(-log p(gold)) + s·(mean of -log p over the known tokens), of each end.

    Args:
        scores: as of `end_scores`.
        smoothing: s, in [0, 1).
    """
    right = scores.gather(1, gold[:, None, :]).sum()
    if not smoothing:
        return -right
    every = scores.masked_fill(~known[..., None], 0.0).sum(dim=1) / known.sum(dim=1)[:, None]
    return -(1 - smoothing) * right - smoothing * every.sum()


def best_spans(
    scores: Float[Tensor, "example token 2"], known: Bool[Tensor, "example token"], most: int
) -> tuple[Float[Tensor, " example"], Int[Tensor, " example"], Int[Tensor, " example"]]:
    """The span with the greatest sum of its ends' scores: that sum, its first and its last token.

    Where there is none the sum is -inf. Of several best ones it is that which begins first.

    Args:
        known: the tokens that can be an end of the span.
        most: tokens of a span.
    """
    tokens = scores.shape[1]
    sums = scores[:, :, None, 0] + scores[:, None, :, 1]
    band = torch.ones(tokens, tokens, dtype=torch.bool, device=scores.device)
    band = band.triu().tril(most - 1)
    both = known[:, :, None] & known[:, None, :] & band
    value, place = sums.masked_fill(~both, -torch.inf).flatten(1).max(dim=1)
    return value, place // tokens, place % tokens
