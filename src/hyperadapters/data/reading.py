"""Text as a tokenizer reads it: pieces of text only, cut by length, and which word each is of."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

__all__ = [
    "Reading",
    "pieces",
    "pieces_kept",
    "read",
    "read_each",
    "read_words",
    "seen",
    "special_ids",
    "spelt",
]

Tokenizer = Any
"""A fast tokenizer of `transformers`; that library ships no types for it."""

_REMEMBERED = 1 << 18
"""Texts, about 60 MB."""


class Reading(NamedTuple):
    """A sequence of tokens.

    Args:
        ids: of all tokens, those that the tokenizer adds among them (`[CLS]`, `</s>`).
        parts: what each token is of, 0-based: the text of several, or the word of a sentence;
            None where the tokenizer added it.
        types: the segment of each token, as the tokenizer numbers them.
        uncut: whether all of the text is there.
    """

    ids: list[int]
    parts: list[int | None]
    types: list[int]
    uncut: bool = True


@lru_cache(maxsize=8)
def special_ids(tokenizer: Tokenizer, size: int) -> frozenset[int]:
    """The ids of all tokens that are no pieces of text: `[CLS]`, `</s>`, `<2de>`; that of an
    unknown piece too.

    Args:
        size: `len(tokenizer)`, by which tokens that were added since are noticed.
    """
    added = (place for place, token in tokenizer.added_tokens_decoder.items() if token.special)
    return frozenset((*added, *tokenizer.all_special_ids))


def pieces(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The token ids of each text alone; `</s>` or `[SEP]` that is written in a text is text."""
    if not texts:
        return []
    found = tokenizer(
        list(texts), add_special_tokens=False, split_special_tokens=True, verbose=False
    )["input_ids"]
    control = _control(tokenizer, len(tokenizer))
    return [
        ids if control.isdisjoint(ids) else spelt(tokenizer, _of_one_text(ids)).ids for ids in found
    ]


def pieces_kept(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Sequence[int]]:
    """The same; those of a text that was asked for lately are remembered, because a sentence in
    English stands in many directions.
    """
    known = _remembered(tokenizer, len(tokenizer))
    if len(known) > _REMEMBERED:
        known.clear()
    new = [text for text in dict.fromkeys(texts) if text not in known]
    for text, ids in zip(new, pieces(tokenizer, new), strict=True):
        known[text] = array("i", ids)
    return [known[text] for text in texts]


@lru_cache(maxsize=1)
def _remembered(tokenizer: Tokenizer, size: int) -> dict[str, Sequence[int]]:
    """Of one tokenizer; `size` in the key notices tokens that were added since."""
    return {}


def read(tokenizer: Tokenizer, *texts: str, length: int) -> Reading:
    """One text or two with what the tokenizer adds to them, cut to `length` tokens in all.

    Of two texts the longer one is cut first, then both alike. An empty second text is a text.
    """
    return next(read_each(tokenizer, [texts], length))


def read_each(
    tokenizer: Tokenizer, examples: Sequence[Sequence[str]], length: int
) -> Iterator[Reading]:
    """The text of each example, or its two texts, as `read` reads them; all in one call, which a
    tokenizer does in parallel.

    Args:
        examples: all with one text, or all with two.
    """
    if not examples:
        return
    # In lists: of a single example a tokenizer takes an empty second text for none.
    sides = [list(side) for side in zip(*examples, strict=True)]
    for found in tokenizer(*sides, split_special_tokens=True, verbose=False).encodings:
        whole = Reading(found.ids, found.sequence_ids, found.type_ids)
        yield _shortened(spelt(tokenizer, whole), length)


