"""A vector per name: what a hypernetwork knows of a task, a language, a layer."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.context import Factor
from hyperadapters.errors import UnknownName

__all__ = ["Drawn", "Embedding", "Gaussian", "GaussianEmbedding", "Learned", "LearnedEmbedding"]


class Drawn(NamedTuple):
    """Vectors of some names, and the divergence of the distribution they were drawn from."""

    vectors: Float[Tensor, "name dimension"]
    divergence: Float[Tensor, ""]


class Embedding(nn.Module, ABC):
    """Vectors under names, each a parameter of its own, so that absent names never move."""

    dimension: int

    @abstractmethod
    def forward(self, names: Sequence[str]) -> Drawn:
        """The vectors of `names`, in their order.

        Raises:
            UnknownName: a name that was never given a vector.
        """

    @abstractmethod
    def centres(self) -> dict[str, Tensor]:
        """Every name's vector, without drawing: what maps and neighbours are computed from."""


def _check(names: Sequence[str], known: nn.ParameterDict, factor: Factor) -> None:
    for name in names:
        if name not in known:
            raise UnknownName(
                factor,
                name,
                known,
                cause="the model was trained without it, so it has no embedding",
            )


@final
class LearnedEmbedding(Embedding):
    """Free vectors, drawn from N(0, `std`²) at the start."""

    def __init__(self, factor: Factor, names: Sequence[str], dimension: int, std: float) -> None:
        super().__init__()
        self.factor = factor
        self.dimension = dimension
        self.vectors = nn.ParameterDict(
            {name: nn.Parameter(torch.empty(dimension).normal_(0.0, std)) for name in names}
        )

    def forward(self, names: Sequence[str]) -> Drawn:
        """One row per name."""
        _check(names, self.vectors, self.factor)
        vectors = torch.stack([self.vectors[name] for name in names])
        return Drawn(vectors, vectors.new_zeros(()))

    def centres(self) -> dict[str, Tensor]:
        """The vectors themselves."""
        return {name: vector.detach() for name, vector in self.vectors.items()}


@final
class GaussianEmbedding(Embedding):
    """A diagonal Gaussian per name: drawn in training, its mean at test (PSF, Ponti et al. 2021).

    The divergence is Σ KL(N(μ, σ²) ‖ N(0, 1)) over the names asked for, σ² = softplus(`spread`).
    """

    def __init__(self, factor: Factor, names: Sequence[str], dimension: int, std: float) -> None:
        super().__init__()
        self.factor = factor
        self.dimension = dimension
        self.means = nn.ParameterDict(
            {name: nn.Parameter(torch.empty(dimension).normal_(0.0, std)) for name in names}
        )
        self.spreads = nn.ParameterDict(
            {name: nn.Parameter(torch.empty(dimension).uniform_(0.0, 0.5)) for name in names}
        )

    def forward(self, names: Sequence[str]) -> Drawn:
        """One draw per name in training mode, else the means."""
        _check(names, self.means, self.factor)
        mean = torch.stack([self.means[name] for name in names])
        variance = nn.functional.softplus(torch.stack([self.spreads[name] for name in names]))
        divergence = 0.5 * (variance + mean.square() - 1.0 - variance.log()).sum()
        if not self.training:
            return Drawn(mean, divergence)
        return Drawn(mean + torch.randn_like(mean) * variance.sqrt(), divergence)

    def centres(self) -> dict[str, Tensor]:
        """The means."""
        return {name: mean.detach() for name, mean in self.means.items()}


@dataclass(frozen=True)
class Learned:
    """Plan of a `LearnedEmbedding`."""

    dimension: int
    std: float = 1.0

    def build(self, factor: Factor, names: Sequence[str]) -> Embedding:
        """The module for some names."""
        return LearnedEmbedding(factor, names, self.dimension, self.std)


@dataclass(frozen=True)
class Gaussian:
    """Plan of a `GaussianEmbedding`."""

    dimension: int
    std: float = 0.1

    def build(self, factor: Factor, names: Sequence[str]) -> Embedding:
        """The module for some names."""
        return GaussianEmbedding(factor, names, self.dimension, self.std)
