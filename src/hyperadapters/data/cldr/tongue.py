"""One language as CLDR holds it: its patterns for dates, its digits, its plural categories."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, final

from babel import Locale
from babel.dates import DateTimeFormat, tokenize_pattern
from babel.numbers import format_decimal

__all__ = ["INVISIBLE", "Tongue", "tongue_of"]

_PATTERN_FIELDS = {
    **dict.fromkeys("Ecei", "WEEKDAY"),
    "d": "DAY",
    **dict.fromkeys("ML", "MONTH"),
    **dict.fromkeys("yYu", "YEAR"),
    **dict.fromkeys("Qq", "QUARTER"),
    "G": "ERA",
    **dict.fromkeys("HhKkms", "CLOCK"),
    **dict.fromkeys("abB", "DAYPERIOD"),
}
_ZEROS = {
    "arab": "\u0660",
    "arabext": "\u06f0",
    "beng": "\u09e6",
    "cakm": "\U00011136",
    "deva": "\u0966",
    "mymr": "\u1040",
    "nkoo": "\u07c0",
    "olck": "\u1c50",
    "tibt": "\u0f20",
}
# direction marks and soft hyphens: invisible, and a nuisance inside words
INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


@final
class Tongue:
    """One language's patterns, read once from its locale."""

    def __init__(self, language: str) -> None:
        self.locale = Locale.parse(language)
        self.data: Mapping[str, Any] = self.locale._data
        zero = _ZEROS.get(self.locale.default_numbering_system)
        self.digits = {ord("0") + i: chr(ord(zero) + i) for i in range(10)} if zero else {}
        self.dates = lru_cache(maxsize=None)(self._date_pattern)
        self.number = lru_cache(maxsize=4096)(self._number)

    def _date_pattern(self, style: str) -> tuple[tuple[str, str | None], ...]:
        """(format or literal text, field or None) in order."""
        if style in ("full", "long", "medium"):
            pattern = self.locale.date_formats[style].pattern
        else:
            skeletons = self.locale.datetime_skeletons
            narrower = {"MMMMd": "MMMd", "hm": "Hm", "yMMMM": "yMMM", "yQQQQ": "yQQQ"}
            pattern = (skeletons.get(style) or skeletons[narrower[style]]).pattern
        found: list[tuple[str, str | None]] = []
        for kind, value in tokenize_pattern(pattern):
            if kind == "chars" and found and found[-1][1] is None:
                found[-1] = (found[-1][0] + str(value), None)
            elif kind == "chars":
                found.append((str(value), None))
            else:
                letter, length = value
                found.append((letter * int(length), _PATTERN_FIELDS[letter]))
        return tuple(found)

    def moment(self, style: str, value: datetime.datetime) -> Iterator[tuple[str, str | None]]:
        """A date or a clock time, field by field."""
        formatted = DateTimeFormat(value, self.locale)
        for text, field in self.dates(style):
            yield (text if field is None else formatted[text].translate(self.digits)), field

    def _number(self, amount: str, pattern: str | None = None) -> str:
        formatted = format_decimal(
            Decimal(amount), format=pattern, locale=self.locale, numbering_system="default"
        )
        return str(formatted).translate(self.digits)

    def plural(self, patterns: Mapping[str, str], amount: str) -> str | None:
        """The pattern for `amount`, in the language's plural category."""
        found = patterns.get(self.locale.plural_form(Decimal(amount))) or patterns.get("other")
        return str(found) if found else None


tongue_of = lru_cache(maxsize=None)(Tongue)
"""The tongue of a language by CLDR's code, read once."""
