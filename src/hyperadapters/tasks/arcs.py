"""Arcs of a sentence: which there may be, their loss, and the best tree of them."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hyperadapters.tasks.arborescence import best_tree
from hyperadapters.tasks.base import full_precision
from hyperadapters.tasks.words import UNSEEN

__all__ = ["best_heads", "head_nats", "possible"]


def possible(first: Int[Tensor, "example word"]) -> Bool[Tensor, "example word place"]:
    """Which heads a word may have: the root, and every other word that the model sees.

    Args:
        first: the place of the first token of each word, negative where there is none.
    """
    words = first.shape[1]
    seen = torch.cat([first.new_ones(len(first), 1), first > UNSEEN], dim=1).bool()
    itself = torch.eye(words, dtype=torch.bool, device=first.device)
    other = torch.cat([itself.new_ones(words, 1), ~itself], dim=1)
    return seen.unsqueeze(1) & other


def head_nats(
    scores: Float[Tensor, "vector place"],
    heads: Int[Tensor, " vector"],
    among: Bool[Tensor, "vector place"],
    smoothing: float,
) -> Float[Tensor, ""]:
    """The summed cross-entropy of heads in nats, over those that a word may have.

    Args:
        scores: of each head of some words.
        heads: the right ones, which are among the possible.
        among: the possible ones.
        smoothing: in [0, 1); goes to all that are possible.
    """
    own = full_precision(scores).masked_fill(~among, -torch.inf).log_softmax(-1)
    right = own.gather(1, heads.unsqueeze(1)).sum()
    even = own.masked_fill(~among, 0.0).sum(-1) / among.sum(-1)
    return -(1.0 - smoothing) * right - smoothing * even.sum()


def best_heads(scores: Float[Tensor, "word place"], first: Sequence[int]) -> dict[int, int]:
    """The head of each word that the model sees, in the best tree with one root.

    Args:
        scores: of the heads (0 the root, n the n-th word) of each word, 0-based; on a CPU.
        first: the place of the first token of each word, negative where there is none.

    Raises:
        ValueError: a score is NaN or +inf.
    """
    words = [word for word, token in enumerate(first) if token > UNSEEN]
    places = [0, *(word + 1 for word in words)]
    found = best_tree(scores.double()[words][:, places].numpy())
    return {word: places[head] for word, head in zip(words, found, strict=True)}
