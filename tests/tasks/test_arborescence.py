"""The best tree with one root, against all trees and against `networkx`."""

import itertools

import networkx
import numpy as np
import pytest
from ufal.chu_liu_edmonds import chu_liu_edmonds

from hyperadapters.tasks.arborescence import best_tree


def trees(words: int) -> list[tuple[int, ...]]:
    """The heads of every tree over so many words in which the root has one child."""
    found = []
    for heads in itertools.product(range(words + 1), repeat=words):
        graph = networkx.DiGraph((head, word) for word, head in enumerate(heads, 1))
        if heads.count(0) == 1 and networkx.is_arborescence(graph):
            found.append(heads)
    return found


def score(scores: np.ndarray, heads: tuple[int, ...] | list[int]) -> float:
    return float(sum(scores[word, head] for word, head in enumerate(heads)))


@pytest.mark.parametrize("words", [1, 2, 3, 4])
def test_of_all_trees_the_best(words: int) -> None:
    every, generator = trees(words), np.random.default_rng(words)
    assert len(every) == words ** (words - 1)  # n rooted trees per free one (Cayley)
    for forbidden in (0.0, 0.3):
        for _ in range(40):
            scores = generator.normal(size=(words, words + 1))
            scores[generator.random(scores.shape) < forbidden] = -np.inf
            best = max(every, key=lambda heads: score(scores, heads))
            if score(scores, best) == -np.inf:
                with pytest.raises(ValueError, match="hold no tree with one root"):
                    best_tree(scores)
            else:
                assert tuple(best_tree(scores)) == best


def test_under_each_child_of_the_root_it_is_that_of_networkx() -> None:
    generator, several = np.random.default_rng(0), 0
    for _ in range(30):
        scores = generator.normal(size=(7, 8))
        square = np.vstack([np.zeros(8), scores])
        several += chu_liu_edmonds(square)[0].count(0) > 1
        totals = []
        for child in range(1, 8):
            graph = networkx.DiGraph()
            graph.add_edge(0, child, weight=scores[child - 1, 0])
            for word, head in itertools.permutations(range(1, 8), 2):
                graph.add_edge(head, word, weight=scores[word - 1, head])
            tree = networkx.maximum_spanning_arborescence(graph)
            totals.append(sum(scores[word - 1, head] for head, word in tree.edges))
        found = best_tree(scores)
        assert found.count(0) == 1
        assert score(scores, found) == pytest.approx(max(totals), abs=1e-9)
    assert several > 5  # where the library alone gives several roots


def test_the_layout_and_precision_of_the_scores_do_not_matter() -> None:
    scores = np.random.default_rng(3).normal(size=(5, 6)).astype(np.float32)
    expected = best_tree(scores.astype(np.float64))
    assert best_tree(scores) == expected
    assert best_tree(np.asfortranarray(scores)) == expected
    assert best_tree(np.stack([scores, scores], 2)[:, :, 1]) == expected


def test_what_a_word_has_for_itself_does_not_count() -> None:
    scores = np.array([[0.0, 99.0, 1.0], [2.0, 0.0, 99.0]])
    assert best_tree(scores) == [2, 0]


def test_one_word_and_none() -> None:
    assert best_tree(np.array([[-3.0, 7.0]])) == [0]
    assert best_tree(np.zeros((0, 1))) == []


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("place", [(0, 0), (1, 2), (2, 1)])
def test_what_is_no_score_is_refused(wrong: float, place: tuple[int, int]) -> None:
    scores = np.zeros((3, 4))
    scores[place] = wrong
    with pytest.raises(ValueError, match=r"NaN or \+inf"):
        best_tree(scores)


def test_a_mask_that_leaves_no_tree_is_an_error_and_no_cycle() -> None:
    scores = np.full((2, 3), -np.inf)
    scores[0, 2] = scores[1, 1] = 1.0
    with pytest.raises(ValueError, match="hold no tree with one root"):
        best_tree(scores)
    two_roots = np.full((2, 3), -np.inf)
    two_roots[:, 0] = 1.0
    with pytest.raises(ValueError, match="hold no tree with one root"):
        best_tree(two_roots)
