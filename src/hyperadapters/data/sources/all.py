"""Every source there is, and how a run file names them.

A new source is its own file, an import here and an entry in `SOURCES`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import AfterValidator, BeforeValidator, Field, WrapValidator

from hyperadapters.data.cldr.source import Cldr
from hyperadapters.data.source import Source
from hyperadapters.data.sources.aligned import Aligned
from hyperadapters.data.sources.files import Conll, ConllU, PlainText, Trees
from hyperadapters.data.sources.hub import Hub
from hyperadapters.data.sources.labelled import LabelledTexts
from hyperadapters.data.sources.pairs import Pairs
from hyperadapters.data.sources.parallel import Parallel
from hyperadapters.data.sources.questions import Squad
from hyperadapters.data.sources.root_text import RootText
from hyperadapters.data.treebank.source import BuiltInTrees
from hyperadapters.document.values import some
from hyperadapters.errors import HyperadaptersError

__all__ = ["SOURCES", "AnySource", "Sources"]

SOURCES: tuple[type[Source], ...] = (
    Cldr,
    BuiltInTrees,
    Conll,
    ConllU,
    Trees,
    PlainText,
    Squad,
    Hub,
    LabelledTexts,
    Aligned,
    Pairs,
    RootText,
    Parallel,
)


def _listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _own_words(value: object, build: Callable[[object], object]) -> object:
    """What a source itself refuses is one fault among the others."""
    try:
        return build(value)
    except HyperadaptersError as error:
        raise ValueError("; ".join(map(str.strip, str(error).splitlines()))) from error


if TYPE_CHECKING:
    AnySource = Source
else:
    AnySource = Annotated[
        Union[SOURCES],  # noqa: UP007 - of as many as there are
        Field(discriminator="format"),
        WrapValidator(_own_words),
    ]
"""A source, by its `format`."""

Sources = Annotated[tuple[AnySource, ...], AfterValidator(some), BeforeValidator(_listed)]
"""Where examples come from: one source, or a list; the first that has a language gives it."""
