"""What the sentences of the built-in data mean, before any language.

Meanings are drawn, never written out: a seed, a split and a number give the same ones in every
process. Every phrase with an open value (a date, a clock time, a number) belongs to exactly one
split, whatever the seed; so does every sentence made of names alone. Names themselves (places,
languages, units) occur in all splits.
"""

import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from hyperadapters.data.corpora import SPLITS

__all__ = [
    "Join",
    "Meaning",
    "Phrase",
    "draw_phrase",
    "leaves",
    "meanings",
    "meanings_in_new_templates",
    "meanings_that",
    "template",
]

_TERRITORIES = tuple(
    "US GB FR DE ES IT PT NL BE CH AT PL CZ SK HU RO BG GR TR RU UA BY LT LV EE FI SE NO DK IS "
    "IE MT CY HR RS SI AL GE AM AZ KZ UZ KG TJ TM MN CN JP KR TW VN TH LA KH MM MY ID PH SG IN "
    "PK BD LK NP AF IR IQ SY LB IL JO SA YE OM KW QA EG LY TN DZ MA SD ET SO KE UG TZ RW NG GH "
    "SN ML NE TD CM CG AO ZM ZW MZ MG ZA NA BW CA MX GT CU HT JM CO VE PE EC BO CL AR UY PY BR "
    "AU NZ FJ".split()
)
_LANGUAGES = tuple(
    "en fr de es it pt nl pl cs hu ro bg el tr ru uk fi sv da is ga et lv lt ka hy az kk uz mn "
    "zh ja ko vi th km my id hi bn ta te ml ne si fa ar he ku am so ha yo af eu ca cy".split()
)
_CURRENCIES = tuple(
    "USD EUR GBP JPY CNY INR RUB TRY BRL MXN CAD AUD CHF SEK NOK DKK PLN CZK HUF ILS EGP ZAR "
    "NGN KES THB IDR KRW VND SAR PKR".split()
)
_UNITS = tuple(
    "length-kilometer length-meter length-centimeter length-mile mass-kilogram mass-gram "
    "mass-pound volume-liter volume-milliliter duration-year duration-month duration-week "
    "duration-day duration-hour duration-minute duration-second area-square-kilometer "
    "area-square-meter area-hectare speed-kilometer-per-hour temperature-celsius "
    "digital-megabyte digital-gigabyte energy-kilocalorie energy-kilowatt-hour "
    "frequency-megahertz electric-volt length-light-year volume-cubic-meter".split()
)
_RELATIVE_UNITS = ("year", "month", "week", "day", "hour", "minute")
_DATE_STYLES = ("full", "full", "long", "medium", "yMMMM", "MMMMd", "yMMMEd", "yQQQQ", "range")
_FIRST_YEAR, _YEARS = 1980, 60
_TENTHS = (*("train",) * 8, "dev", "test")
_COMMON = 2000


class Phrase(NamedTuple):
    """One entity.

    Args:
        kind: `date`, `time`, `relative`, `quantity`, `percent`, `money`, `place` or `language`.
        style: which of the language's patterns it is written in.
        values: what it says; numbers are decimal strings, dates are (year, month, day).
    """

    kind: str
    style: str
    values: tuple[str | int, ...]


class Join(NamedTuple):
    """Phrases in one sentence.

    Args:
        how: `and`, `or`, `comma` (lists), `brackets`, `colon`, `dash`, or `at` (date and time).
    """

    how: str
    parts: tuple["Phrase | Join", ...]


Meaning = Phrase | Join


def _day(draw: random.Random) -> tuple[int, int]:
    return draw.randint(1, 12), draw.randint(1, 28)


def _date(draw: random.Random) -> Phrase:
    style = draw.choice(_DATE_STYLES)
    year = _FIRST_YEAR + draw.randrange(_YEARS)
    month, day = _day(draw)
    if style == "range":
        return Phrase("date", style, (year, month, day, year + draw.randint(1, 5), *_day(draw)))
    # what a style does not show is fixed, so that two phrases that read alike are the same phrase
    if style == "MMMMd":
        year = 2000
    if style == "yMMMM":
        day = 1
    if style == "yQQQQ":
        month, day = month - (month - 1) % 3, 1
    return Phrase("date", style, (year, month, day))


def _amount(draw: random.Random) -> str:
    digits = draw.random()
    if digits < 0.25:
        return str(draw.randint(1, 9))
    if digits < 0.75:
        return str(draw.randint(10, 999))
    return f"{draw.randint(1, 99)}.{draw.randint(1, 9)}"


