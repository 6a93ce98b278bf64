"""What a line asks about where a task reads one text, or two with a tab between."""

from collections.abc import Callable, Mapping

from hyperadapters.errors import DataError
from hyperadapters.examples import Labelled, LabelledPair

__all__ = ["ASKED"]


def _one(line: str) -> Labelled:
    return Labelled(line.strip(), None)


def _two(line: str) -> LabelledPair:
    texts = line.split("\t")
    if len(texts) != 2:
        raise DataError(
            "a line is no pair of texts",
            expected="a text, a tab, and the other text, which may be empty",
            found=repr(line[:60]),
            cause="the task was trained on pairs",
        )
    return LabelledPair(texts[0].strip(), texts[1].strip(), None)


ASKED: Mapping[type[Labelled | LabelledPair], Callable[[str], Labelled | LabelledPair]] = {
    Labelled: _one,
    LabelledPair: _two,
}
"""By what a task reads."""
