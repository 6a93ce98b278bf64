"""Questions about the sentences of the built-in data: which phrase, or which part of one?

A question is a key, the same in all languages: `MONEY` asks for an amount of money as a whole,
`MONEY CURRENCY` for its currency. Only phrases that are the only one of their kind in a sentence
are asked for, and only sentences with other phrases beside it ask.
"""

import zlib
from collections import Counter
from collections.abc import Sequence

from hyperadapters.data.cldr.meanings import Meaning, leaves, meanings_that
from hyperadapters.data.cldr.pieces import ENTITIES, Piece
from hyperadapters.data.cldr.sentences import written
from hyperadapters.examples import Asked

__all__ = ["asked"]

_PARTS = {
    "date": ("YEAR", "MONTH", "WEEKDAY"),
    "relative": ("NUMBER",),
    "quantity": ("NUMBER", "UNIT"),
    "money": ("CURRENCY", "NUMBER"),
}
"""The fields of a phrase that are asked for, by its kind."""


def asked(language: str, split: str, count: int, seed: int = 0) -> tuple[Asked, ...]:
    """The first `count` questions of a split, one for each sentence; index i asks about the same
    phrase in every language.

    A field that a language writes nowhere or in several pieces is not asked for there, but the
    phrase as a whole.

    Raises:
        UnknownName: CLDR does not cover the language.
    """
    wanted = meanings_that(_asks, split, count, seed)
    pairs = zip(wanted, written(language, wanted), strict=True)
    return tuple(_question(meaning, pieces) for meaning, pieces in pairs)


def _asks(meaning: Meaning) -> bool:
    """Whether there is anything to ask for beside other phrases."""
    return len(list(leaves(meaning))) > 1 and bool(_wanted(meaning))


def _wanted(meaning: Meaning) -> list[tuple[int, str, str]]:
    """What can be asked for: the number of its phrase, its entity, and its field, if any."""
    phrases = list(leaves(meaning))
    kinds = Counter(ENTITIES[phrase.kind] for phrase in phrases)
    return [
        (number, ENTITIES[phrase.kind], field)
        for number, phrase in enumerate(phrases)
        if kinds[ENTITIES[phrase.kind]] == 1
        for field in ("", *_PARTS.get(phrase.kind, ()))
    ]


def _question(meaning: Meaning, pieces: Sequence[Piece]) -> Asked:
    every = _wanted(meaning)
    number, entity, field = every[zlib.crc32(repr(meaning).encode()) % len(every)]
    whole = [at for at, piece in enumerate(pieces) if piece.phrase == number]
    part = [at for at in whole if pieces[at].field == field]
    right, question = (part, f"{entity} {field}") if len(part) == 1 else (whole, entity)
    text, places = _squeezed("".join(piece.text for piece in pieces))
    start = sum(len(piece.text) for piece in pieces[: right[0]])
    own = "".join(pieces[at].text for at in right)
    first, last = start + len(own) - len(own.lstrip()), start + len(own.rstrip()) - 1
    return Asked(question, text, ((places[first], places[last] + 1),))


def _squeezed(raw: str) -> tuple[str, list[int]]:
    """A text with runs of white space as one plain space and none around it, and where each of its
    characters has gone.
    """
    kept: list[str] = []
    places = []
    for character in raw:
        if not character.isspace():
            kept.append(character)
        elif kept and kept[-1] != " ":
            kept.append(" ")
        places.append(len(kept) - 1)
    return "".join(kept).rstrip(" "), places
