"""How one language writes a meaning: pieces of text that carry their labels from construction.

Everything comes from CLDR's patterns in `Babel`; nothing is found again in finished text.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import count
from typing import NamedTuple

from babel.numbers import get_currency_precision, get_currency_symbol

from hyperadapters.data.cldr.meanings import Join, Meaning, Phrase
from hyperadapters.data.cldr.tongue import INVISIBLE, Tongue, tongue_of

__all__ = ["ENTITIES", "FIELDS", "GLUE", "Piece", "pieces_of"]

FIELDS = tuple(
    "WEEKDAY DAY MONTH YEAR QUARTER ERA CLOCK DAYPERIOD PAST FUTURE NUMBER UNIT CURRENCY TERRITORY "
    "LANGUAGE".split()
)
GLUE = ("AND", "OR")
_CLOSED = (None, "O", *GLUE)
ENTITIES = {
    "date": "DATE",
    "time": "TIME",
    "relative": "RELATIVE",
    "quantity": "QUANTITY",
    "percent": "QUANTITY",
    "money": "MONEY",
    "place": "PLACE",
    "language": "LANG",
}


class Piece(NamedTuple):
    """A stretch of text.

    Args:
        field: its label; None for what a pattern puts between fields (`de`, a comma, the 年 of a
            year).
        entity: the span type of the phrase it belongs to; None between phrases.
        phrase: which phrase of the sentence, 0-based; -1 between phrases.
    """

    text: str
    field: str | None
    entity: str | None = None
    phrase: int = -1

    @property
    def is_open(self) -> bool:
        """Whether letters of a pattern may be put to it: it is no glue and no mark."""
        return self.field not in _CLOSED


_SLOT = re.compile(r"\{\d\}")
_Texts = Iterable[tuple[str, str | None]]


def _filled(pattern: str, *slots: tuple[str, str], rest: str | None) -> _Texts:
    """A pattern such as `in {0} days`, its slots filled, what is around them labelled `rest`."""
    position = 0
    for match in _SLOT.finditer(pattern):
        yield pattern[position : match.start()], rest
        yield slots[int(pattern[match.start() + 1])]
        position = match.end()
    yield pattern[position:], rest


_NOON = datetime.time(12)


def _date(tongue: Tongue, phrase: Phrase) -> _Texts:
    dates = (
        datetime.date(*map(int, phrase.values[i : i + 3])) for i in range(0, len(phrase.values), 3)
    )
    first, *last = (datetime.datetime.combine(date, _NOON) for date in dates)
    if not last:
        yield from tongue.moment(phrase.style, first)
        return
    *before, after = _SLOT.split(tongue.data["interval_formats"][None])
    for text, day in zip(before, (first, *last), strict=True):
        yield text, None
        yield from tongue.moment("long", day)
    yield after, None


def _time(tongue: Tongue, phrase: Phrase) -> _Texts:
    hour, minute = phrase.values
    return tongue.moment(phrase.style, datetime.datetime(2000, 1, 1, int(hour), int(minute)))


def _relative(tongue: Tongue, phrase: Phrase) -> _Texts:
    unit, amount = map(str, phrase.values)
    pattern = tongue.plural(tongue.data["date_fields"][unit][phrase.style], amount)
    return _filled(str(pattern), (tongue.number(amount), "NUMBER"), rest=phrase.style.upper())


def _quantity(tongue: Tongue, phrase: Phrase) -> _Texts:
    unit, amount = map(str, phrase.values)
    known = tongue.data["unit_patterns"][unit]
    # CLDR leaves out a length that equals the shorter one
    lengths = ("long", "short", "narrow")["long short".split().index(phrase.style) :]
    found = (tongue.plural(known[length], amount) for length in lengths if length in known)
    return _filled(next(filter(None, found)), (tongue.number(amount), "NUMBER"), rest="UNIT")


def _percent(tongue: Tongue, phrase: Phrase) -> _Texts:
    pattern = tongue.locale.percent_formats[None]
    number = tongue.number(str(phrase.values[0]))
    yield pattern.prefix[0], "UNIT"
    yield number, "NUMBER"
    yield pattern.suffix[0], "UNIT"


def _money(tongue: Tongue, phrase: Phrase) -> _Texts:
    currency, amount = map(str, phrase.values)
    if phrase.style == "name":
        plurals = tongue.data["currency_names_plural"].get(currency) or {}
        name = tongue.plural(plurals, amount) or tongue.locale.currencies[currency]
        pattern = tongue.plural(tongue.data["currency_unit_patterns"], amount) or "{0} {1}"
        slots = ((tongue.number(amount), "NUMBER"), (name, "CURRENCY"))
        return _filled(pattern, *slots, rest=None)
    return _money_symbol(tongue, currency, amount)


def _money_symbol(tongue: Tongue, currency: str, amount: str) -> _Texts:
    standard = tongue.locale.currency_formats["standard"]
    symbol = get_currency_symbol(currency, tongue.locale).translate(INVISIBLE)
    digits = standard.pattern.translate(INVISIBLE).split(";")[0].replace("¤", "").strip()
    if get_currency_precision(currency) == 0:
        digits = digits.replace(".00", "")
    number = tongue.number(amount, digits)
    yield from _affix(standard.prefix[0], symbol, " " if symbol[-1].isalpha() else "", before=True)
    yield number, "NUMBER"
    yield from _affix(standard.suffix[0], symbol, " " if symbol[0].isalpha() else "", before=False)


def _affix(affix: str, symbol: str, space: str, *, before: bool) -> _Texts:
    """What stands before or after an amount; CLDR puts a space between a digit and a letter."""
    left, mark, right = affix.translate(INVISIBLE).partition("¤")
    if mark:
        left, right = (left, right or space) if before else (left or space, right)
    yield left, None
    yield symbol if mark else "", "CURRENCY"
    yield right, None


def _name(tongue: Tongue, phrase: Phrase) -> _Texts:
    place = phrase.kind == "place"
    names = tongue.locale.territories if place else tongue.locale.languages
    yield names[str(phrase.values[0])], "TERRITORY" if place else "LANGUAGE"


_WRITERS: dict[str, Callable[[Tongue, Phrase], _Texts]] = {
    "date": _date,
    "time": _time,
    "relative": _relative,
    "quantity": _quantity,
    "percent": _percent,
    "money": _money,
    "place": _name,
    "language": _name,
}


@lru_cache(maxsize=1 << 16)
def _phrase(language: str, phrase: Phrase) -> tuple[tuple[str, str | None], ...]:
    written = _WRITERS[phrase.kind](tongue_of(language), phrase)
    return tuple((text.translate(INVISIBLE), field) for text, field in written if text)


_MARKS = {"brackets": ("", " (", ")"), "colon": ("", ": ", ""), "dash": ("", " – ", "")}


@cache
def _glue(language: str, how: str, count: int) -> tuple[str, ...]:
    """The texts before, between and after `count` parts."""
    data = tongue_of(language).data
    if how == "at":
        return tuple(_SLOT.split(data["datetime_formats"]["full"]))
    if how in _MARKS:
        return _MARKS[how]
    patterns = data["list_patterns"]["or" if how == "or" else "standard"]
    order = ["start", *["middle"] * (count - 3), "end"] if count > 2 else ["2"]
    if how == "comma":
        order = ["start"] * (count - 1)
    split = [_SLOT.split(str(patterns[part])) for part in order]
    return "".join(s[0] for s in split), *(s[1] for s in split), "".join(s[2] for s in split)


def pieces_of(language: str, meaning: Meaning) -> list[Piece]:
    """The sentence, piece by piece; the texts joined are the sentence as CLDR writes it."""
    return list(_pieces(language, meaning, count()))


def _pieces(language: str, meaning: Meaning, numbers: Iterator[int]) -> Iterator[Piece]:
    """The pieces of a meaning; its phrases take their numbers from `numbers`."""
    if isinstance(meaning, Phrase):
        entity, number = ENTITIES[meaning.kind], next(numbers)
        for text, field in _phrase(language, meaning):
            yield Piece(text, field, entity, number)
        return
    assert isinstance(meaning, Join)
    # languages that write no commas put their "and" everywhere in a list
    label = {"and": "AND", "comma": "AND", "or": "OR"}.get(meaning.how, "O")
    texts = _glue(language, meaning.how, len(meaning.parts))
    for text, part in zip(texts, meaning.parts, strict=False):
        yield Piece(text, label)
        yield from _pieces(language, part, numbers)
    yield Piece(texts[-1], label)
