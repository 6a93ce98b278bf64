"""Facts about languages: the family and script of each, and what data sets call it.

Codes, scripts and English names are those of Unicode CLDR, as `babel` holds them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from babel import Locale
from babel.core import get_global

__all__ = ["codes_of", "families", "language_of", "related", "script_of"]

_FAMILIES = {
    "Albanian": "sq",
    "Armenian": "hy",
    "Austroasiatic": "km vi sat",
    "Austronesian": "bew ceb fil haw id jv mg mi ms su to",
    "Aymaran": "ay",
    "Baltic": "lt lv ltg",
    "Bantu": "ki lg ln ny rw sn st sw tn xh zu",
    "Berber": "kab rif shi zgh",
    "Celtic": "br cy ga gd gv kw",
    "Chadic": "ha",
    "Constructed": "eo ia ie",
    "Creole": "ht kea mfe pcm",
    "Cushitic": "om so",
    "Dravidian": "kn ml ta te",
    "Germanic": "af da de en fo frr fy gsw is ksh lb nb nds nl nn no sv yi",
    "Hellenic": "el",
    "Indo-Aryan": "as bho bn ccp doi gu hi kok ks mai mr ne or pa sa sd si ur xnr",
    "Iranian": "ckb fa ku os ps tg",
    "Iroquoian": "chr",
    "Isolate": "eu",
    "Japonic": "ja",
    "Jê": "kgp",
    "Kartvelian": "ka",
    "Koreanic": "ko",
    "Kwa": "ak ee",
    "Mande": "bm nqo",
    "Mongolic": "mn",
    "Northeast Caucasian": "ce",
    "Northwest Caucasian": "ab",
    "Omotic": "wal",
    "Panoan": "shp",
    "Quechuan": "qu",
    "Romance": "an ast ca es fr fur gl it la lij lld oc pt rm ro sc scn vec wa",
    "Semitic": "am ar he mt ti",
    "Senegambian": "ff wo",
    "Sinitic": "yue zh",
    "Slavic": "be bg bs cs dsb hr hsb mk pl ru sk sl sr szl uk",
    "Tai": "lo th za",
    "Tibeto-Burman": "bo brx dz mni my",
    "Tupian": "gn gun yrl",
    "Turkic": "az ba cv kaa kk ky sah tk tr tt ug uz",
    "Uralic": "et fi hu koi kpv kv myv se smn",
    "Uto-Aztecan": "nah",
    "Volta-Niger": "ig yo",
}

_ALSO = {"gn": "gun", "jiv": "Shuar", "nah": "nhn Nahuatl", "qu": "quy Quichua"}
"""What data sets call a language and CLDR does not: a variety that stands for it, an English name.
"""
_SCRIPT, _TERRITORY = re.compile(r"[A-Z][a-z]{3}|[a-z]{4}"), re.compile(r"[A-Z]{2}|[0-9]{3}")
_LONGEST_CODE = 4


class _Tag(NamedTuple):
    """A language, its script and territory: `zh`, `Hans`, `CN`; empty for what is not said."""

    language: str
    script: str
    territory: str


def families() -> Mapping[str, str]:
    """Language code -> family (the level of Germanic, Turkic, Bantu): for maps of embeddings."""
    return MappingProxyType(
        {code: family for family, codes in _FAMILIES.items() for code in codes.split()}
    )


@lru_cache(maxsize=4096)
def codes_of(language: str) -> tuple[str, ...]:
    """The name itself, then what else data sets call the language, the shortest forms first.

    For `lt`: `lit` (ISO 639-2 and 639-3), `Lithuanian`, and with the script or the territory that
    CLDR takes for granted `lit_Latn`, `lt-LT`. A name that says its script or territory has codes
    that say it too: for `pt-BR` `por_BR` and `pt-Latn-BR`, not `pt`.
    """
    given, also = _given(language), _ALSO.get(language, "").split()
    if given is None:
        return (language, *also)
    own, tag = given.language, _completed(*given)
    bases = (own, *_aliases().get(own, ()))
    plain = () if any(given[1:]) else (*bases, *_english(own))
    parts = [one for one in _subsets(tag) if _completed(own, *one) == tag and any(one)]
    parts = [one for one in parts if set(filter(None, given[1:])) <= set(one)]
    old = (code for one in parts for code in _aliases().get(_joined(own, one, "_"), ()))
    forms = [(base, one, mark) for one in parts for mark in "_-" for base in bases]
    longer = (spelt for base, one, mark in forms for spelt in _spelt(base, one, mark))
    return tuple(dict.fromkeys((language, *plain, *also, *old, *longer)))


@lru_cache(maxsize=4096)
def language_of(code: str) -> str:
    """The language that a data set means by `code`, in its shortest form; an unknown code names
    itself.
    """
    name = _by_name().get(code, code)
    given = _given(name)
    if given is None:
        return name
    own, tag = given.language, _completed(*given)
    return _joined(own, next(one for one in _subsets(given) if _completed(own, *one) == tag), "-")


def related(code: str, language: str) -> bool:
    """Whether a code looks like a form of the language: another script, territory or variety."""
    return _root(code) == _root(language)


def script_of(language: str) -> str | None:
    """The four letters of the script that a language is written in, such as `Hans`; None where it
    is not known.
    """
    given = _given(language) or _given(_root(language))
    tag = None if given is None else _completed(*given)
    return None if tag is None else tag.script


def _root(code: str) -> str:
    """The language of a code without its script, territory and variety."""
    first = re.split("[-_]", _by_name().get(code, code))[0]
    return _current(first).partition("_")[0]


def _given(code: str) -> _Tag | None:
    """What a code says, by CLDR's code of the language; None where it is of another form."""
    first, *rest = re.split("[-_]", code)
    language, *implied = _current(first).split("_")
    parts = [*implied, *rest]
    script = parts.pop(0).title() if parts and _SCRIPT.fullmatch(parts[0]) else ""
    territory = parts.pop(0) if parts and _TERRITORY.fullmatch(parts[0]) else ""
    known = {script, territory} <= {"", *_places()} and _completed(language) is not None
    return _Tag(language, script, territory) if known and not parts else None


