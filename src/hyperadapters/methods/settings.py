"""The settings that papers count their parameters in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["HYPER_X", "Setting", "ml50"]


@dataclass(frozen=True)
class Setting:
    """The setting a paper counts its parameters in.

    Args:
        backbone: name of an architecture known offline.
        languages: or directions, as run files list them; every task is trained in all.
        labels: labels of each tagging task.
        others: kind of each task that the backbone's own head serves: `mlm` or `translation`.
    """

    backbone: str
    languages: tuple[str, ...]
    labels: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, Literal["mlm", "translation"]] = field(default_factory=dict)


HYPER_X = Setting(
    backbone="bert-base-multilingual-cased",
    languages=tuple("en ar br is kk ta tr yo zh gn hsb fo mt sa ug yue".split()),
    labels={"ner": 7, "pos": 18},
    others={"mlm": "mlm"},
)
_ML50 = (
    "af ar az bn cs de es et fa fi fr gl gu he hi hr id it ja ka kk km ko lt lv mk ml mn mr my ne "
    "nl pl ps pt ro ru si sl sv sw ta te th tr uk ur vi xh zh"
).split()


def ml50(backbone: str) -> Setting:
    """English from and into the fifty languages of ML50 (Tang et al., 2020)."""
    directions = tuple(pair for other in _ML50 for pair in (f"{other}-en", f"en-{other}"))
    return Setting(backbone, directions, others={"translation": "translation"})
