"""What corpora hold, and whether a tokenizer can read them."""

from dataclasses import dataclass
from typing import Any

from hyperadapters.data.corpora import Corpus
from hyperadapters.examples import Tagged
from hyperadapters.routes import Route

__all__ = ["UNKNOWN_LIMIT", "Summary", "summary"]

UNKNOWN_LIMIT = 0.2
"""Share of unknown tokens above which a corpus is flagged."""

_SAMPLE = 2000


@dataclass(frozen=True)
class Summary:
    """One corpus in numbers.

    Args:
        words: white-space words, or the words of tagged sentences.
        tokens: of the tokenizer, without special ones.
        unknown: share of unknown tokens among them, in [0, 1]; like `tokens` from the first
            2,000 sentences and scaled up where there are more.
        flagged: more than 20% are unknown.
        left_out: sentences of the source that are not read, because they are scored.
        overlooked: files whose names look like the language and that were not read.
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
    overlooked: tuple[str, ...] = ()


def summary(corpus: Corpus, tokenizer: Any) -> Summary:
    """One corpus in numbers, under a fast tokenizer of `transformers`."""
    sample = corpus.examples[:_SAMPLE]
    texts = [example.text for example in sample]
    ids = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"] if texts else []
    tokens = sum(map(len, ids))
    unknown = tokenizer.unk_token_id
    unknowns = sum(row.count(unknown) for row in ids) if unknown is not None else 0
    share = unknowns / tokens if tokens else 0.0
    words = sum(
        len(example.words) if isinstance(example, Tagged) else len(example.text.split())
        for example in corpus.examples
    )
    return Summary(
        task=corpus.task,
        route=corpus.route,
        split=corpus.split,
        sentences=len(corpus),
        words=words,
        tokens=round(tokens * len(corpus) / len(sample)) if sample else 0,
        unknown=share,
        flagged=share > UNKNOWN_LIMIT,
        left_out=corpus.left_out,
        overlooked=corpus.overlooked,
    )
