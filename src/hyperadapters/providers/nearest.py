"""Which languages are most like one, by features from a file, and the mix of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.errors import ConfigError, DataError, UnknownName
from hyperadapters.mixes import mix
from hyperadapters.providers.vectors import read_features

__all__ = ["Nearest", "Neighbour", "nearest"]


@final
@dataclass(frozen=True)
class Neighbour:
    """A language beside another.

    Args:
        name: of the neighbour.
        similarity: the cosine of both vectors over the features that both have, in [-1, 1].
        features: how many these are.
    """

    name: str
    similarity: float
    features: int

    def __str__(self) -> str:
        return f"{self.name}: similarity {self.similarity:.3f} on {self.features:,} features"


@final
@dataclass(frozen=True)
class Nearest:
    """The languages most like one.

    Args:
        neighbours: the most similar first; of equal similarity that on more features.
        left_out: candidates that share too few features with it, or are not similar at all.
    """

    neighbours: tuple[Neighbour, ...]
    left_out: tuple[Neighbour, ...]

    @property
    def mix(self) -> str:
        """The mix of the neighbours, weighted by their similarities to three decimals."""
        return mix({one.name: round(one.similarity, 3) for one in self.neighbours})

    @property
    def rests_on(self) -> tuple[str, ...]:
        """A line for each candidate: on how many features its similarity rests."""
        left = (f"left out: {one}" for one in self.left_out)
        return (*map(str, self.neighbours), *left)

    def __str__(self) -> str:
        """The mix, and what each of its weights rests on."""
        return "\n".join([self.mix, *self.rests_on])


def nearest(
    name: str, *, among: Sequence[str], vectors: str | Path, count: int = 3, least: int = 1
) -> Nearest:
    """The names most similar to one, by the features of a file: typology, or family.

    Features that one of the two does not have are masked: a similarity rests on those that both
    have, and says how many they are. With few it means little: two languages are alike in all of
    the one feature that they share. `least` asks for more.

    Args:
        name: of the language, say; `among` may have it too, and it is no neighbour of itself.
        among: candidates, such as the languages that a model was trained in.
        vectors: a file as `read_features` reads it.
        count: of neighbours at most, 1 or more.
        least: features that a neighbour shares at least, 1 or more.

    Raises:
        UnknownName: the file has no vector of a name.
        DataError: the file is broken, or no candidate shares enough features and is similar.
        ConfigError: `count` or `least` is below 1, or there is no candidate.
    """
    others = [other for other in dict.fromkeys(among) if other != name]
    if min(count, least) < 1 or not others:
        raise ConfigError(
            f"no neighbours of `{name}` can be chosen",
            expected="a candidate or more beside it, and `count` and `least` of 1 or more",
            found=f"{len(others)} candidates, count {count}, least {least}",
        )
    known = read_features(Path(vectors))
    for one in (name, *others):
        if one not in known:
            cause = "the file has no vector of this name"
            raise UnknownName("name of a vector", one, known, where=str(vectors), cause=cause)
    ranked = sorted(
        (_beside(known[name], other, known[other]) for other in others),
        key=lambda one: (-round(one.similarity, 3), -one.features, one.name),
    )
    able = [one for one in ranked if one.features >= least and round(one.similarity, 3) > 0]
    if not able:
        raise DataError(
            f"no candidate is like `{name}`",
            where=str(vectors),
            expected=f"one that shares {least} features or more with it, and is similar",
            found="; ".join(map(str, ranked[:3])),
            remedy="name more candidates, or take a file in which fewer features are missing",
        )
    return Nearest(tuple(able[:count]), tuple(one for one in ranked if one not in able))


def _beside(
    own: Float[Tensor, " feature"], name: str, other: Float[Tensor, " feature"]
) -> Neighbour:
    both = ~(own.isnan() | other.isnan())
    pair = own[both].double(), other[both].double()
    similarity = torch.nn.functional.cosine_similarity(*pair, dim=0).item() if both.any() else 0.0
    return Neighbour(name, similarity, int(both.sum()))
