"""The map of language embeddings: marks, legend, verdict."""

import random

from hyperadapters.report.embedding_figure import embedding_figure

FAMILIES = {"tr": "Turkic", "az": "Turkic", "ta": "Dravidian", "te": "Dravidian", "eu": "Isolate"}


def vectors(count: int) -> dict[str, list[float]]:
    rng = random.Random(0)
    return {name: [rng.random() for _ in range(5)] for name in [*FAMILIES, "xx"][:count]}


def test_two_maps_with_labels_legend_and_verdict() -> None:
    drawn = embedding_figure(vectors(6), FAMILIES)
    assert drawn.count("<figure>") == 2 and "PCA" in drawn and "t-SNE" in drawn
    assert drawn.count(">tr</text>") == 2 and "Turkish (tr), Turkic" in drawn
    assert "xx (xx), family unknown" in drawn
    # A family of one has no colour of its own.
    assert "Turkic</span>" in drawn and "other</span>" in drawn and "Isolate</span>" not in drawn
    assert "nearest neighbours (cosine) are of the same family" in drawn


def test_without_families_there_is_a_map_but_no_verdict() -> None:
    drawn = embedding_figure(vectors(5), {})
    assert "PCA" in drawn and "same family" not in drawn and "legend" not in drawn


def test_too_few_languages_give_nothing() -> None:
    assert embedding_figure(vectors(3), FAMILIES) == ""
