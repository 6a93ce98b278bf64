"""How answers are scored: normalised by the rules of a data set, then by their words.

The rules are those of the scripts that score SQuAD 1.1 (Rajpurkar et al., 2016) and MLQA (Lewis et
al., 2020, `mlqa_evaluation_v1.py`).
"""

import re
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import final

from hyperadapters.metrics.base import Metric, Statistics

__all__ = [
    "BY_SCRIPT",
    "MLQA",
    "PLAIN",
    "SQUAD",
    "AnswerF1",
    "AnswerMetric",
    "ExactMatch",
    "Rules",
    "exact_match",
    "f1",
]


@cache
def _punctuation() -> Mapping[int, None]:
    """Every character of Unicode's punctuation, and those of ASCII (`$` and `+` among them)."""
    every = map(chr, range(sys.maxunicode))
    marks = (mark for mark in every if unicodedata.category(mark).startswith("P"))
    return dict.fromkeys(map(ord, (*marks, *string.punctuation)))


_ASCII = dict.fromkeys(map(ord, string.punctuation))


@dataclass(frozen=True)
class Rules:
    """How an answer becomes words: in small letters, without punctuation, without articles.

    Args:
        name: what a note of a score calls them.
        articles: a regular expression; each match becomes a blank.
        alone: a class of characters each of which is a word, in scripts without blanks.
        every_mark: whether all punctuation of Unicode is taken away, or that of ASCII.
    """

    name: str
    articles: str = ""
    alone: str = ""
    every_mark: bool = True

    def words(self, text: str) -> list[str]:
        """The words of an answer, in order."""
        plain = text.lower().translate(_punctuation() if self.every_mark else _ASCII)
        if self.articles:
            plain = re.sub(self.articles, " ", plain)
        if self.alone:
            plain = re.sub(f"([{self.alone}])", r" \1 ", plain)
        return plain.split()


_ENGLISH = r"\b(a|an|the)\b"
SQUAD = Rules("SQuAD 1.1", _ENGLISH, every_mark=False)
"""Of SQuAD 1.1, which takes away English articles and the punctuation of ASCII in any language."""

_ARTICLES = {
    "en": _ENGLISH,
    "es": r"\b(un|una|unos|unas|el|la|los|las)\b",
    "hi": "",
    "vi": r"\b(của|là|cái|chiếc|những)\b",
    "de": r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "ar": r"\sال^|ال",
    "zh": "",
}
_HAN = "\u4e00-\u9fa5"
MLQA: Mapping[str, Rules] = {
    code: Rules(f"MLQA `{code}`", articles, _HAN if code == "zh" else "")
    for code, articles in _ARTICLES.items()
}
"""By language: those of MLQA. In Chinese each character is a word."""

_ALONE = {
    **dict.fromkeys(("Hans", "Hant", "Hani"), "\u3400-\u4dbf\u4e00-\u9fff"),
    "Jpan": "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff",
    "Thai": "\u0e00-\u0e7f",
    "Laoo": "\u0e80-\u0eff",
    "Mymr": "\u1000-\u109f",
    "Khmr": "\u1780-\u17ff",
    "Tibt": "\u0f00-\u0fff",
}
BY_SCRIPT: Mapping[str, Rules] = {
    script: Rules(f"MLQA by character (`{script}`)", alone=alone)
    for script, alone in _ALONE.items()
}
"""By script, for languages that MLQA does not have: scripts without blanks between words."""

PLAIN = Rules("MLQA without articles")
"""For all other languages that MLQA does not have."""


def exact_match(rules: Rules, gold: str, predicted: str) -> float:
    """1 where two answers have the same words in the same order, else 0."""
    return float(rules.words(gold) == rules.words(predicted))


def f1(rules: Rules, gold: str, predicted: str) -> float:
    """2·common / (words of one + words of the other), over the words as a bag; 0 without any in
    common, so also for two answers without words, as the scripts of SQuAD and MLQA have it.
    """
    true, guess = rules.words(gold), rules.words(predicted)
    common = _common(true, guess)
    return 2 * common / (len(true) + len(guess)) if common else 0.0


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return (Counter(one) & Counter(other)).total()


class AnswerMetric(Metric):
    """The mean over questions of a score of their answers, in [0, 1]; of several right answers the
    one that gives most counts.

    Exact match and F1 have the same statistics, so that each is known beside the other.

    Args:
        rules: how answers are normalised before they are compared.
    """

    width = 3
    per = "question"
    place: int

    def __init__(self, rules: Rules = MLQA["en"]) -> None:
        self.rules = rules

    def by_rules(self, rules: Rules) -> "Metric":
        """The same score by other rules."""
        return type(self)(rules)

    def statistics(self, gold: Sequence[str], predicted: Sequence[str]) -> Statistics:
        """(exact match, F1, 1) of one answer against all right ones."""
        (guess,) = predicted
        scores = (exact_match, f1)
        return *(max(score(self.rules, true, guess) for true in gold) for score in scores), 1.0

    def score(self, totals: Statistics) -> float:
        """The mean, 0 for an empty corpus."""
        return totals[self.place] / totals[2] if totals[2] else 0.0

    @property
    def signature(self) -> str:
        """The rules."""
        return f"answers compared by the rules of {self.rules.name}"

    @property
    def variant(self) -> str:
        """Whether all languages have the rules of SQuAD."""
        return "squad" if self.rules == SQUAD else ""

    def beside(self, totals: Statistics) -> str:
        """The other score of the two, 0..100, and the rules of both."""
        other = ExactMatch if self.place else AnswerF1
        score = 100 * other(self.rules).score(totals)
        return f"{other.name}: {score:.1f}, {self.signature}"


@final
class ExactMatch(AnswerMetric):
    """Questions whose answer is one of the right ones, over questions (Rajpurkar et al., 2016)."""

    name = "exact_match"
    place = 0


@final
class AnswerF1(AnswerMetric):
    """The mean F1 of the words of an answer (Rajpurkar et al., 2016)."""

    name = "answer_f1"
    place = 1
