"""Questions: where answers stand in windows, what is learned of them, and which span is said."""

import math
import unicodedata
from typing import Any

import pytest
import torch
from torch.nn import functional

from hyperadapters.context import Row
from hyperadapters.data.vocabulary import train_tokenizer
from hyperadapters.errors import DataError
from hyperadapters.examples import Asked
from hyperadapters.metrics import METRICS
from hyperadapters.metrics.answers import BY_SCRIPT, MLQA, PLAIN, SQUAD
from hyperadapters.routes import Route
from hyperadapters.tasks import QuestionAnswering, Share, collate
from hyperadapters.tasks.question_answering import Answer, Answers, rules_of
from tiny_tokenizers import TEXT, of_family

QA = QuestionAnswering("qa", max_answer=6, stride=4)
CONTEXT = " ".join(TEXT[:2])
ROW = Row(task="qa", language="en")
EN = Route.of("en")


def asked(answer: str, question: str = "which ?", context: str = CONTEXT) -> Asked:
    start = context.index(answer)
    return Asked(question, context, ((start, start + len(answer)),))


def share_of(task: QuestionAnswering, encoded: Any) -> Share:
    return collate([(task, ROW, one) for one in encoded], 0).shares["qa"]


def windows(example: Asked, length: int, task: QuestionAnswering = QA, family: str = "bert") -> Any:
    (found,) = task.windows(of_family(family), [example], length)
    return found


def sure(share: Share, first: dict[int, int], last: dict[int, int], at: float = 9.0) -> Any:
    """Logits that are certain of a first and a last token in some windows."""
    begins = share.targets["begins"]
    logits = torch.zeros(*begins.shape, 2, dtype=torch.float64)
    for number, place in first.items():
        logits[number, place, 0] = at
    for number, place in last.items():
        logits[number, place, 1] = at
    return logits


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta", "t5"])
@pytest.mark.parametrize("answer", ["two friends", "12 ripe mangoes", "Morika", "New York", "."])
def test_labels_are_the_ends_of_the_answer(family: str, answer: str) -> None:
    example = asked(answer)
    (window,) = windows(example, 200, family=family)
    first, last = window.targets["labels"]
    found = CONTEXT[window.targets["begins"][first] : window.targets["ends"][last]]
    assert found == answer
    assert window.uncut and QA.admits(window)


def test_segments_of_a_window_are_those_of_the_pair() -> None:
    tokenizer, example = train_tokenizer(TEXT * 3, 200, 200), asked("mangoes")
    ((whole,),) = QA.windows(tokenizer, [example], 200)
    pair = tokenizer(example.question, CONTEXT, return_token_type_ids=True)
    assert whole.types == pair["token_type_ids"] and {0, 1} == {*pair["token_type_ids"]}
    (each,) = QA.windows(tokenizer, [example], 30)
    assert len(each) > 1
    for window in each:
        assert window.types is not None
        context = next(at for at, begin in enumerate(window.targets["begins"]) if begin >= 0)
        assert list(window.types) == [0] * context + [1] * (len(window.ids) - context)


@pytest.mark.parametrize("family", ["roberta", "xlm-roberta", "t5"])
def test_a_tokenizer_of_one_segment_gives_none(family: str) -> None:
    assert {one.types for one in windows(asked("mangoes"), 30, family=family)} == {None}


def test_windows_without_the_answer_point_at_the_token_that_is_added() -> None:
    each = windows(asked("mangoes"), 30)
    labels = [one.targets["labels"] for one in each]
    holding = [ends for ends in labels if ends != [0, 0]]
    assert 0 < len(holding) < len(each)
    assert all(one.targets["outside"] == [0] and QA.admits(one) for one in each)
    held = zip(each, labels, strict=True)
    texts = {
        CONTEXT[one.targets["begins"][first] : one.targets["ends"][last]]
        for one, (first, last) in held
        if (first, last) != (0, 0)
    }
    assert texts == {"mangoes"}


def test_nothing_is_learned_of_an_answer_that_no_window_holds_whole() -> None:
    each = windows(asked(CONTEXT[:100]), 24, QuestionAnswering("qa", stride=2))
    assert len(each) > 1
    assert not any(one.uncut or QA.admits(one) for one in each)
    share = share_of(QA, each)
    loss = QA.loss(torch.randn(*share.targets["begins"].shape, 2), share)
    assert (float(loss.total), int(loss.predictions)) == (0.0, 0)


def test_a_question_to_be_answered_is_read_whole() -> None:
    each = windows(Asked("which ?", CONTEXT), 24)
    assert len(each) > 1 and all(one.uncut for one in each)


def test_encode_gives_the_first_window() -> None:
    example = asked("mangoes")
    assert QA.encode(of_family("bert"), example, 30) == windows(example, 30)[0]


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_loss_is_cross_entropy_over_the_context_and_the_token_outside(smoothing: float) -> None:
    each = [*windows(asked("mangoes"), 30), *windows(asked("nine"), 40)]
    share = share_of(QA, each)
    generator = torch.Generator().manual_seed(0)
    shape = (*share.targets["begins"].shape, 2)
    logits = torch.randn(shape, generator=generator, dtype=torch.float64)
    total = torch.zeros((), dtype=torch.float64)
    for number, one in enumerate(each):
        own = [0, *(at for at, begin in enumerate(one.targets["begins"]) if begin >= 0)]
        for end, gold in enumerate(one.targets["labels"]):
            total += functional.cross_entropy(
                logits[number, own, end],
                torch.tensor(own.index(gold)),
                label_smoothing=smoothing,
            )
    loss = QA.loss(logits, share, smoothing=smoothing)
    torch.testing.assert_close(loss.total, total)
    assert loss.predictions == 2 * len(each)


