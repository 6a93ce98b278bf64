"""One Gaussian over the vectors of all names: its covariance is a diagonal and a low rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.context import Factor
from hyperadapters.providers.embedding import Drawn, Embedding, Gaussians, check_embedding

__all__ = ["JointGaussian", "JointGaussianEmbedding", "divergence"]


def divergence(
    mean: Float[Tensor, " dimension"],
    variance: Float[Tensor, " dimension"],
    loading: Float[Tensor, "dimension rank"],
) -> Float[Tensor, ""]:
    """KL(N(μ, W·Wᵀ + diag(v)) ‖ N(0, I)) in nats.

    log|W·Wᵀ + diag(v)| = log|I + Wᵀ·diag(1/v)·W| + Σ log v, by the matrix determinant lemma: a
    determinant of (rank, rank) in place of (dimension, dimension). In the precision of the
    arguments, also where a product in half precision is allowed.
    """
    with torch.autocast(mean.device.type, enabled=False):
        identity = torch.eye(loading.shape[1], dtype=loading.dtype, device=loading.device)
        capacitance = identity + loading.t() @ (loading / variance.unsqueeze(1))
        root = torch.linalg.cholesky_ex(capacitance).L  # unchecked: at least I, and no wait for it
        volume = variance.log().sum() + 2.0 * root.diagonal().log().sum()
        trace = variance.sum() + loading.square().sum()
        doubled: Tensor = trace + mean.square().sum() - len(mean) - volume
    return 0.5 * doubled


@final
class JointGaussianEmbedding(Gaussians):
    """One Gaussian over all names: drawn in training, its mean at test (PSF, Ponti et al., 2021,
    section 3.2).

    Name n has μₙ + Wₙ·ζ + √vₙ ⊙ εₙ with vₙ = softplus(`spreads`), Wₙ of shape (dimension, rank),
    and one ζ ~ N(0, I) for all names, which is what makes them correlate. The divergence is that
    of all names from N(0, I), whichever are asked for, so that every name moves in every update.
    The authors' code draws with vₙ as if it were a standard deviation, and takes the softplus of W
    too.
    """

    def __init__(
        self, factor: Factor, names: Sequence[str], dimension: int, rank: int, std: float
    ) -> None:
        super().__init__(factor, names, dimension, std)
        self.names = tuple(names)
        self.rank = rank
        shape = (dimension, rank)
        self.loadings = self._under(names, lambda: torch.empty(shape).uniform_(0.0, sqrt(0.5)))

    def forward(self, names: Sequence[str]) -> Drawn:
        """One joint draw in training mode, else the means."""
        mean = self.mean(names)
        total = divergence(
            self.mean(self.names).flatten(),
            self.variance(self.names).flatten(),
            self._stacked(self.loadings, self.names).flatten(0, 1),
        )
        if not self.training:
            return Drawn(mean, total)
        shared = self._stacked(self.loadings, names) @ mean.new_empty(self.rank).normal_()
        own = self.variance(names).sqrt() * torch.randn_like(mean)
        return Drawn(mean + shared + own, total)


@dataclass(frozen=True)
class JointGaussian:
    """Plan of a `JointGaussianEmbedding`.

    Args:
        dimension: of each name's vector.
        rank: of what the names share, 1 or more; `Gaussian` is that of rank 0.
        std: of the means at the start.
    """

    dimension: int
    rank: int
    std: float = 0.1

    def __post_init__(self) -> None:
        check_embedding(self.dimension, self.std)
        if self.rank < 1:
            raise ValueError(f"the rank of a joint Gaussian is 1 or more, not {self.rank}")

    def build(self, factor: Factor, names: Sequence[str]) -> Embedding:
        """The module for some names."""
        return JointGaussianEmbedding(factor, names, self.dimension, self.rank, self.std)
