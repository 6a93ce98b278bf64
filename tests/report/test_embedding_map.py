"""Maps keep what they promise; the permutation test is uniform under chance."""

import numpy as np
import pytest

from hyperadapters.errors import DataError
from hyperadapters.report.embedding_map import neighbour_share, pca, tsne

RNG = np.random.default_rng(0)
CENTRES = RNG.normal(size=(4, 16)) * 3
CLUSTERED = {
    f"l{place}": (CENTRES[place % 4] + RNG.normal(size=16) * 0.3).tolist() for place in range(24)
}
FAMILIES = {f"l{place}": f"f{place % 4}" for place in range(24)}


def test_pca_keeps_plane_distances() -> None:
    plane = np.linalg.qr(RNG.normal(size=(16, 2)))[0]
    points = RNG.normal(size=(9, 2))
    found = pca({str(place): row.tolist() for place, row in enumerate(points @ plane.T)})
    drawn = np.array([found[str(place)] for place in range(9)])
    for a in range(9):
        for b in range(a):
            assert np.linalg.norm(drawn[a] - drawn[b]) == pytest.approx(
                np.linalg.norm(points[a] - points[b])
            )


def test_pca_of_one_dimension_is_a_line() -> None:
    found = pca({"a": [0.0], "b": [2.0], "c": [3.0]})
    assert {y for _, y in found.values()} == {0.0}
    assert abs(found["a"][0] - found["b"][0]) == pytest.approx(2.0)


def test_tsne_keeps_clusters_and_is_seeded() -> None:
    found = tsne(CLUSTERED)
    assert found == tsne(CLUSTERED) and list(found) == list(CLUSTERED)
    drawn = np.array(list(found.values()))
    distance = np.linalg.norm(drawn[:, None] - drawn[None], axis=-1) + 1e9 * np.eye(24)
    assert np.mean(np.argmin(distance, axis=1) % 4 == np.arange(24) % 4) > 0.9
    with pytest.raises(DataError, match="too few embeddings for a t-SNE map"):
        tsne({"a": [1.0], "b": [2.0], "c": [3.0]})


def test_clusters_are_families() -> None:
    found = neighbour_share(CLUSTERED, FAMILIES)
    assert found.share == 1.0
    assert found.expected == pytest.approx(5 / 23, abs=0.02)  # 5 of the 23 others are of the family
    assert found.p == pytest.approx(1 / 1001)
    assert (found.names, found.neighbours, found.permutations) == (24, 3, 1000)


def test_p_is_uniform_when_families_mean_nothing() -> None:
    values = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        vectors = {f"l{place}": rng.normal(size=8).tolist() for place in range(24)}
        values.append(neighbour_share(vectors, FAMILIES, permutations=200, seed=seed).p)
    assert 0.35 < np.mean(values) < 0.7
    assert np.mean(np.array(values) < 0.1) < 0.25


def test_neighbours_are_by_direction_and_names_without_family_take_no_part() -> None:
    vectors = {"a": [1.0, 0.0], "b": [9.0, 0.1], "c": [0.0, 1.0], "d": [0.1, 9.0], "x": [1.0, 0.0]}
    families = {"a": "east", "b": "east", "c": "north", "d": "north"}
    found = neighbour_share(vectors, families, neighbours=1)
    assert (found.share, found.names) == (1.0, 4)


def test_a_zero_vector_does_no_harm() -> None:
    assert neighbour_share({**CLUSTERED, "l0": [0.0] * 16}, FAMILIES).share > 0.8


def test_too_few_names() -> None:
    with pytest.raises(DataError, match="too few names with a family"):
        neighbour_share({"a": [1.0], "b": [2.0]}, {"a": "x", "b": "x"})
