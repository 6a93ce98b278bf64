"""One network that writes the adapters: hypernetworks and adapters for tasks and languages, on
today's Transformers.

Everything that a program needs has its name here; what a name stands for is loaded when it is first
asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "Adapter",
    "Asked",
    "BASE",
    "Bottleneck",
    "Cell",
    "Classification",
    "Context",
    "Coupling",
    "Cycle",
    "Fixed",
    "HyperadaptersError",
    "Labelled",
    "LabelledPair",
    "LanguageModelling",
    "Linear",
    "LinearHeads",
    "LoRA",
    "METHODS",
    "METRICS",
    "MaskedLM",
    "Method",
    "Mlp",
    "Norm",
    "Observed",
    "Pair",
    "Parsing",
    "Phase",
    "QuestionAnswering",
    "Recipe",
    "Residual",
    "Route",
    "Row",
    "SpanCorruption",
    "Tagged",
    "Tagging",
    "Text",
    "TextToText",
    "Translation",
    "Tree",
    "Where",
    "adapt",
    "collate",
    "hypernetwork",
    "joined",
    "load",
    "load_run",
    "materialise",
    "mix",
    "nearest",
    "perform",
    "read_adapter",
    "table",
    "train_tokenizer",
]

_PLACES = {
    "model.adapt": ("adapt",),
    "mixes": ("mix",),
    "context": ("BASE", "Context", "Row"),
    "routes": ("Cell", "Route"),
    "sites": ("Where",),
    "schedules": ("Cycle", "Fixed", "Observed"),
    "method": ("Adapter", "Method", "Phase", "Recipe"),
    "methods": ("METHODS",),
    "forms": ("Bottleneck", "Coupling", "Linear", "LoRA", "Norm"),
    "providers": (
        "LinearHeads",
        "Mlp",
        "Residual",
        "hypernetwork",
        "joined",
        "materialise",
        "nearest",
        "table",
    ),
    "examples": ("Asked", "Labelled", "LabelledPair", "Pair", "Tagged", "Text", "Tree"),
    "metrics": ("METRICS",),
    "tasks": (
        "Classification",
        "LanguageModelling",
        "MaskedLM",
        "Parsing",
        "QuestionAnswering",
        "SpanCorruption",
        "Tagging",
        "TextToText",
        "Translation",
        "collate",
    ),
    "data.vocabulary": ("train_tokenizer",),
    "config": ("load_run",),
    "study": ("perform",),
    "trained": ("load",),
    "export": ("read_adapter",),
    "errors": ("HyperadaptersError",),
}
_HOME = {name: place for place, names in _PLACES.items() for name in names}


if TYPE_CHECKING:
    from hyperadapters.config import load_run
    from hyperadapters.context import BASE, Context, Row
    from hyperadapters.data.vocabulary import train_tokenizer
    from hyperadapters.errors import HyperadaptersError
    from hyperadapters.examples import Asked, Labelled, LabelledPair, Pair, Tagged, Text, Tree
    from hyperadapters.export import read_adapter
    from hyperadapters.forms import Bottleneck, Coupling, Linear, LoRA, Norm
    from hyperadapters.method import Adapter, Method, Phase, Recipe
    from hyperadapters.methods import METHODS
    from hyperadapters.metrics import METRICS
    from hyperadapters.mixes import mix
    from hyperadapters.model.adapt import adapt
    from hyperadapters.providers import (
        LinearHeads,
        Mlp,
        Residual,
        hypernetwork,
        joined,
        materialise,
        nearest,
        table,
    )
    from hyperadapters.routes import Cell, Route
    from hyperadapters.schedules import Cycle, Fixed, Observed
    from hyperadapters.sites import Where
    from hyperadapters.study import perform
    from hyperadapters.tasks import (
        Classification,
        LanguageModelling,
        MaskedLM,
        Parsing,
        QuestionAnswering,
        SpanCorruption,
        Tagging,
        TextToText,
        Translation,
        collate,
    )
    from hyperadapters.trained import load


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module `hyperadapters` has no attribute `{name}`")
    return getattr(import_module(f"hyperadapters.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
