"""Mistakes in what is read, learned and scored of questions."""

from faults.fault import Fault

__all__ = ["QUESTIONS"]

_TASK = "tests/tasks/test_question_answering.py::"
_PASSAGE = "tests/data/test_passage.py::"

QUESTIONS = (
    Fault(
        "the last mark of a decomposed letter is cut off an answer",
        "data/passage.py",
        "yield begin, end + sum(1 for _ in marks)",
        "yield begin, end",
        f"{_PASSAGE}test_decomposed_letters_keep_their_last_marks[vi-2-nfc]",
    ),
    Fault(
        "windows share one token too few",
        "data/passage.py",
        "max(room - shared, 1))",
        "max(room - shared + 1, 1))",
        f"{_PASSAGE}test_windows_are_those_of_transformers[32-0-bert]",
    ),
    Fault(
        "a later window has the segments of the first",
        "data/passage.py",
        "*self.types[context:after][start:end],",
        "*self.types[:end - start],",
        f"{_TASK}test_segments_of_a_window_are_those_of_the_pair",
    ),
    Fault(
        "an answer may begin in the question",
        "tasks/question_answering.py",
        "best_spans(scores, own, self.max_answer)",
        "best_spans(scores, own | _outside(share), self.max_answer)",
        f"{_TASK}test_the_answer_is_the_best_span_of_all_windows",
    ),
    Fault(
        "an answer may be one token too long",
        "tasks/spans.py",
        "tril(most - 1)",
        "tril(most)",
        "tests/tasks/test_spans.py::test_the_best_span_is_that_of_all_pairs",
    ),
    Fault(
        "the last window answers, not the best",
        "tasks/question_answering.py",
        "max(found, key=lambda span: span[0])",
        "found[-1]",
        f"{_TASK}test_the_answer_is_the_best_span_of_all_windows",
    ),
    Fault(
        "the worst right answer counts",
        "metrics/answers.py",
        "max(score(self.rules, true, guess) for true in gold)",
        "min(score(self.rules, true, guess) for true in gold)",
        "tests/metrics/test_answers.py::test_of_several_answers_the_best_counts_for_each_score_alone",
    ),
    Fault(
        "an answer that is not at its place is believed",
        "data/formats/questions.py",
        "if not 0 <= start <= len(context) or not context.startswith(text, start):",
        "if not 0 <= start <= len(context):",
        "tests/data/formats/test_questions.py::test_an_answer_that_is_not_at_its_place[one-early]",
    ),
)
