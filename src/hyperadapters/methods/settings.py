"""The settings that papers count their parameters in, and the languages of their data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hyperadapters.routes import Cell, Route

__all__ = [
    "AMERICASNLI",
    "GLUE",
    "HYPER_X",
    "HYPER_X_LANGUAGES",
    "MASAKHANER",
    "MBERT",
    "PSF",
    "TLR_TARGETS",
    "TYDIQA",
    "UD_TARGETS",
    "XNLI",
    "XQUAD",
    "Setting",
    "glue",
    "ml50",
    "target_ready",
]


@dataclass(frozen=True)
class Setting:
    """The setting a paper counts its parameters in.

    Args:
        backbone: name of an architecture known offline.
        routes: languages or directions; every task is trained in all.
        labels: per task with a softmax layer, of how many labels.
        unlabelled: the tasks that the backbone's own head serves.
        arguments: of the method, those that have no default.
    """

    backbone: str
    routes: tuple[Route, ...]
    labels: Mapping[str, int] = field(default_factory=dict)
    unlabelled: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every task in every route."""
        tasks = (*self.labels, *self.unlabelled)
        return tuple(Cell(task, route) for task in tasks for route in self.routes)


def _languages(names: str) -> tuple[str, ...]:
    return tuple(names.split())


def _texts(languages: tuple[str, ...]) -> tuple[Route, ...]:
    return tuple(Route.of(language) for language in languages)


MBERT = "bert-base-multilingual-cased"

HYPER_X_LANGUAGES = _languages("en ar br is kk ta tr yo zh gn hsb fo mt sa ug yue")
HYPER_X = Setting(
    MBERT, _texts(HYPER_X_LANGUAGES), labels={"ner": 7, "pos": 18}, unlabelled=("mlm",)
)
"""Üstün et al. (2022), section 4."""

PSF = Setting(MBERT, _texts(HYPER_X_LANGUAGES), labels={"ner": 9, "pos": 17})
"""Parameter space factorization in the setting of Hyper-X, with its own tags. The 185 million that
Üstün et al. (2022) print count the 590,592 parameters of mBERT's pooler too, which nothing reads
and which are not counted here."""

MASAKHANER = _languages("ha ig rw lg luo pcm sw wo yo")
UD_TARGETS = _languages("af bm eu kpv mr mt myv te ug wo")
AMERICASNLI = _languages("ay bzd cni gn hch nah oto quy shp tar")
XNLI = _languages("ar hi sw th ur zh")
XQUAD = _languages("ar hi th zh")
TYDIQA = _languages("ar bn sw te th")
"""Parović et al. (2023): the target languages of each data set. The paper writes those of
MasakhaNER and AmericasNLI with three letters and others with two, and says that there are 35; they
are 34 once SWA and SW, WOL and WO are one. Here every language has its code of two letters where
there is one (`sw`, `wo`; `ay` for AYM); `quy` is one of several languages of `qu` and keeps its
own."""

TLR_TARGETS = tuple(dict.fromkeys((*UD_TARGETS, *MASAKHANER, *AMERICASNLI, *XNLI, *XQUAD, *TYDIQA)))
"""All of them, each once."""


def target_ready(languages: tuple[str, ...] = TLR_TARGETS, **arguments: Any) -> Setting:
    """Named entities of seven labels, and raw text, in English and other languages.

    Args:
        languages: the others; by default every target of Parović et al. (2023), 35 with English.
        arguments: of the method, those that have no default.
    """
    return Setting(
        MBERT,
        _texts(("en", *languages)),
        labels={"ner": 7},
        unlabelled=("mlm",),
        arguments=arguments,
    )


GLUE = ("cola", "sst-2", "mrpc", "qqp", "sts-b", "mnli", "qnli", "rte")
"""The tasks of Karimi Mahabadi et al. (2021), section 3: those of GLUE without WNLI."""


def glue(backbone: str, tasks: tuple[str, ...] = GLUE) -> Setting:
    """English text to text: the backbone's own frozen output layer serves every task.

    Args:
        backbone: name of an architecture known offline.
        tasks: those of one run.
    """
    return Setting(backbone, _texts(("en",)), unlabelled=tasks)


_ML50 = _languages(
    "af ar az bn cs de es et fa fi fr gl gu he hi hr id it iu ja ka kk km ko lt lv mk ml mn mr my "
    "ne nl pl ps pt ro ru si sl sv ta te th tr uk ur vi xh zh"
)


def ml50(backbone: str) -> Setting:
    """English from and into the fifty languages of ML50 (Tang et al., 2020): those of Baziotis et
    al. (2022), tables 9 and 10, who have Inuktitut and not Swahili.
    """
    pairs = (pair for other in _ML50 for pair in ((other, "en"), ("en", other)))
    return Setting(backbone, tuple(Route(pair) for pair in pairs), unlabelled=("translation",))
