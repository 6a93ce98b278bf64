"""From pieces to words: where one ends, and which label it has.

White space ends a word, and so does the border between two fields (2024年 | 1月 | 5日), so that
labels fit in every script. Punctuation of patterns is a word of its own; letters of patterns belong
to the field that they touch (the suffix in `5(a)`, the prefix in `בינואר`).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from hyperadapters.data.cldr.pieces import Piece

__all__ = ["text_of", "words_of"]

_SPACES = re.compile(r"(\s+)")


def text_of(pieces: Iterable[Piece]) -> str:
    """The sentence as CLDR writes it, runs of white space as one plain space."""
    return " ".join("".join(piece.text for piece in pieces).split())


def words_of(pieces: Iterable[Piece]) -> list[Piece]:
    """The words of a sentence, none empty, none with white space; every field is a label."""
    found = [word for chunk in _chunks(pieces) for word in _joined(chunk)]
    return [word if word.field else word._replace(field="O") for word in found]


def _chunks(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Parts of words between two white spaces."""
    chunk: list[Piece] = []
    for piece in pieces:
        for part in filter(None, _SPACES.split(piece.text)):
            if not part.isspace():
                chunk += _peeled(piece if part == piece.text else piece._replace(text=part))
            elif chunk:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def _peeled(word: Piece) -> list[Piece]:
    """A part of a word, without the punctuation around it if it is of a pattern."""
    if word.is_open:
        return [word]
    text, start, end = word.text, 0, len(word.text)
    while start < end and _ends_word(text, start, 1):
        start += 1
    while end > start and _ends_word(text, end - 1, -1):
        end -= 1
    if (start, end) == (0, len(text)):
        return [word]
    core = [word._replace(text=text[start:end])] if start < end else []
    before, after = (
        [word._replace(text=mark, field="O") for mark in marks]
        for marks in (text[:start], text[end:])
    )
    return [*before, *core, *after]


def _ends_word(text: str, place: int, inwards: int) -> bool:
    """Whether a mark stands for itself: not the hyphen of `-ren`, not the brackets of `(a)`."""
    mark, inner = text[place], text[place + inwards : place + inwards + 1]
    if unicodedata.category(mark)[0] != "P" or (mark in "-'’" and inner.isalpha()):
        return False
    return not (mark in "()" and -1 < text.find("(") < text.rfind(")"))


def _joined(chunk: list[Piece]) -> list[Piece]:
    """Letters of a pattern put to their field, and a field in two halves (14:05) made one word."""
    found: list[Piece] = []
    for word in chunk:
        last = found[-1] if found and found[-1].phrase == word.phrase else None
        if last and last.is_open and word.field in (None, last.field):
            found[-1] = last._replace(text=last.text + word.text)
        elif last and last.field is None and word.is_open:
            found[-1] = word._replace(text=last.text + word.text)
        elif _is_halved(found, word):
            first, mark = found.pop(-2), found.pop()
            found.append(first._replace(text=first.text + mark.text + word.text))
        else:
            found.append(word)
    return found


def _is_halved(found: list[Piece], word: Piece) -> bool:
    """Whether one mark stands between two halves of the same field of the same phrase."""
    if len(found) < 2 or not word.is_open:
        return False
    first, mark = found[-2:]
    same = first.phrase == mark.phrase == word.phrase and first.field == word.field
    return same and mark.field == "O" and len(mark.text) == 1
