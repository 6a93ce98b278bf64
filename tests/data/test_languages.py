"""Families and codes are facts that other tables rely on."""

import pytest

from hyperadapters.data.languages import codes_of, families, language_of


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


def test_codes_lead_back_to_their_language() -> None:
    assert codes_of("yo") == ("yo", "yor")
    assert codes_of("xx") == ("xx",)
    assert language_of("yor") == language_of("yo") == "yo"
    assert language_of("xx") == "xx"
