"""Corpora: the examples of a task, a language and a split, from built-in data, files or the hub."""

from hyperadapters.data.built_in import Cldr
from hyperadapters.data.corpora import SPLITS, Corpus
from hyperadapters.data.hub import Hub
from hyperadapters.data.languages import families
from hyperadapters.data.pairs import Pairs
from hyperadapters.data.sources import Conll, ConllU, PlainText, Source
from hyperadapters.data.summary import Summary, summary
from hyperadapters.data.unlabelled import Parallel, RootText
from hyperadapters.examples import Example, Pair, Tagged, Text

__all__ = [
    "SPLITS",
    "Cldr",
    "Conll",
    "ConllU",
    "Corpus",
    "Example",
    "Hub",
    "Pair",
    "Pairs",
    "Parallel",
    "PlainText",
    "RootText",
    "Source",
    "Summary",
    "Tagged",
    "Text",
    "families",
    "summary",
]
