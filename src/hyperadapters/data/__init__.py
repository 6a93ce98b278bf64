"""Corpora: the examples of a task in a language or direction, built in, from files or the hub.

A source is a place (which texts there are of a language), a reader (how one becomes examples) and a
rule (which examples are of a split).
"""

from hyperadapters.data.cldr.source import Cldr
from hyperadapters.data.corpora import SPLITS, Corpus
from hyperadapters.data.languages import families
from hyperadapters.data.source import Source
from hyperadapters.data.sources.aligned import Aligned
from hyperadapters.data.sources.all import SOURCES, AnySource, Sources
from hyperadapters.data.sources.files import Conll, ConllU, PlainText, Trees
from hyperadapters.data.sources.hub import Hub
from hyperadapters.data.sources.labelled import LabelledTexts
from hyperadapters.data.sources.pairs import Pairs
from hyperadapters.data.sources.parallel import Parallel
from hyperadapters.data.sources.questions import Squad
from hyperadapters.data.sources.root_text import RootText
from hyperadapters.data.summary import Summary, summary
from hyperadapters.data.treebank.source import BuiltInTrees
from hyperadapters.examples import Asked, Example, Labelled, LabelledPair, Pair, Tagged, Text, Tree

__all__ = [
    "SOURCES",
    "SPLITS",
    "Aligned",
    "AnySource",
    "Asked",
    "BuiltInTrees",
    "Cldr",
    "Conll",
    "ConllU",
    "Corpus",
    "Example",
    "Hub",
    "Labelled",
    "LabelledPair",
    "LabelledTexts",
    "Pair",
    "Pairs",
    "Parallel",
    "PlainText",
    "RootText",
    "Source",
    "Sources",
    "Squad",
    "Summary",
    "Tagged",
    "Text",
    "Tree",
    "Trees",
    "families",
    "summary",
]
