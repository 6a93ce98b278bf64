"""Word borders, on pieces written by hand and on real phrases whose form is known."""

import pytest

from hyperadapters.data.cldr.meanings import Join, Phrase
from hyperadapters.data.cldr.pieces import Piece, pieces_of
from hyperadapters.data.cldr.words import text_of, words_of

DAY = Phrase("date", "full", (2024, 1, 5))


def written(language: str, meaning: Phrase | Join) -> str:
    return " ".join(f"{w.text}/{w.field}" for w in words_of(pieces_of(language, meaning)))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Friday/WEEKDAY ,/O January/MONTH 5/DAY ,/O 2024/YEAR"),
        ("es", "viernes/WEEKDAY ,/O 5/DAY de/O enero/MONTH de/O 2024/YEAR"),
        ("zh", "2024年/YEAR 1月/MONTH 5日/DAY 星期五/WEEKDAY"),
        ("he", "יום/WEEKDAY שישי/WEEKDAY ,/O 5/DAY בינואר/MONTH 2024/YEAR"),
        ("eu", "2024(e)ko/YEAR urtarrilaren/MONTH 5(a)/DAY ,/O ostirala/WEEKDAY"),
        ("mr", "शुक्रवार/WEEKDAY ,/O ५/DAY जानेवारी/MONTH ,/O २०२४/YEAR"),
        ("tr", "5/DAY Ocak/MONTH 2024/YEAR Cuma/WEEKDAY"),
    ],
)
def test_dates_split_at_fields_and_keep_their_suffixes(language: str, expected: str) -> None:
    assert written(language, DAY) == expected


@pytest.mark.parametrize(
    ("language", "phrase", "expected"),
    [
        ("en", Phrase("time", "Hm", (14, 5)), "14:05/CLOCK"),
        ("tr", Phrase("percent", "", ("50",)), "%/UNIT 50/NUMBER"),
        ("en", Phrase("relative", "past", ("day", "3")), "3/NUMBER days/PAST ago/PAST"),
        ("de", Phrase("relative", "future", ("day", "1")), "in/FUTURE 1/NUMBER Tag/FUTURE"),
        (
            "sw",
            Phrase("quantity", "long", ("length-meter", "2.5")),
            "mita/UNIT 2.5/NUMBER",
        ),
        ("zh", Phrase("money", "name", ("USD", "7")), "7/NUMBER 美元/CURRENCY"),
        ("en", Phrase("money", "symbol", ("CHF", "7")), "CHF/CURRENCY 7.00/NUMBER"),
        ("ja", Phrase("money", "symbol", ("JPY", "1200")), "￥/CURRENCY 1,200/NUMBER"),
        ("pl", Phrase("quantity", "long", ("duration-hour", "5")), "5/NUMBER godzin/UNIT"),
        ("fr", Phrase("place", "", ("DE",)), "Allemagne/TERRITORY"),
        ("fi", Phrase("language", "", ("sv",)), "ruotsi/LANGUAGE"),
    ],
)
def test_phrases_as_cldr_writes_them(language: str, phrase: Phrase, expected: str) -> None:
    assert written(language, phrase) == expected


def test_a_symbol_with_letters_keeps_its_distance() -> None:
    assert text_of(pieces_of("en", Phrase("money", "symbol", ("CHF", "7")))) == "CHF 7.00"
    assert text_of(pieces_of("en", Phrase("money", "symbol", ("EUR", "7")))) == "€7.00"


def test_lists_name_their_connective() -> None:
    names = tuple(Phrase("place", "", (code,)) for code in ("FR", "DE", "ES"))
    assert written("en", Join("and", names)) == (
        "France/TERRITORY ,/O Germany/TERRITORY ,/O and/AND Spain/TERRITORY"
    )
    assert written("ar", Join("or", names[:2])) == "فرنسا/TERRITORY أو/OR ألمانيا/TERRITORY"
    assert written("he", Join("and", names[:2])) == "צרפת/TERRITORY ו/AND גרמניה/TERRITORY"


def test_joins_of_other_kinds() -> None:
    place, language = Phrase("place", "", ("FR",)), Phrase("language", "", ("fr",))
    shown = {how: text_of(pieces_of("en", Join(how, (place, language)))) for how in HOWS}
    assert shown == HOWS


HOWS = {
    "brackets": "France (French)",
    "colon": "France: French",
    "dash": "France – French",
    "comma": "France, French",
    "or": "France or French",
}


def test_spans_of_two_dates_in_a_range_are_one() -> None:
    pieces = pieces_of("en", Phrase("date", "range", (2024, 1, 5, 2025, 2, 6)))
    assert text_of(pieces) == "January 5, 2024 – February 6, 2025"
    assert {piece.phrase for piece in pieces} == {0}


def test_hyphens_stay_with_their_letters() -> None:
    pieces = [Piece("5", "DAY", "DATE", 0), Piece("-го ", None, "DATE", 0)]
    assert [word.text for word in words_of(pieces)] == ["5-го"]
