"""Answers are scored as the scripts of MLQA and SQuAD do it."""

import json
import re
import string
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.metrics import METRICS
from hyperadapters.metrics.answers import (
    BY_SCRIPT,
    MLQA,
    PLAIN,
    SQUAD,
    AnswerF1,
    ExactMatch,
    Rules,
    exact_match,
    f1,
)

PUNCTUATION = {
    chr(i) for i in range(sys.maxunicode) if unicodedata.category(chr(i)).startswith("P")
} | set(string.punctuation)


def official(text: str, language: str) -> str:
    """An answer as `mlqa_evaluation_v1.py` normalises it; Thai as Chinese, its letters alone."""
    kept = "".join(character for character in text.lower() if character not in PUNCTUATION)
    if language == "en":
        kept = re.sub(r"\b(a|an|the)\b", " ", kept)
    elif language == "ar":
        kept = re.sub("\\sال^|ال", " ", kept)
    elif language == "de":
        kept = re.sub(r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b", " ", kept)
    alone = {"zh": ("\u4e00", "\u9fa5"), "th": ("\u0e00", "\u0e7f")}.get(language)
    if alone is None:
        return " ".join(kept.split())
    found: list[str] = []
    waiting = ""
    for character in kept:
        if alone[0] <= character <= alone[1]:
            found += [*waiting.split(), character]
            waiting = ""
        else:
            waiting += character
    return " ".join([*found, *waiting.split()])


def official_scores(gold: list[str], predicted: str, language: str) -> tuple[float, float]:
    """(exact match, F1) of the best right answer."""
    exact, best = 0.0, 0.0
    guess = official(predicted, language)
    for one in gold:
        true = official(one, language)
        exact = max(exact, float(true == guess))
        common = sum((Counter(guess.split()) & Counter(true.split())).values())
        if common:
            precision, recall = common / len(guess.split()), common / len(true.split())
            best = max(best, 2 * precision * recall / (precision + recall))
    return exact, best


RULES = {**MLQA, "th": BY_SCRIPT["Thai"]}
TEXTS = {
    "en": ["The Panthers' defense", "a 24–10 win", "an", "the a", "U.S. dollars ($5)", ""],
    "de": ["Die Straße, der Weg", "einem Haus", "des", "Äpfel und Birnen"],
    "zh": ["黑豹队的防守", "308分", "第六，NFL 24次", "（2016年）", "a the 的"],
    "ar": ["ال 308 نقطة", "في الدوري، السادس", "لم يتخلى", "؟"],
    "th": ["กรุงเทพมหานคร", "ปี 2016 ครับ", "น้ำ (H2O)", "ที่ NFL"],
}


@pytest.mark.parametrize("language", TEXTS)
def test_scores_are_those_of_the_official_formulas(language: str) -> None:
    texts, rules = TEXTS[language], RULES[language]
    for gold in texts:
        for guess in [*texts, *(text[1:-1] for text in texts)]:
            expected = official_scores([gold], guess, language)
            assert exact_match(rules, gold, guess) == expected[0], (gold, guess)
            assert f1(rules, gold, guess) == pytest.approx(expected[1]), (gold, guess)
            assert " ".join(rules.words(guess)) == official(guess, language)


@pytest.mark.parametrize("language", sorted(MLQA))
@given(text=st.text(alphabet="aAnthe  الdeer的年 ，.¿ñ\u0e01\u0e34", max_size=12))
def test_words_have_no_blanks_and_are_not_empty(language: str, text: str) -> None:
    words = MLQA[language].words(text)
    assert words == " ".join(words).split()


def test_the_rules_of_squad_know_ascii_and_english_alone() -> None:
    assert SQUAD.words("The «Haus», a U.S. die") == ["«haus»", "us", "die"]
    assert MLQA["de"].words("The «Haus», a U.S. die") == ["the", "haus", "a", "us"]
    assert PLAIN.words("The «Haus», a") == ["the", "haus", "a"]


def test_characters_stand_alone_where_a_script_has_no_blanks() -> None:
    assert MLQA["zh"].words("第6名 abc") == ["第", "6", "名", "abc"]
    assert BY_SCRIPT["Jpan"].words("カナダ dollar円") == ["カ", "ナ", "ダ", "dollar", "円"]
    assert PLAIN.words("第6名 abc") == ["第6名", "abc"]


def test_of_several_answers_the_best_counts_for_each_score_alone() -> None:
    metric = METRICS["answer_f1"]
    gold, guess = ["in the year 1990", "1990"], ["year 1990"]
    exact, best, one = metric.statistics(gold, guess)
    assert (exact, one) == (0.0, 1.0)
    assert best == pytest.approx(2 * 2 / (2 + 3))
    assert metric.statistics(gold, ["1990"]) == (1.0, 1.0, 1.0)


def test_scores_are_means_and_each_is_told_beside_the_other() -> None:
    totals = (1.0, 1.5, 4.0)
    assert AnswerF1().score(totals) == 0.375
    assert ExactMatch().score(totals) == 0.25
    assert AnswerF1().score((0.0, 0.0, 0.0)) == 0.0
    said = AnswerF1(MLQA["zh"]).beside(totals)
    assert said == "exact_match: 25.0, answers compared by the rules of MLQA `zh`"
    said = ExactMatch(SQUAD).beside(totals)
    assert said == "answer_f1: 37.5, answers compared by the rules of SQuAD 1.1"
    assert (AnswerF1(SQUAD).variant, AnswerF1(PLAIN).variant) == ("squad", "")
    assert isinstance(ExactMatch().by_rules(SQUAD), ExactMatch)


def test_two_answers_without_words_match_and_have_no_f1() -> None:
    rules: Rules = MLQA["en"]
    assert (exact_match(rules, "the", "a"), f1(rules, "the", "a")) == (1.0, 0.0)


@pytest.mark.realdata
@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_shifted_answers_of_xquad_have_the_official_scores(data_root: Path, language: str) -> None:
    whole = json.loads((data_root / f"qa/xquad/xquad.{language}.json").read_text(encoding="utf-8"))
    metric = AnswerF1(MLQA[language])
    own, expected, count = [0.0, 0.0], [0.0, 0.0], 0
    for paragraph in (p for article in whole["data"] for p in article["paragraphs"]):
        for number, question in enumerate(paragraph["qas"]):
            gold = [answer["text"] for answer in question["answers"]]
            start = question["answers"][0]["answer_start"]
            shift = number % 4
            guess = paragraph["context"][start + shift : start + len(gold[0]) + 2 * shift]
            found = metric.statistics(gold, [guess])
            right = official_scores(gold, guess, language)
            own = [own[0] + found[0], own[1] + found[1]]
            expected = [expected[0] + right[0], expected[1] + right[1]]
            count += 1
    assert count == 1190
    assert own == pytest.approx(expected, abs=1e-9)
    assert 200 < own[0] < 1000, "shifted answers are right now and then"