def _subsets(tag: _Tag | None) -> list[tuple[str, str]]:
    """Script and territory of a language, fewer first: none, the script, the territory, both."""
    _, script, territory = tag or _Tag("", "", "")
    return [("", ""), (script, ""), ("", territory), (script, territory)]


def _completed(language: str, script: str = "", territory: str = "") -> _Tag | None:
    """A language with its script and territory, the likely ones where they are not given; None
    where CLDR does not know it.
    """
    likely = _table("likely_subtags")
    for given in ((script, territory), ("", territory), (script, ""), ("", "")):
        found = likely.get(_joined(language, given, "_"))
        if found is not None:
            _, usual, place = found.split("_")
            return _Tag(language, script or usual, territory or place)
    return None


def _joined(language: str, parts: tuple[str, str], mark: str) -> str:
    return mark.join(filter(None, (language, *parts)))


def _spelt(language: str, parts: tuple[str, str], mark: str) -> Iterator[str]:
    """A code with a script, also in small letters, or a territory, not so: `ca-es` may be Catalan
    and Spanish.
    """
    script, territory = parts
    yield _joined(language, parts, mark)
    if not territory:
        yield _joined(language, (script.lower(), ""), mark)


def _current(code: str) -> str:
    """The code that CLDR has for an old or longer one: `lt` for `lit`, `sr_Latn` for `sh`."""
    return str(_table("language_aliases").get(code, code))


@cache
def _table(name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = get_global(name)
    return table


@cache
def _aliases() -> Mapping[str, Sequence[str]]:
    """Code -> those that it replaces."""
    found: dict[str, list[str]] = {}
    for old, new in _table("language_aliases").items():
        found.setdefault(new, []).append(old)
    return found


def _english(language: str) -> list[str]:
    """The English name with `_` for blanks, in capital and in small letters where it is no code."""
    name = Locale("en").languages.get(language, "").replace(" ", "_")
    return [name, name.lower()] if len(name) > _LONGEST_CODE else [name] if name else []


@cache
def _by_name() -> Mapping[str, str]:
    """English names and those of `_ALSO` -> code."""
    known = Locale("en").languages
    named = {name: code for code in known if "_" not in code for name in _english(code)}
    return {**named, **{name: code for code, names in _ALSO.items() for name in names.split()}}


@cache
def _places() -> frozenset[str]:
    """The scripts and the territories that there are."""
    english = Locale("en")
    return frozenset((*english.scripts, *english.territories))
