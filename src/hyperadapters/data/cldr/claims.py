"""Claims of the built-in data, before any language: that two phrases say the same value, or of what
kind a phrase is.

As with sentences, every value belongs to exactly one split, whatever the seed.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, TypeVar

from hyperadapters.data.cldr.meanings import Phrase, draw_phrase

__all__ = ["Claim", "claims", "phrases"]

T = TypeVar("T")

_STYLES: Mapping[str, tuple[str, ...]] = {
    "date": ("full", "long", "medium", "yMMMEd"),
    "time": ("Hm", "hm"),
    "quantity": ("long", "short"),
    "money": ("name", "symbol"),
}
"""The kinds that can say one value in several ways, and those that show all of it."""
_KINDS = ("date", "time", "relative", "quantity", "percent", "money")


class Claim(NamedTuple):
    """Two phrases of one kind, written in two styles.

    Args:
        same: whether they say the same value.
    """

    first: Phrase
    second: Phrase
    same: bool


@lru_cache(maxsize=32)
def claims(split: str, count: int, seed: int = 0) -> tuple[Claim, ...]:
    """The first `count` claims of a split, each once, about half of them true; fewer are a prefix
    of more.
    """
    return tuple(islice(_distinct(_claim, split, f"{seed}/{split}/same"), count))


@lru_cache(maxsize=32)
def phrases(split: str, count: int, seed: int = 0) -> tuple[Phrase, ...]:
    """The first `count` phrases of a split, each once, of kinds with open values; fewer are a
    prefix of more.
    """
    return tuple(islice(_distinct(_any_phrase, split, f"{seed}/{split}/kinds"), count))


def _distinct(make: Callable[[str, random.Random], T], split: str, seed: str) -> Iterator[T]:
    draw, found = random.Random(seed), set[T]()
    while True:
        one = make(split, draw)
        if one not in found:
            found.add(one)
            yield one


def _any_phrase(split: str, draw: random.Random) -> Phrase:
    return draw_phrase(draw.choice(_KINDS), split, draw)


def _claim(split: str, draw: random.Random) -> Claim:
    kind = draw.choice(tuple(_STYLES))
    one, other = draw.sample(_STYLES[kind], 2)
    first, same = _whole(kind, split, draw), draw.random() < 0.5
    second = first
    while not same and second.values == first.values:
        second = _whole(kind, split, draw)
    return Claim(first._replace(style=one), second._replace(style=other), same)


def _whole(kind: str, split: str, draw: random.Random) -> Phrase:
    """A phrase in a style that shows all of its value."""
    phrase = draw_phrase(kind, split, draw)
    while phrase.style not in _STYLES[kind]:
        phrase = draw_phrase(kind, split, draw)
    return phrase
