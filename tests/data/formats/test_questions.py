"""SQuAD's nested JSON: what is read, and what is said of what is not right."""

import json
from pathlib import Path
from typing import Any

import pytest

from hyperadapters.data.formats.questions import asked_in, read_questions
from hyperadapters.errors import DataError
from hyperadapters.examples import Asked

CONTEXT = "\ufeffAda lives in Paris, and Bo lives in Paris."
RIGHT = {"text": "Paris", "answer_start": CONTEXT.index("Paris")}


def question(**changes: Any) -> dict[str, Any]:
    return {"question": "Where?", "id": "12", "answers": [RIGHT], **changes}


def write(path: Path, *questions: Any, **paragraph: Any) -> Path:
    first = {"context": "Nothing.", "qas": []}
    second = {"context": CONTEXT, "qas": list(questions), **paragraph}
    articles = [{"title": "A", "paragraphs": []}, {"title": "B", "paragraphs": [first, second]}]
    path.write_text(json.dumps({"version": "1.1", "data": articles}), encoding="utf-8")
    return path


def test_questions_are_read_in_order_and_ids_may_repeat(tmp_path: Path) -> None:
    other = {"text": "Bo", "answer_start": CONTEXT.index("Bo")}
    again = question(question="Who?", answers=[other, RIGHT, other])
    file = write(tmp_path / "q.json", question(), again, question(id=12, extra=[]))
    one, two, three = read_questions(file)
    start, bo = RIGHT["answer_start"], other["answer_start"]
    assert one == three == Asked("Where?", CONTEXT, ((start, start + 5),))
    assert isinstance(two, Asked)
    assert two.answers == ((bo, bo + 2), (start, start + 5))
    assert two.gold == ("Bo", "Paris")


def test_lists_of_texts_and_of_places_are_answers_too() -> None:
    cell = {"text": ["Paris"], "answer_start": [RIGHT["answer_start"]]}
    found = asked_in(("Where?", CONTEXT, cell), "row 1")
    assert isinstance(found, Asked) and found.gold == ("Paris",)


IMPOSSIBLE = question(is_impossible=True, answers=[], plausible_answers=[RIGHT])
PLACE = r"q\.json, data\[1\]\.paragraphs\[1\]\.qas\[1\] \(title 'B', id '12'\)"


@pytest.mark.parametrize(
    "asked",
    [IMPOSSIBLE, question(answers=[]), question(answers=[{"text": "", "answer_start": -1}])],
)
def test_questions_without_an_answer_are_refused_or_skipped(tmp_path: Path, asked: Any) -> None:
    file = write(tmp_path / "q.json", question(), asked)
    with pytest.raises(DataError, match="a question has no answer") as fault:
        list(read_questions(file))
    assert "skip: [unanswered]" in str(fault.value)
    fault.match(PLACE)
    with pytest.raises(DataError):
        list(read_questions(file, ["misplaced"]))
    one, two = read_questions(file, ["unanswered"])
    assert isinstance(one, Asked) and isinstance(two, DataError)


@pytest.mark.parametrize(
    ("answer", "stands", "cause"),
    [
        ({"text": "Paris", "answer_start": 13}, "` Pari`", "the text stands at 14, 37"),
        ({"text": "Rome", "answer_start": 0}, "`\ufeffAda`", "the context does not have that text"),
        ({"text": "Paris", "answer_start": -1}, "the place -1", "the text stands at 14, 37"),
        ({"text": "Paris", "answer_start": 999}, "``", "the text stands at 14, 37"),
    ],
    ids=["one-early", "nowhere", "below", "beyond"],
)
def test_an_answer_that_is_not_at_its_place(
    tmp_path: Path, answer: Any, stands: str, cause: str
) -> None:
    file = write(tmp_path / "q.json", question(), question(answers=[RIGHT, answer]))
    with pytest.raises(DataError, match="an answer is not at its place") as fault:
        list(read_questions(file))
    fault.match(PLACE)
    for part in (f"found: {stands}", cause, f"at character {answer['answer_start']}", "mend"):
        assert part in str(fault.value)
    kept = [one for one in read_questions(file, ["misplaced"]) if isinstance(one, Asked)]
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("[]", "there is no `data`"),
        ('{"data": {}}', "`data` is no list"),
        ('{"data": [3]}', "a value is no object"),
        ('{"data": [{}]}', "there is no `paragraphs`"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', "there is no `context`"),
        ('{"data": [{"paragraphs": [{"context": "a"}]}]}', "there is no `qas`"),
        ('{"data": [{"paragraphs": [{"context": "a", "qas": [{"question": "b"}]}]}]}', "`answers`"),
        ('{"data": [', "a line is no JSON"),
    ],
)
def test_other_json_is_refused_with_its_place(tmp_path: Path, value: str, message: str) -> None:
    (tmp_path / "q.json").write_text(value, encoding="utf-8")
    with pytest.raises(DataError, match=message) as fault:
        list(read_questions(tmp_path / "q.json"))
    assert "q.json" in str(fault.value.where)


@pytest.mark.parametrize(
    "answers",
    [
        "Paris",
        [3],
        [{"text": "Paris"}],
        [{"text": "Paris", "answer_start": True}],
        [{"text": "Paris", "answer_start": 13.0}],
        [{"text": ["Paris"], "answer_start": 13}],
        {"text": ["Paris"], "answer_start": []},
        {"text": "Paris", "answer_start": 13},
    ],
)
def test_answers_of_another_form_are_refused(answers: Any) -> None:
    with pytest.raises(DataError, match="the answers of a question are not clear"):
        asked_in(("Where?", CONTEXT, answers), "row 1", ["unanswered", "misplaced"])


@pytest.mark.parametrize("cells", [(" ", CONTEXT, [RIGHT]), ("Where?", "", [RIGHT])])
def test_empty_texts_are_given_back_to_be_counted(cells: Any) -> None:
    found = asked_in(cells, "row 1")
    assert isinstance(found, DataError) and found.what == "a question or its context is empty"
    with pytest.raises(DataError, match="no text"):
        asked_in((None, *cells[1:]), "row 1")
