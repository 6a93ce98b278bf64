"""Facts about languages: the family of each, and the other codes that data sets write it with."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["codes_of", "families", "language_of"]

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
    "Uralic": "et fi hu koi kpv myv se smn",
    "Uto-Aztecan": "nah",
    "Volta-Niger": "ig yo",
}

_GROUPS = (
    "af afr, ar arb ara, ay ayr aym, bm bam, br bre, chr Cherokee, da dan, de deu, ee ewe Ewe, "
    "en eng eng-US English, es spa, et est Estonian, eu eus Basque, fo fao, fr fra, "
    "gn gug grn gun, ha hau, hi hin, id ind, ig ibo, is isl, kab Kabyle, kk kaz, ln lin, "
    "lv lav Latvian, ml mal, mr mar, mt mlt, nah nhn Nahuatl, qu quy que, ru rus, rw kin, "
    "sa san, sw swh swa Swahili, ta tam, te tel, tr tur, ug uig uig_arab, wal Wolaytta, "
    "wo wol Wolof, yo yor, zh zho zho-CN cmn cmn_hans, zu zul"
)
_CODES = {ours: others for ours, *others in map(str.split, _GROUPS.split(", "))}


def families() -> Mapping[str, str]:
    """Language code -> family (the level of Germanic, Turkic, Bantu): for maps of embeddings."""
    return MappingProxyType(
        {code: family for family, codes in _FAMILIES.items() for code in codes.split()}
    )


def codes_of(language: str) -> tuple[str, ...]:
    """The code itself, then the others that data sets write the same language with."""
    return (language, *_CODES.get(language, ()))


def language_of(code: str) -> str:
    """The language that a data set means by `code`; an unknown code names itself."""
    return next((language for language, others in _CODES.items() if code in others), code)
