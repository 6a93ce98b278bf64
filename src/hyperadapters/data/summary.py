"""What corpora hold, and whether a tokenizer can read them."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.reading import pieces, read_words
from hyperadapters.examples import Asked, Example, Labelled, LabelledPair, Tagged, Tree
from hyperadapters.routes import Route

__all__ = ["UNKNOWN_LIMIT", "Summary", "summary"]

UNKNOWN_LIMIT = 0.2
"""Share of unknown tokens above which a corpus is flagged."""

Worded = Tagged | Tree
"""Examples that are words, with a label each."""

_SAMPLE = 50_000
_AT_ONCE = 1000


@dataclass(frozen=True)
class Summary:
    """One corpus in numbers.

    Args:
        words: white-space words, or the words of tagged sentences and trees.
        tokens: of the tokenizer, without special ones.
        unknown: share of unknown tokens among them, in [0, 1].
        flagged: more than 20% are unknown.
        left_out: sentences of the source that are not read, because they are scored.
        length: the most tokens that the run reads of a sentence; 0 where that is not known.
        longer: sentences that have more.
        unread: words with a label, `O` apart, that the tokenizer has no token for.
        skipped: rows of the source, for all splits, that lack a text or an answer.
        labels: every label as the source has it -> how many words, or whole texts, have it; under
            None the words without a label, if there are any beside others.
        repeated: another split of the task -> how many of the sentences it has too.
        overlooked: files whose names look like the language and that were not read.
        remarks: what the kind of task notes of the corpus.

    What takes a tokenizer is counted in the first 50,000 sentences, and scaled up where there are
    more.
    """

    task: str
    route: Route
    split: str
    sentences: int
    words: int
    tokens: int
    unknown: float
    flagged: bool
    left_out: int = 0
    length: int = 0
    longer: int = 0
    unread: int = 0
    skipped: int = 0
    labels: Mapping[str | None, int] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)
    overlooked: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def summary(
    corpus: Corpus, tokenizer: Any, tokens_of: Callable[[Sequence[int]], int] = sum, length: int = 0
) -> Summary:
    """One corpus in numbers, under a fast tokenizer of `transformers`.

    Args:
        tokens_of: from the tokens of the texts of an example to what its task needs for them.
        length: the most tokens that are read of an example; 0 for all.
    """
    sample, unknown = corpus.examples[:_SAMPLE], tokenizer.unk_token_id
    found = Counter[str]()
    for start in range(0, len(sample), _AT_ONCE):
        for texts, unread in _read(sample[start : start + _AT_ONCE], tokenizer):
            found["tokens"] += sum(map(len, texts))
            found["unknown"] += sum(ids.count(unknown) for ids in texts)
            found["longer"] += 0 < length < tokens_of(list(map(len, texts)))
            found["unread"] += unread
    scale = len(corpus) / (len(sample) or 1)
    share = found["unknown"] / (found["tokens"] or 1)
    words = sum(
        len(example.words) if isinstance(example, Worded) else len(example.text.split())
        for example in corpus.examples
    )
    labelled = (one for one in corpus.examples if isinstance(one, Worded | Labelled | LabelledPair))
    return Summary(
        task=corpus.task,
        route=corpus.route,
        split=corpus.split,
        sentences=len(corpus),
        words=words,
        tokens=round(found["tokens"] * scale),
        unknown=share,
        flagged=share > UNKNOWN_LIMIT,
        left_out=corpus.left_out,
        length=length,
        longer=round(found["longer"] * scale),
        unread=round(found["unread"] * scale),
        skipped=corpus.skipped,
        labels=Counter(label for example in labelled for label in example.labels),
        overlooked=corpus.overlooked,
    )


def _read(examples: Sequence[Example], tokenizer: Any) -> Iterator[tuple[list[list[int]], int]]:
    """Of each example the tokens of its texts, and its words without a token that have a label."""
    tagged = [one for one in examples if isinstance(one, Worded)]
    sentences = read_words(tokenizer, [one.words for one in tagged], sys.maxsize)
    plain = [text for one in examples if not isinstance(one, Worded) for text in _parts(one)]
    texts = iter(pieces(tokenizer, plain))
    for one in examples:
        if isinstance(one, Worded):
            ids, words = next(sentences)[:2]
            own = [token for token, word in zip(ids, words, strict=True) if word is not None]
            seen = set(words)
            without = [label for word, label in enumerate(one.labels) if word not in seen]
            yield [own], sum(label not in ("O", None) for label in without)
        else:
            yield list(islice(texts, len(_parts(one)))), 0


def _parts(example: Example) -> tuple[str, ...]:
    """What is read of an example that is no list of words."""
    if isinstance(example, Asked):
        return example.question, example.context
    return example.texts
