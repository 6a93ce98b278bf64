"""A vector per name: what a hypernetwork knows of a task, a language, a layer."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.context import Factor
from hyperadapters.errors import UnknownName
from hyperadapters.mixes import shares
from hyperadapters.slots import Law, check_std, normal

__all__ = [
    "Drawn",
    "Embedding",
    "Gaussian",
    "GaussianEmbedding",
    "Gaussians",
    "Learned",
    "LearnedEmbedding",
    "check_embedding",
]


class Drawn(NamedTuple):
    """Vectors of some names, and the divergence of the distribution they were drawn from."""

    vectors: Float[Tensor, "name width"]
    divergence: Float[Tensor, ""]


class Embedding(nn.Module, ABC):
    """Vectors under names, each a parameter of its own, so that absent names never move.

    Args:
        factor: whose names they are.
        dimension: of a vector.
    """

    def __init__(self, factor: Factor, dimension: int) -> None:
        super().__init__()
        self.factor = factor
        self.dimension = dimension

    def mixed(self, names: Sequence[str]) -> Drawn:
        """The vectors of `names`, in their order; that of a mix is Σ wₙ·vₙ over its names.

        Raises:
            UnknownName: a name, or one in a mix, that was never given a vector.
        """
        parts = [shares(name) for name in names]
        place = {part: at for at, part in enumerate(dict.fromkeys(p for o in parts for p, _ in o))}
        vectors, divergence = self(list(place))
        if all(len(own) == 1 for own in parts):  # one product less for every batch of training
            return Drawn(vectors[[place[own[0][0]] for own in parts]], divergence)
        sums = [sum(float(share) * vectors[place[part]] for part, share in own) for own in parts]
        return Drawn(torch.stack(sums), divergence)

    @abstractmethod
    def forward(self, names: Sequence[str]) -> Drawn:
        """The vectors of `names`, in their order; none is a mix.

        Raises:
            UnknownName: a name that was never given a vector.
        """

    @abstractmethod
    def centres(self) -> dict[str, Tensor]:
        """Every name's vector, without drawing: what maps and neighbours are computed from."""

    def _under(self, names: Sequence[str], draw: Callable[[], Tensor]) -> nn.ParameterDict:
        """A drawn parameter per name, under `language=to`: some names alone, as that of Tongan,
        are methods of modules.
        """
        return nn.ParameterDict({f"{self.factor}={name}": nn.Parameter(draw()) for name in names})

    def _stacked(self, under: nn.ParameterDict, names: Sequence[str]) -> Float[Tensor, "name ..."]:
        """What `_under` made of some names, in their order."""
        for name in names:
            if f"{self.factor}={name}" not in under:
                raise UnknownName(
                    self.factor,
                    name,
                    _by_name(under),
                    cause="the model was trained without it, so it has no embedding",
                )
        return torch.stack([under[f"{self.factor}={name}"] for name in names])


def _by_name(under: nn.ParameterDict) -> dict[str, Tensor]:
    return {key.partition("=")[2]: vector.detach() for key, vector in under.items()}


@final
class LearnedEmbedding(Embedding):
    """Free vectors, drawn from a `law` of mean 0 and standard deviation `std` at the start."""

    def __init__(
        self,
        factor: Factor,
        names: Sequence[str],
        dimension: int,
        std: float,
        law: Law = normal,
    ) -> None:
        super().__init__(factor, dimension)
        self.vectors = self._under(names, lambda: law(torch.empty(dimension), 0.0, std))

    def forward(self, names: Sequence[str]) -> Drawn:
        """One row per name."""
        vectors = self._stacked(self.vectors, names)
        return Drawn(vectors, vectors.new_zeros(()))

    def centres(self) -> dict[str, Tensor]:
        """The vectors themselves."""
        return _by_name(self.vectors)


class Gaussians(Embedding, ABC):
    """A mean and a variance per name: μ, and σ² = softplus(`spread`) of every feature."""

    def __init__(self, factor: Factor, names: Sequence[str], dimension: int, std: float) -> None:
        super().__init__(factor, dimension)
        self.means = self._under(names, lambda: torch.empty(dimension).normal_(0.0, std))
        self.spreads = self._under(names, lambda: torch.empty(dimension).uniform_(0.0, 0.5))

    def mean(self, names: Sequence[str]) -> Float[Tensor, "name width"]:
        """The means of some names."""
        return self._stacked(self.means, names)

    def variance(self, names: Sequence[str]) -> Float[Tensor, "name width"]:
        """The variances of some names."""
        return nn.functional.softplus(self._stacked(self.spreads, names))

    def centres(self) -> dict[str, Tensor]:
        """The means."""
        return _by_name(self.means)


@final
class GaussianEmbedding(Gaussians):
    """A diagonal Gaussian per name: drawn in training, its mean at test (PSF, Ponti et al. 2021).

    The divergence is Σ KL(N(μ, σ²) ‖ N(0, 1)) over the names asked for.
    """

    def forward(self, names: Sequence[str]) -> Drawn:
        """One draw per name in training mode, else the means."""
        mean, variance = self.mean(names), self.variance(names)
        divergence = 0.5 * (variance + mean.square() - 1.0 - variance.log()).sum()
        if not self.training:
            return Drawn(mean, divergence)
        return Drawn(mean + torch.randn_like(mean) * variance.sqrt(), divergence)


def check_embedding(dimension: int, std: float) -> None:
    """Raises unless there are embeddings of this dimension and spread.

    Raises:
        ValueError: the dimension is less than 1, or the standard deviation is none.
    """
    if dimension < 1:
        raise ValueError(f"the dimension of an embedding is 1 or more, not {dimension}")
    check_std(std)


@dataclass(frozen=True)
class Learned:
    """Plan of a `LearnedEmbedding`."""

    dimension: int
    std: float = 1.0
    law: Law = normal

    def __post_init__(self) -> None:
        check_embedding(self.dimension, self.std)

    def build(self, factor: Factor, names: Sequence[str]) -> Embedding:
        """The module for some names."""
        return LearnedEmbedding(factor, names, self.dimension, self.std, self.law)


@dataclass(frozen=True)
class Gaussian:
    """Plan of a `GaussianEmbedding`."""

    dimension: int
    std: float = 0.1

    def __post_init__(self) -> None:
        check_embedding(self.dimension, self.std)

    def build(self, factor: Factor, names: Sequence[str]) -> Embedding:
        """The module for some names."""
        return GaussianEmbedding(factor, names, self.dimension, self.std)
