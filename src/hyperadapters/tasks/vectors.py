"""One vector per word, and one for the root, from the hidden states of tokens."""

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from hyperadapters.errors import BackboneError
from hyperadapters.tasks.batch import IGNORED

__all__ = ["POOLS", "Pool", "every_token", "first_token", "places_of", "pooled"]

Pool = Callable[[Sequence[int | None]], list[int | None]]
"""From the word of each token (None: of none) to the word whose vector it is a part of."""


def first_token(parts: Sequence[int | None]) -> list[int | None]:
    """A word's vector is that of its first token."""
    seen = set[int | None]()
    owners: list[int | None] = []
    for part in parts:
        owners.append(None if part in seen else part)
        seen.add(part)
    return owners


def every_token(parts: Sequence[int | None]) -> list[int | None]:
    """A word's vector is the mean of those of its tokens."""
    return list(parts)


POOLS: Mapping[str, Pool] = {"first": first_token, "mean": every_token}
"""By the names that run files have for them."""


def places_of(parts: Sequence[int | None], pool: Pool) -> list[int]:
    """The place that each token is a part of: 0 for the root, n for the n-th word, -100 for none.

    The root is the first token that the tokenizer adds to a sentence: `[CLS]`, `<s>`, or `</s>`
    where only an end is added.

    Args:
        parts: the word of each token, None for one that the tokenizer added.

    Raises:
        BackboneError: it adds none.
    """
    if None not in parts:
        raise BackboneError(
            "the tokenizer of this backbone adds no token to a sentence",
            expected="`[CLS]`, `<s>` or `</s>`, whose vector is that of a tree's root",
            remedy="take another backbone, or leave out the tasks of kind `parsing`",
        )
    places = [IGNORED if word is None else word + 1 for word in pool(parts)]
    places[list(parts).index(None)] = 0
    return places


def pooled(
    hidden: Float[Tensor, "example token d_model"],
    places_at: Int[Tensor, "example token"],
    places: int,
) -> Float[Tensor, "example place d_model"]:
    """The mean of the vectors that are parts of each place; zeros for a place without any.

    Args:
        places_at: the place of each token, or -100.
        places: how many there are.
    """
    parts = functional.one_hot(places_at.clamp(min=-1) + 1, places + 1)[..., 1:]
    total = torch.einsum("etp,etd->epd", parts.to(hidden.dtype), hidden)
    return total / parts.sum(1).clamp(min=1).unsqueeze(-1)
