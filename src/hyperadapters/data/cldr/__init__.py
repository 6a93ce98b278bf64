"""The built-in data: real multilingual text made from Unicode CLDR, with labels, no download."""

from hyperadapters.data.cldr.sentences import (
    CLDR_LANGUAGES,
    LABELS,
    kinds,
    pairs,
    same,
    tagged,
    texts,
)

__all__ = ["CLDR_LANGUAGES", "LABELS", "kinds", "pairs", "same", "tagged", "texts"]
