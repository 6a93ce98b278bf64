"""Claims of the built-in data, before any language: phrases, and whether two say the same value.

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
    """Two phrases, those of one kind written in two styles.

    Args:
        same: whether they say the same value. Of those that do not, about half are of two kinds: a
            model that sees no more than that is right in three of four.
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
    kind, other = draw.sample(tuple(_STYLES), 2)
    (one, two), strange = draw.sample(_STYLES[kind], 2), draw.choice(_STYLES[other])
    first, chance = _whole(kind, split, draw)._replace(style=one), draw.random()
    if chance < 0.5:
        return Claim(first, first._replace(style=two), True)
    if chance < 0.75:
        return Claim(first, _whole(other, split, draw)._replace(style=strange), False)
    second = first
    while second.values == first.values:
        second = _whole(kind, split, draw)
    return Claim(first, second._replace(style=two), False)


def _whole(kind: str, split: str, draw: random.Random) -> Phrase:
    """A phrase in a style that shows all of its value."""
    phrase = draw_phrase(kind, split, draw)
    while phrase.style not in _STYLES[kind]:
        phrase = draw_phrase(kind, split, draw)
    return phrase
