"""Maps of embeddings in two dimensions, and whether neighbours on them are of one family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperadapters.errors import DataError

__all__ = ["NeighbourShare", "Vectors", "neighbour_share", "pca", "tsne"]

Vectors = Mapping[str, Sequence[float]]
"""One vector per name."""
Points = dict[str, tuple[float, float]]


def pca(vectors: Vectors) -> Points:
    """The two directions of largest variance: distances are kept as far as two dimensions can."""
    from sklearn.decomposition import PCA

    matrix = _matrix(vectors)
    parts = min(2, *matrix.shape)
    points = np.zeros((len(matrix), 2))
    points[:, :parts] = PCA(parts, random_state=0).fit_transform(matrix)
    return _named(vectors, points)


def tsne(vectors: Vectors) -> Points:
    """t-SNE by cosine distance: neighbourhoods are kept, distances and sizes of clusters are not.

    The perplexity is a third of the names, at most 30.

    Raises:
        DataError: fewer than four names.
    """
    from sklearn.manifold import TSNE

    if len(vectors) < 4:
        raise DataError(
            "too few embeddings for a t-SNE map",
            expected="at least 4 names",
            found=str(len(vectors)),
        )
    matrix = _matrix(vectors)
    perplexity = min(30.0, (len(matrix) - 1) / 3)
    fit = TSNE(2, perplexity=perplexity, metric="cosine", init="random", random_state=0)
    return _named(vectors, np.asarray(fit.fit_transform(matrix), dtype=np.float64))


@dataclass(frozen=True)
class NeighbourShare:
    """How often the nearest neighbours of a name are of its family.

    Args:
        share: of all (name, neighbour) pairs, those of one family; in [0, 1].
        expected: the mean share when families are handed out at random.
        p: the share of permutations at or above the observed one, itself counted among them.
        names: how many names have a family and took part.
        neighbours: how many of each name were looked at.
        permutations: how often families were handed out.
    """

    share: float
    expected: float
    p: float
    names: int
    neighbours: int
    permutations: int


def neighbour_share(
    vectors: Vectors,
    families: Mapping[str, str],
    *,
    neighbours: int = 3,
    permutations: int = 1000,
    seed: int = 0,
) -> NeighbourShare:
    """Tests by permutation whether near names (cosine) are of one family.

    Names without a family are left out, as neighbours too.

    Raises:
        DataError: not more names with a family than `neighbours`.
    """
    names = [name for name in vectors if name in families]
    if len(names) <= neighbours:
        raise DataError(
            f"too few names with a family to look at {neighbours} neighbours of each",
            expected=f"at least {neighbours + 1}",
            found=str(len(names)),
            remedy="list the families of more languages under `families` in the run file",
        )
    matrix = _matrix({name: vectors[name] for name in names})
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit = matrix / np.where(lengths == 0, 1.0, lengths)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -np.inf)
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :neighbours]
    kinds = np.unique([families[name] for name in names], return_inverse=True)[1]
    generator = np.random.default_rng(seed)
    drawn = [kinds, *(generator.permutation(kinds) for _ in range(permutations))]
    share, *shares = (float((kind[nearest] == kind[:, None]).mean()) for kind in drawn)
    # The tolerance keeps equal shares equal whatever the order of their sums.
    reached = sum(other >= share - 1e-12 for other in shares)
    p = (1 + reached) / (1 + permutations)
    expected = float(np.mean(shares))
    return NeighbourShare(share, expected, p, len(names), neighbours, permutations)


def _matrix(vectors: Vectors) -> NDArray[np.float64]:
    return np.asarray(list(vectors.values()), dtype=np.float64)


def _named(vectors: Vectors, points: NDArray[np.float64]) -> Points:
    return {name: (float(x), float(y)) for name, (x, y) in zip(vectors, points, strict=True)}