def _shortened(whole: Reading, length: int) -> Reading:
    first, second = whole.parts.count(0), whole.parts.count(1)
    room = max(0, length - (len(whole.ids) - first - second))
    if first + second <= room:
        return whole
    shorter = min(first, second, room // 2)
    left = [shorter, room - shorter] if first <= second else [room - shorter, shorter]
    return _cut(whole, whole.parts, left)


def read_words(
    tokenizer: Tokenizer, sentences: Sequence[Sequence[str]], length: int
) -> Iterator[Reading]:
    """The words of each sentence as in running text, with what the tokenizer adds to them, cut to
    `length` tokens in all.

    The tokens are those of the words with a space between them. Only where one would be of several
    words, as in vocabularies that have such pieces, the words are read apart, each as it begins in
    running text.
    """
    if not sentences:
        return
    texts = [" ".join(words) for words in sentences]
    found = tokenizer(texts, split_special_tokens=True, verbose=False).encodings
    for words, text, encoding in zip(sentences, texts, found, strict=True):
        owners = _owners(words, text, encoding)
        whole = (
            _apart(tokenizer, words)
            if owners is None
            else Reading(encoding.ids, owners, encoding.type_ids)
        )
        whole = spelt(tokenizer, whole)
        if len(whole.ids) > length:
            sides = [None if part is None else 0 for part in whole.parts]
            whole = _cut(whole, sides, [max(0, length - sides.count(None))])
        yield whole


def _owners(words: Sequence[str], text: str, encoding: Any) -> list[int | None] | None:
    """The word of each token of a running text, in which a space belongs to the word behind it;
    None if a token is of several words.
    """
    ends = list(accumulate((len(word) + 1 for word in words), initial=-1))[1:]
    owners: list[int | None] = []
    for side, (start, end) in zip(encoding.sequence_ids, encoding.offsets, strict=True):
        last = max(start, end - 1)
        while last > start and not seen(text[last]):
            last -= 1
        while start < last and not seen(text[start]):
            start += 1
        first, word = bisect_right(ends, start), bisect_right(ends, last)
        if first != word:
            return None
        owners.append(None if side is None else min(word, len(words) - 1))
    return owners


def seen(character: str) -> bool:
    """Whether a character shows: no blank, no mark of direction, no half of an emoji."""
    return character.isprintable() and not character.isspace()


def _apart(tokenizer: Tokenizer, words: Sequence[str]) -> Reading:
    backend = tokenizer.backend_tokenizer  # as the last call left it: nothing is cut or padded
    # A word alone may have the mark of a word already; where it has none, its space gives it.
    space = "" if _marked(backend, "a a") == 2 * _marked(backend, "a") else " "
    spaced = [words[0], *(space + word for word in words[1:])]
    found = backend.encode(spaced, is_pretokenized=True)
    return Reading(found.ids, found.word_ids, found.type_ids)


def _marked(backend: Any, text: str) -> str:
    """A text as the model behind it gets it, with the marks that words begin with."""
    if backend.normalizer is not None:
        text = backend.normalizer.normalize_str(text)
    if backend.pre_tokenizer is not None:
        text = "".join(piece for piece, _ in backend.pre_tokenizer.pre_tokenize_str(text))
    return text


@lru_cache(maxsize=8)
def _control(tokenizer: Tokenizer, size: int) -> frozenset[int]:
    return special_ids(tokenizer, size) - {tokenizer.unk_token_id}


def spelt(tokenizer: Tokenizer, found: Reading) -> Reading:
    """A reading in which a control token that the vocabulary found in a text is its characters."""
    control = _control(tokenizer, len(tokenizer))
    tokens = list(zip(found.ids, found.parts, found.types, strict=True))
    if not any(token in control and part is not None for token, part, _ in tokens):
        return found
    ids, parts, types = list[int](), list[int | None](), list[int]()
    for token, part, segment in tokens:
        spelt = [token]
        if part is not None and token in control:
            marks = tokenizer.convert_tokens_to_ids(list(tokenizer.convert_ids_to_tokens(token)))
            spelt = [mark for mark in marks if mark is not None and mark not in control]
        ids += spelt
        parts += [part] * len(spelt)
        types += [segment] * len(spelt)
    return Reading(ids, parts, types)


def _of_one_text(ids: list[int]) -> Reading:
    return Reading(ids, [0] * len(ids), [0] * len(ids))


def _cut(whole: Reading, sides: Sequence[int | None], left: list[int]) -> Reading:
    """The first tokens of each text, as many as `left` says, and all that the tokenizer added.

    Args:
        sides: the text of each token; None where the tokenizer added it.
        left: tokens per text.
    """
    kept = []
    for place, side in enumerate(sides):
        if side is not None:
            left[side] -= 1
        if side is None or left[side] >= 0:
            kept.append(place)
    return Reading(
        [whole.ids[place] for place in kept],
        [whole.parts[place] for place in kept],
        [whole.types[place] for place in kept],
        False,
    )
