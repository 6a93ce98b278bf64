"""A question and its context as a tokenizer reads them: windows of tokens, and their characters."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from hyperadapters.data.reading import Reading, seen, spelt
from hyperadapters.errors import DataError

__all__ = ["NOWHERE", "Passage", "Window", "passages"]

Tokenizer = Any
"""A fast tokenizer of `transformers`; that library ships no types for it."""

NOWHERE = -1
"""In place of the characters of a token that has none in the context."""
_AT_ONCE = 256
"""Passages that are tokenized in one call."""


class Window(NamedTuple):
    """The question and a part of the context, with what the tokenizer adds.

    Args:
        ids: of all tokens.
        begins: of each token its first character in the context; -1 for one that has none.
        ends: the character behind its last.
        first: of the tokens of the context, the number of the first that is here.
        offset: the place of that token.
        added: the place of the first token that the tokenizer added; -1 where it adds none.
        types: the segment of each token, as the tokenizer numbers them.
    """

    ids: list[int]
    begins: list[int]
    ends: list[int]
    first: int
    offset: int
    added: int
    types: list[int]


class Passage(NamedTuple):
    """A question and its context in tokens, uncut.

    Args:
        question: as it was written, for messages.
        before: ids of what stands before the context: the question among it.
        pieces: ids of the context.
        begins: of each token of the context its first visible character; -1 where it has none.
        ends: the character behind its last.
        behind: ids of what stands behind the context.
        added: the place of the first token that the tokenizer added, as in a window; -1 where it
            adds none before the context.
        types: the segment of each token of all three parts.
    """

    question: str
    before: list[int]
    pieces: list[int]
    begins: list[int]
    ends: list[int]
    behind: list[int]
    added: int
    types: list[int]

    def tokens_of(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last token of a span of characters; None where it has none."""
        own = [
            token
            for token, (begin, stop) in enumerate(zip(self.begins, self.ends, strict=True))
            if begin != NOWHERE and begin < end and stop > start
        ]
        return (own[0], own[-1]) if own else None

    def windows(self, length: int, stride: int | None) -> list[Window]:
        """The context in windows of `length` tokens at most, the question in each.

        Args:
            stride: tokens of the context that two neighbours share; a third of what a window has
                room for, where there is none.

        Raises:
            DataError: the question leaves no room for more than the tokens that windows share.
        """
        frame = len(self.before) + len(self.behind)
        room = length - frame
        shared = max(room, 0) // 3 if stride is None else stride
        if len(self.pieces) > room and room <= shared:
            raise _no_room(self.question, frame, length, shared)
        last = max(len(self.pieces) - shared, 1)
        return [self._window(at, at + room) for at in range(0, last, max(room - shared, 1))]

    def _window(self, start: int, end: int) -> Window:
        before, behind = ([NOWHERE] * len(ids) for ids in (self.before, self.behind))
        context, after = len(before), len(before) + len(self.pieces)
        return Window(
            [*self.before, *self.pieces[start:end], *self.behind],
            [*before, *self.begins[start:end], *behind],
            [*before, *self.ends[start:end], *behind],
            start,
            len(before),
            self.added,
            [
                *self.types[:context],
                *self.types[context:after][start:end],
                *self.types[after:],
            ],
        )


def _no_room(question: str, frame: int, length: int, shared: int) -> DataError:
    return DataError(
        "a question is too long for its window",
        expected=f"room for more than {shared} tokens of its context among {length} tokens",
        found=f"{max(length - frame, 0)} beside `{question[:80]}`, which takes {frame} tokens with "
        "what the tokenizer adds",
        remedy="raise `recipe.length`, or lower `stride` of the task",
    )


def passages(
    tokenizer: Tokenizer, questions: Sequence[str], contexts: Sequence[str]
) -> Iterator[Passage]:
    """Each question with its context; `</s>` or `[SEP]` that is written in a text is text.

    Nothing is cut by the tokenizer itself: it would abort where a question fills a window.
    """
    for start in range(0, len(questions), _AT_ONCE):
        own = list(questions[start : start + _AT_ONCE]), list(contexts[start : start + _AT_ONCE])
        found = tokenizer(*own, split_special_tokens=True, verbose=False).encodings
        for question, context, encoding in zip(*own, found, strict=True):
            yield _passage(tokenizer, question, context, encoding)


def _passage(tokenizer: Tokenizer, question: str, context: str, encoding: Any) -> Passage:
    sides = encoding.sequence_ids
    numbered = [None if side is None else number for number, side in enumerate(sides)]
    ids, parts, types, _ = spelt(tokenizer, Reading(encoding.ids, numbered, encoding.type_ids))
    own = [at for at, part in enumerate(parts) if part is not None and sides[part] == 1]
    first, end = (own[0], own[-1] + 1) if own else (len(ids), len(ids))
    offsets = [encoding.offsets[part] for part in parts[first:end]]
    spans = list(_visible(context, offsets))
    added = next((at for at, part in enumerate(parts[:first]) if part is None), NOWHERE)
    return Passage(
        question,
        ids[:first],
        ids[first:end],
        [begin for begin, _ in spans],
        [stop for _, stop in spans],
        ids[end:],
        added,
        types,
    )


def _visible(text: str, offsets: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The characters of each token: without what does not show at either end, and with the parts
    of its last letter that no token has.

    A normaliser that composes letters ends a token before the last mark of a decomposed letter.
    """
    starts = sorted(begin for begin, _ in offsets)
    for begin, end in offsets:
        while begin < end and not seen(text[begin]):
            begin += 1
        while end > begin and not seen(text[end - 1]):
            end -= 1
        if begin == end:
            yield NOWHERE, NOWHERE
            continue
        behind = bisect_left(starts, end)
        limit = starts[behind] if behind < len(starts) else len(text)
        marks = takewhile(_goes_on, text[end:limit])
        yield begin, end + sum(1 for _ in marks)


def _goes_on(character: str) -> bool:
    """Whether a character is part of the letter before it: a mark, or a Hangul vowel or final."""
    return unicodedata.category(character).startswith("M") or "\u1160" <= character <= "\u11ff"