def _phrase(kind: str, draw: random.Random) -> Phrase:
    match kind:
        case "date":
            return _date(draw)
        case "time":
            style = draw.choice(("Hm", "Hm", "hm"))
            return Phrase(kind, style, (draw.randrange(24), draw.randrange(60)))
        case "relative":
            values = (draw.choice(_RELATIVE_UNITS), str(draw.randint(1, 60)))
            return Phrase(kind, draw.choice(("past", "future")), values)
        case "quantity":
            style = draw.choice(("long", "long", "short"))
            return Phrase(kind, style, (draw.choice(_UNITS), _amount(draw)))
        case "money":
            style, currency = draw.choice(("name", "symbol")), draw.choice(_CURRENCIES)
            amount = draw.randint(1, 50) * draw.choice((1, 7, 25, 130))
            return Phrase(kind, style, (currency, str(amount)))
        case "percent":
            return Phrase(kind, "", (str(draw.randint(1, 999)),))
    return Phrase(kind, "", (draw.choice(_TERRITORIES if kind == "place" else _LANGUAGES),))


_NAMES = ("place", "language")
_LISTED = ("and", "or", "comma")
_PAIRED = (*_LISTED, "brackets", "colon", "dash")
_KINDS = (
    *Counter(date=4, relative=3, quantity=3, percent=1, time=1, money=3).elements(),
    *_NAMES * 2,
)


def _split_of(meaning: object) -> str:
    return _TENTHS[zlib.crc32(repr(meaning).encode()) % len(_TENTHS)]


def draw_phrase(kind: str, split: str, draw: random.Random) -> Phrase:
    """A phrase of a kind whose value belongs to a split; names belong to all."""
    while True:
        phrase = _phrase(kind, draw)
        if kind in _NAMES or _split_of((phrase.kind, phrase.values)) == split:
            return phrase


def _group(split: str, draw: random.Random) -> Meaning:
    """A phrase, a list of names of one kind, or a date at a time."""
    form = draw.random()
    if form < 0.25:
        kind, count = draw.choice(_NAMES), draw.choice((2, 2, 3))
        names = tuple(dict.fromkeys(_phrase(kind, draw) for _ in range(count)))
        return Join(draw.choice(("and", "or")), names) if len(names) > 1 else names[0]
    if form < 0.35:
        date = draw_phrase("date", split, draw)
        while date.style == "range":
            date = draw_phrase("date", split, draw)
        return Join("at", (date, draw_phrase("time", split, draw)))
    return draw_phrase(draw.choice(_KINDS), split, draw)


def _sentence(split: str, draw: random.Random) -> Meaning:
    count = draw.choice((1, 2, 2, 3))
    groups = tuple(dict.fromkeys(_group(split, draw) for _ in range(count)))
    if len(groups) == 1:
        return groups[0]
    return Join(draw.choice(_LISTED if len(groups) == 3 else _PAIRED), groups)


def leaves(meaning: Meaning) -> Iterator[Phrase]:
    """Its phrases, in the order of the sentence."""
    if isinstance(meaning, Phrase):
        yield meaning
    else:
        for part in meaning.parts:
            yield from leaves(part)


def _belongs(meaning: Meaning, split: str) -> bool:
    phrases = list(leaves(meaning))
    if any(phrase.kind not in _NAMES for phrase in phrases):
        return True
    return len(phrases) > 1 and _split_of(sorted(phrase.values for phrase in phrases)) == split


@lru_cache(maxsize=32)
def meanings(split: str, count: int, seed: int = 0) -> tuple[Meaning, ...]:
    """The first `count` meanings of a split, all distinct; fewer are a prefix of more.

    No meaning of one split occurs in another, under any seeds.
    """
    if split not in SPLITS:
        raise ValueError(f"`{split}` is none of {SPLITS}")
    return tuple(islice(_drawn(split, seed), count))


@lru_cache(maxsize=32)
def meanings_in_new_templates(count: int, train: int, seed: int = 0) -> tuple[Meaning, ...]:
    """The first `count` meanings of the split `test` in templates that none of the first `train`
    meanings of the split `train` has; fewer are a prefix of more.

    They are the same for all `train` up to 2,000.
    """
    known = {template(meaning) for meaning in meanings("train", max(train, _COMMON), seed)}
    new = (meaning for meaning in _drawn("test", seed) if template(meaning) not in known)
    return tuple(islice(new, count))


@lru_cache(maxsize=32)
def meanings_that(
    fit: Callable[[Meaning], bool], split: str, count: int, seed: int = 0
) -> tuple[Meaning, ...]:
    """The first `count` meanings of a split that are fit; fewer are a prefix of more."""
    return tuple(islice(filter(fit, _drawn(split, seed)), count))


def template(meaning: Meaning) -> tuple[object, ...]:
    """What a sentence has in common with all that differ from it in values alone."""
    if isinstance(meaning, Phrase):
        return meaning.kind, meaning.style
    return meaning.how, *map(template, meaning.parts)


def _drawn(split: str, seed: int) -> Iterator[Meaning]:
    """The meanings of a split without end, each once."""
    draw = random.Random(f"{seed}/{split}")
    found: set[Meaning] = set()
    while True:
        meaning = _sentence(split, draw)
        if _belongs(meaning, split) and meaning not in found:
            found.add(meaning)
            yield meaning
