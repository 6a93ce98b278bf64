"""Words and their tokens: the first token of each word, and the words that no token stands for."""

from collections.abc import Iterator, Sequence

from hyperadapters.tasks.batch import Encoded

__all__ = ["UNSEEN", "first_tokens", "without_token"]

UNSEEN = -1
"""In place of the first token of a word: it was cut off, or the tokenizer has none for it."""


def first_tokens(parts: Sequence[int | None], words: int) -> list[int]:
    """The place of the first token of each word; -1 where it has none.

    Args:
        parts: the word of each token, None for a token of no word.
        words: of the sentence.
    """
    first = [UNSEEN] * words
    for token, word in enumerate(parts):
        if word is not None and first[word] == UNSEEN:
            first[word] = token
    return first


def without_token(encoded: Encoded) -> Iterator[int]:
    """The `gold` of each word that the tokenizer has no token for; not of those cut off."""
    gold, first = encoded.targets["gold"], encoded.targets["first"]
    if UNSEEN not in first:
        return
    last = max((word for word, token in enumerate(first) if token != UNSEEN), default=-1)
    for word in range(len(first) if encoded.uncut else last):
        if first[word] == UNSEEN:
            yield gold[word]
