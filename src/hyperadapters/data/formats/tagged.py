"""What every file of labelled sentences must have: the words themselves."""

from collections.abc import Sequence
from pathlib import Path

from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged, Tree

__all__ = ["check_text"]

_BLANK = "_"
"""What stands in place of every word where a corpus is given away without its text."""


def check_text(found: Sequence[Tagged | Tree], path: Path) -> None:
    """Nothing if the sentences of a file have words; among others `_` is a word.

    Raises:
        DataError: every word of the file is `_`, or every one of a sentence with several.
    """
    blanked = [one for one in found if len(one.words) > 1 and set(one.words) == {_BLANK}]
    if blanked or {word for one in found for word in one.words} == {_BLANK}:
        raise DataError(
            "the words are missing",
            where=str(path),
            expected="the text of every sentence",
            found=f"`_` in place of every word of {len(blanked or found):,} of "
            f"{len(found):,} sentences",
            cause="the corpus is given away without its text, for reasons of copyright",
            remedy="get the text and put it in, as the corpus's own README says",
        )
