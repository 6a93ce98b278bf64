"""Families and codes are facts that other tables rely on."""

import pytest
from babel import Locale, localedata

from hyperadapters.data.languages import codes_of, families, language_of, related, script_of

BABEL = sorted({*localedata.locale_identifiers(), *Locale("en").languages})
PLAIN = [name for name in BABEL if "_" not in name]


def test_no_language_has_two_families() -> None:
    from hyperadapters.data.languages import _FAMILIES

    every = [code for codes in _FAMILIES.values() for code in codes.split()]
    assert len(every) == len(set(every)) == len(families())


@pytest.mark.parametrize(
    ("language", "family"),
    [("tr", "Turkic"), ("ta", "Dravidian"), ("yo", "Volta-Niger"), ("hsb", "Slavic")],
)
def test_families(language: str, family: str) -> None:
    assert families()[language] == family


@pytest.mark.parametrize(
    ("language", "codes"),
    [
        ("lt", "lt lit Lithuanian lithuanian lit_Latn lt-LT lt_LT lit-LT lit_latn"),
        ("he", "he heb iw heb_Hebr he-IL Hebrew"),
        ("fa", "fa fas per pes pes_Arab fa_IR Persian"),
        ("pl", "pl pol pol_Latn"),
        ("it", "it ita it-IT"),
        ("pt", "pt por por_Latn pt-BR pt_BR por-BR Portuguese"),
        ("ja", "ja jpn jpn_Jpan Japanese"),
        ("ko", "ko kor kor_Kore"),
        ("uk", "uk ukr ukr_Cyrl"),
        ("zh", "zh zho chi cmn zho_Hans cmn_hans zh-CN zh_CN zho-CN zh-Hans-CN Chinese"),
        ("sr", "sr srp srp_Cyrl srp-Cyrl"),
        ("sr-Latn", "sr-Latn sr_Latn srp_Latn srp_latn hbs sh"),
        ("en", "en eng eng-US English"),
        ("ug", "ug uig uig_arab"),
        ("sw", "sw swa swh Swahili"),
        ("hsb", "hsb Upper_Sorbian"),
        ("gn", "gn gug gun grn"),
        ("qu", "qu quy que Quechua Quichua"),
        ("nah", "nah nhn Nahuatl"),
        ("fil", "fil tl tgl"),
        ("iu", "iu iku iu_CA"),
    ],
)
def test_codes_of_a_language(language: str, codes: str) -> None:
    assert set(codes.split()) <= set(codes_of(language))
    assert codes_of(language)[0] == language
    assert {language_of(code) for code in codes.split()} == {language}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("pt", "pt-PT"),
        ("pt-BR", "pt"),  # which may be of Portugal
        ("pt-BR", "pt-PT"),
        ("zh", "zho_Hant"),
        ("zh", "zh-TW"),
        ("sr", "hbs"),
        ("de", "deu_1996"),
        ("ca", "ca-es"),  # which may be a pair
        ("fr", "fr_1"),
        ("zh", "zh-yue"),
    ],
)
def test_what_looks_like_a_language_is_not_read_as_it(language: str, code: str) -> None:
    assert code not in codes_of(language)
    assert related(code, language)


def test_other_languages_are_not_related() -> None:
    assert not related("deu", "nl") and not related("yue", "zh") and not related("src", "sr")


def test_a_name_that_nothing_knows_is_itself() -> None:
    for name in ("xx", "fr_1", "de-en", "zh-yue", "a b", ""):
        assert codes_of(name) == (name,)
        assert language_of(name) == name


def test_every_code_leads_to_a_language_that_has_it() -> None:
    for language in BABEL:
        assert all(code in codes_of(language_of(code)) for code in codes_of(language)), language


def test_no_two_languages_share_a_code() -> None:
    """One of them would read the other's files."""
    owners: dict[str, set[str]] = {}
    for language in PLAIN:
        for code in codes_of(language):
            owners.setdefault(code, set()).add(language_of(language))
    assert {code: own for code, own in owners.items() if len(own) > 1} == {}


def test_every_language_of_two_letters_has_codes_of_three() -> None:
    assert [n for n in PLAIN if len(n) == 2 and not any(len(c) == 3 for c in codes_of(n))] == []


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("zh", "Hans"),
        ("zh_1", "Hans"),
        ("yue", "Hant"),
        ("zho_Hant", "Hant"),
        ("sr-Latn", "Latn"),
        ("th", "Thai"),
        ("xx", None),
    ],
)
def test_scripts(language: str, script: str | None) -> None:
    assert script_of(language) == script