def test_the_answer_is_the_best_span_of_all_windows() -> None:
    example = asked("mangoes")
    each = windows(example, 30)
    share = share_of(QA, each)
    (number, (first, last)) = next(
        (number, one.targets["labels"])
        for number, one in enumerate(each)
        if one.targets["labels"] != [0, 0]
    )
    others = {at: 0 for at in range(len(each)) if at != number}  # these say: no answer here
    logits = sure(share, {**others, number: first}, {**others, number: last})
    found = QA.statistics(logits, share)
    assert QA.whole(example, EN, found) == (1.0, 1.0, 1.0)
    answer = Answers().whole(example, found)
    assert (answer.text, CONTEXT[answer.start : answer.end]) == ("mangoes", "mangoes")
    assert 0.9 < answer.score <= 1
    wrong = Asked(example.question, CONTEXT, ((0, 6),))
    assert QA.whole(wrong, EN, found) == (0.0, 0.0, 1.0)


def test_spans_are_at_most_so_many_tokens_and_never_end_before_they_begin() -> None:
    (window,) = windows(asked("Morika"), 200)
    share = share_of(QA, [window])
    own = [at for at, begin in enumerate(window.targets["begins"]) if begin >= 0]
    for first, last in ((own[9], own[2]), (own[0], own[-1])):
        ((score, begin, end),) = QA.statistics(sure(share, {0: first}, {0: last}), share)
        inside = [at for at in own if begin <= window.targets["begins"][at] < end]
        assert 1 <= len(inside) <= 6
        assert score < -5, "no span has both ends"


def test_a_question_is_never_part_of_the_answer() -> None:
    (window,) = windows(asked("two friends", question="Morika went to ?"), 200)
    share = share_of(QA, [window])
    ((score, begin, end),) = QA.statistics(sure(share, {0: 2}, {0: 3}, 99.0), share)
    assert score > -math.inf and 0 <= begin < end


def test_a_context_without_tokens_has_the_empty_answer() -> None:
    example = Asked("which ?", "\u200b")
    (window,) = windows(example, 40)
    found = QA.statistics(torch.randn(1, len(window.ids), 2), share_of(QA, [window]))
    assert Answers().whole(example, found) == Answer()


def test_the_answer_has_the_marks_of_a_decomposed_text() -> None:
    context = unicodedata.normalize("NFD", "Ilé Ìwà wà ní ìlú , ilé ni")
    example = asked(unicodedata.normalize("NFD", "ìlú"), context=context)
    for family in ("t5", "xlm-roberta", "bert"):
        (window,) = windows(example, 200, family=family)
        share = share_of(QA, [window])
        first, last = window.targets["labels"]
        found = QA.statistics(sure(share, {0: first}, {0: last}), share)
        assert Answers().whole(example, found).text == example.gold[0], family


def test_several_right_answers_count_and_the_first_is_learned() -> None:
    start, other = CONTEXT.index("two friends"), CONTEXT.index("friends")
    example = Asked("who ?", CONTEXT, ((start, start + 11), (other, other + 7)))
    (window,) = windows(example, 200)
    assert window.targets["begins"][window.targets["labels"][0]] == start
    found = [(0.0, float(other), float(other + 7))]
    assert QA.whole(example, EN, found) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("normalise", "language", "rules"),
    [
        ("auto", "en", MLQA["en"]),
        ("auto", "zh-Hant", MLQA["zh"]),
        ("auto", "arb", MLQA["ar"]),
        ("auto", "ja", BY_SCRIPT["Jpan"]),
        ("auto", "th", BY_SCRIPT["Thai"]),
        ("auto", "yue", BY_SCRIPT["Hant"]),
        ("auto", "tr", PLAIN),
        ("auto", "no such", PLAIN),
        ("en", "yo", MLQA["en"]),
        ("squad", "zh", SQUAD),
    ],
)
def test_rules_are_those_of_the_language(normalise: str, language: str, rules: Any) -> None:
    assert rules_of(normalise, language) == rules
    metric = QuestionAnswering("qa", normalise=normalise).metric_in(Route.of(language))
    assert (metric.name, metric.signature.endswith(rules.name)) == ("answer_f1", True)


def test_a_line_is_a_question_a_tab_and_a_context() -> None:
    found = Answers().ask("Who ?\tAda\tand Bo ", EN)
    assert found == Asked("Who ?", "Ada\tand Bo ")
    for line in ("Who ?", "Who ?\t ", "\tAda"):
        with pytest.raises(DataError, match="a line has no question with a context"):
            Answers().ask(line, EN)


def test_an_answer_in_words_and_in_values() -> None:
    answer = Answer("Bo", 8, 10, 0.5)
    assert Answers().line(answer) == "Bo"
    assert Answers().values(answer) == {"answer": "Bo", "start": 8, "end": 10, "score": 0.5}
    assert Answers().values(Answers.nothing)["answer"] == ""


def test_metrics_are_known_by_name() -> None:
    assert {"answer_f1", "exact_match"} <= set(METRICS)
