"""From pieces to words: where one ends, and which label it has.

White space ends a word, and so does the border between two fields (2024年 | 1月 | 5日), so that
labels fit in every script. Punctuation of patterns is a word of its own; letters of patterns belong
to the field that they touch (the suffix in `5(a)`, the prefix in `בינואר`).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hyperadapters.data.cldr.pieces import GLUE, Piece

__all__ = ["Word", "text_of", "words_of"]

_SPACES = re.compile(r"(\s+)")


@dataclass
class Word:
    """A word in the making: its text, its field, and the phrase it belongs to (-1 for none)."""

    text: str
    field: str | None
    entity: str | None
    phrase: int

    @property
    def is_open(self) -> bool:
        """Whether letters of a pattern may be put to it."""
        return self.field is not None and self.field not in (*GLUE, "O")


def text_of(pieces: Iterable[Piece]) -> str:
    """The sentence as CLDR writes it, runs of white space as one plain space."""
    return " ".join("".join(piece.text for piece in pieces).split())


def words_of(pieces: Iterable[Piece]) -> list[Word]:
    """The words of a sentence, none empty, none with white space; every field is a label."""
    found = [word for chunk in _chunks(pieces) for word in _joined(chunk)]
    for word in found:
        word.field = word.field or "O"
    return found


def _chunks(pieces: Iterable[Piece]) -> Iterator[list[Word]]:
    """Parts of words between two white spaces."""
    chunk: list[Word] = []
    for text, field, entity, phrase in pieces:
        for part in filter(None, _SPACES.split(text)):
            if not part.isspace():
                chunk += _peeled(Word(part, field, entity, phrase))
            elif chunk:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def _peeled(word: Word) -> list[Word]:
    """A part of a word, without the punctuation around it if it is of a pattern."""
    if word.is_open:
        return [word]
    text, start, end = word.text, 0, len(word.text)
    while start < end and _ends_word(text, start, 1):
        start += 1
    while end > start and _ends_word(text, end - 1, -1):
        end -= 1
    core = [replace(word, text=text[start:end])] if start < end else []
    before, after = (
        [replace(word, text=mark, field="O") for mark in marks]
        for marks in (text[:start], text[end:])
    )
    return [*before, *core, *after]


def _ends_word(text: str, place: int, inwards: int) -> bool:
    """Whether a mark stands for itself: not the hyphen of `-ren`, not the brackets of `(a)`."""
    mark, inner = text[place], text[place + inwards : place + inwards + 1]
    if unicodedata.category(mark)[0] != "P" or (mark in "-'’" and inner.isalpha()):
        return False
    return not (mark in "()" and -1 < text.find("(") < text.rfind(")"))


def _joined(chunk: list[Word]) -> list[Word]:
    """Letters of a pattern put to their field, and a field in two halves (14:05) made one word."""
    found: list[Word] = []
    for word in chunk:
        last = found[-1] if found and found[-1].phrase == word.phrase else None
        if last and last.is_open and word.field in (None, last.field):
            last.text += word.text
        elif last and last.field is None and word.is_open:
            last.text, last.field = last.text + word.text, word.field
        elif _is_halved(found, word):
            mark = found.pop()
            found[-1].text += mark.text + word.text
        else:
            found.append(word)
    return found


def _is_halved(found: list[Word], word: Word) -> bool:
    """Whether one mark stands between two halves of the same field of the same phrase."""
    if len(found) < 2 or not word.is_open:
        return False
    first, mark = found[-2:]
    same = first.phrase == mark.phrase == word.phrase and first.field == word.field
    return same and mark.field == "O" and len(mark.text) == 1
