"""From scores of arcs to the best tree with one root."""

import numpy as np
from jaxtyping import Float
from ufal.chu_liu_edmonds import chu_liu_edmonds

__all__ = ["best_tree"]

_Scores = Float[np.ndarray, "word place"]


def best_tree(scores: _Scores) -> list[int]:
    """The heads of the spanning tree with the greatest sum of scores, of those with one root.

    The algorithm of Chu and Liu (1965) and Edmonds (1967), O(word³) in `ufal.chu-liu-edmonds`,
    allows several children of the root. Where the best tree has more than one, every word is tried
    as the only one, the plain exact way that Zmigrod, Vieira and Cotterell (2020) start from: then
    O(word⁴).

    Args:
        scores: of each word (row) for each head (column): 0 is the root, n the n-th word. An arc
            of -inf is forbidden; what a word has for itself does not count.

    Returns:
        The head of each word, numbered as the columns.

    Raises:
        ValueError: a score is NaN or +inf, or what is forbidden leaves no tree.
    """
    if np.isnan(scores).any() or np.isposinf(scores).any():
        raise ValueError("a score of an arc is NaN or +inf: no tree is the best")
    words = len(scores)
    if not words:
        return []
    square = np.zeros((words + 1, words + 1))  # in C's order and float64: it takes nothing else
    square[1:] = scores
    np.fill_diagonal(square, -np.inf)
    heads, total = _spanning(square)
    if np.isfinite(total) and heads.count(0) == 1:
        return heads
    found = max((_under(square, child) for child in range(1, words + 1)), key=lambda one: one[1])
    if not np.isfinite(found[1]):
        raise ValueError("the arcs that are not forbidden hold no tree with one root")
    return found[0]


def _under(square: Float[np.ndarray, "place place"], child: int) -> tuple[list[int], float]:
    """The best tree in which the root has this child alone, and its score."""
    only = square.copy()
    only[1:, 0] = -np.inf
    only[child, 0] = square[child, 0]
    return _spanning(only)


def _spanning(square: Float[np.ndarray, "place place"]) -> tuple[list[int], float]:
    """The heads of the words, and the score: -inf where there is no tree, and the heads are none's
    then.
    """
    heads, total = chu_liu_edmonds(square)
    return heads[1:], total
