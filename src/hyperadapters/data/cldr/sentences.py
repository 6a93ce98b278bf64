"""The built-in data: real multilingual text from Unicode CLDR (`Babel`), with labels, no download.

Dates, clock times, relative times, quantities, amounts of money, places, languages and lists of
them, in more than a hundred languages. Index i of a split means the same in every language
(multi-parallel). Two tagging tasks: `fields` (what each word is: WEEKDAY, NUMBER, UNIT, ...) and
`spans` (BIO entities: DATE, MONEY, ...). Two classification tasks: what kind a phrase is of, and
whether two phrases say the same value.
"""

from collections.abc import Iterator, Sequence

from hyperadapters.data.cldr.claims import claims, phrases
from hyperadapters.data.cldr.meanings import Meaning, meanings, meanings_in_new_templates
from hyperadapters.data.cldr.pieces import ENTITIES, FIELDS, GLUE, Piece, pieces_of
from hyperadapters.data.cldr.words import text_of, words_of
from hyperadapters.errors import UnknownName
from hyperadapters.examples import Labelled, LabelledPair, Pair, Tagged, Text

__all__ = [
    "CLDR_LANGUAGES",
    "LABELS",
    "kinds",
    "pairs",
    "same",
    "tagged",
    "texts",
    "unknown",
    "written",
]

CLDR_LANGUAGES = tuple(
    "af ak am ar as ast az be bew bg bn br brx bs ca ccp ce chr cs cv cy da de dsb ee el en eo "
    "es et eu fa fi fil fo fr frr fy ga gd gl gsw gu ha he hi hr hsb ht hu hy ia id ig is it ja "
    "jv ka kab kgp kk km kn ko kok ks ksh ku ky lb lij lld lo lt lv mi mk ml mn mr ms my nb ne "
    "nl nn or pa pcm pl ps pt qu rm ro ru sc scn sd si sk sl so sq sr sv sw ta te tg th ti tk "
    "tr tt ug uk ur uz vec vi wo xnr yo yrl yue zh zu".split()
)
"""The languages for which CLDR names everything that the sentences speak of."""

LABELS = {
    "fields": ("O", *FIELDS, *GLUE),
    "spans": ("O", *(f"{m}-{kind}" for kind in dict.fromkeys(ENTITIES.values()) for m in "BI")),
}
"""Every label of the two tagging tasks, in head order."""


def unknown(language: str) -> UnknownName:
    """What to say of a language that CLDR does not cover."""
    cause = (
        "CLDR uses two-letter codes where there are any, and does not cover every language in full"
    )
    place = "the built-in data `cldr`"
    return UnknownName("language", language, CLDR_LANGUAGES, where=place, cause=cause)


def _spans(words: Sequence[Piece]) -> Iterator[str]:
    last = -1
    for word in words:
        mark = "I" if word.phrase == last else "B"
        yield f"{mark}-{word.entity}" if word.entity else "O"
        last = word.phrase


def tagged(language: str, task: str, split: str, count: int, seed: int = 0) -> tuple[Tagged, ...]:
    """The first `count` labelled sentences of a split.

    Args:
        task: `fields` or `spans`.

    Raises:
        UnknownName: CLDR does not cover the language, or there is no such task.
    """
    if task not in LABELS:
        raise UnknownName("task of `cldr`", task, LABELS)
    found = []
    for pieces in written(language, meanings(split, count, seed)):
        words = words_of(pieces)
        labels = _spans(words) if task == "spans" else (str(word.field) for word in words)
        found.append(Tagged(tuple(word.text for word in words), tuple(labels)))
    return tuple(found)


def texts(language: str, split: str, count: int, seed: int = 0) -> tuple[Text, ...]:
    """The same sentences as plain text, spaced as CLDR spaces them."""
    return tuple(Text(text_of(one)) for one in written(language, meanings(split, count, seed)))


def pairs(
    language: str, beside: str, split: str, count: int, seed: int = 0, *, train: int = 0
) -> tuple[Pair, ...]:
    """The same sentences in two languages, for translation and translation LM.

    Args:
        train: sentences of the split `train`, whose templates the split `test` does not have.
    """
    if split == "test":
        wanted = meanings_in_new_templates(count, train, seed)
    else:
        wanted = meanings(split, count, seed)
    both = zip(written(language, wanted), written(beside, wanted), strict=True)
    return tuple(Pair(text_of(one), text_of(two), (language, beside)) for one, two in both)


def kinds(language: str, split: str, count: int, seed: int = 0) -> tuple[Labelled, ...]:
    """The first `count` phrases of a split, each with its kind: DATE, TIME, MONEY, ..."""
    wanted = phrases(split, count, seed)
    each = zip(written(language, wanted), wanted, strict=True)
    return tuple(Labelled(text_of(one), ENTITIES[phrase.kind]) for one, phrase in each)


def same(
    language: str, beside: str, split: str, count: int, seed: int = 0
) -> tuple[LabelledPair, ...]:
    """The first `count` pairs of a split: dates, clock times, quantities, amounts of money, `same`
    where both say one value, in different styles, else `different`.

    Args:
        language: of the first of a pair.
        beside: of the second; it may be the same language.
    """
    wanted = claims(split, count, seed)
    firsts = written(language, [claim.first for claim in wanted])
    seconds = written(beside, [claim.second for claim in wanted])
    return tuple(
        LabelledPair(text_of(one), text_of(two), "same" if claim.same else "different")
        for one, two, claim in zip(firsts, seconds, wanted, strict=True)
    )


def written(language: str, wanted: Sequence[Meaning]) -> Iterator[list[Piece]]:
    """The pieces of meanings in a language.

    Raises:
        UnknownName: CLDR does not cover it.
    """
    if language not in CLDR_LANGUAGES:
        raise unknown(language)
    return (pieces_of(language, meaning) for meaning in wanted)
