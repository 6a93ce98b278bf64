"""Questions with answers: the nested JSON of SQuAD, XQuAD, MLQA and TyDiQA-GoldP, and its cells."""

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from hyperadapters.data.formats.objects import json_of
from hyperadapters.data.formats.rows import text_in
from hyperadapters.data.formats.text import read_lines
from hyperadapters.errors import DataError
from hyperadapters.examples import Asked

__all__ = ["Skip", "asked_in", "read_questions"]

Skip = Literal["unanswered", "misplaced"]
"""Questions that can be left out: those without an answer, and those with one that is not at its
place.
"""

_NESTED = (
    '{"data": [{"paragraphs": [{"context": ..., "qas": [{"question": ..., "answers": ...}]}]}]}'
)
_LISTED = '[{"text": ..., "answer_start": ...}], or {"text": [...], "answer_start": [...]}'


def read_questions(path: Path, skip: Sequence[Skip] = ()) -> Iterator[Asked | DataError]:
    """The questions of a file, in its order; ids are not read, because they may repeat.

    Args:
        skip: what is given back as a fault, to be skipped, in place of raised.

    Raises:
        DataError: the file cannot be read, is not made so, or a question is faulty; with the place
            inside the JSON.
    """
    whole = json_of("\n".join(read_lines(path)), f"{path}:1")
    for article, at in _each(whole, "data", str(path), ","):
        for paragraph, inner in _each(article, "paragraphs", at):
            context = _of(paragraph, "context", inner)
            for question, where in _each(paragraph, "qas", inner):
                told = _named(article, question, where)
                cells = (question.get("question"), context, _answers(question, told))
                yield asked_in(cells, told, skip)


def _each(holder: Any, key: str, where: str, mark: str = ".") -> Iterator[Any]:
    """The objects of a list under a key, each with its place: `file, data[3].paragraphs[0]`."""
    values = _of(holder, key, where)
    if not isinstance(values, list):
        raise _other(f"`{key}` is no list", values, where)
    for number, value in enumerate(values):
        inner = f"{where}{mark}{' ' if mark == ',' else ''}{key}[{number}]"
        if not isinstance(value, dict):
            raise _other("a value is no object", value, inner)
        yield value, inner


def _of(holder: Any, key: str, where: str) -> Any:
    if not isinstance(holder, dict) or key not in holder:
        raise _other(f"there is no `{key}`", holder, where)
    return holder[key]


def _other(what: str, found: Any, where: str) -> DataError:
    return DataError(what, where=where, expected=_NESTED, found=reprlib.repr(found))


def _named(article: Mapping[str, Any], question: Mapping[str, Any], where: str) -> str:
    """The place of a question, with the title of its article and its id, where they are told."""
    names = ("title", article.get("title")), ("id", question.get("id"))
    told = ", ".join(f"{key} {reprlib.repr(name)}" for key, name in names if name is not None)
    return f"{where} ({told})" if told else where


def _answers(question: Mapping[str, Any], where: str) -> Any:
    """Those of a question; none of one that is marked as impossible."""
    return [] if question.get("is_impossible") is True else _of(question, "answers", where)


def asked_in(cells: Sequence[Any], where: str, skip: Sequence[Skip] = ()) -> Asked | DataError:
    """A question, its context, and its answers: a list of objects, or an object of lists.

    Args:
        skip: what is given back in place of raised; a question with an empty text always is.

    Raises:
        DataError: a cell is no text, or the question is faulty.
    """
    question, context = (text_in(cell, where) for cell in cells[:2])
    if not (question.strip() and context.strip()):
        return DataError("a question or its context is empty", where=where, found=repr(question))
    listed = [(text, start) for text, start in _listed(cells[2], where) if text]
    if not listed:
        return _faulty(
            "unanswered",
            skip,
            DataError(
                "a question has no answer",
                where=where,
                expected="at least one span of the context",
                found=repr(question[:80]),
                cause="a data set that asks also what its texts do not answer, such as SQuAD 2.0; "
                "or one whose answers were taken out",
                remedy="leave such questions out, `skip: [unanswered]`, and `data` counts them",
            ),
        )
    for text, start in listed:
        if not 0 <= start <= len(context) or not context.startswith(text, start):
            return _faulty("misplaced", skip, _misplaced(context, text, start, where))
    spans = dict.fromkeys((start, start + len(text)) for text, start in listed)
    return Asked(question, context, tuple(spans))


def _faulty(kind: Skip, skip: Sequence[Skip], fault: DataError) -> DataError:
    if kind not in skip:
        raise fault
    return fault


def _misplaced(context: str, text: str, start: int, where: str) -> DataError:
    there = context[max(start, 0) : max(start, 0) + len(text)]
    right = [at for at in range(len(context)) if context.startswith(text, at)][:3]
    cause = (
        f"the text stands at {', '.join(map(str, right))}; were bytes or other units counted?"
        if right
        else "the context does not have that text"
    )
    return DataError(
        "an answer is not at its place",
        where=where,
        expected=f"`{text[:80]}` at character {start} of the context",
        found=f"`{there[:80]}`" if start >= 0 else f"the place {start}",
        cause=cause,
        remedy="mend the place, or leave such questions out, `skip: [misplaced]`",
    )


def _listed(answers: Any, where: str) -> Iterator[tuple[str, int]]:
    """Text and place of each answer."""
    if isinstance(answers, dict):
        texts, starts = (answers.get(key) for key in ("text", "answer_start"))
        if not (isinstance(texts, list) and isinstance(starts, list)) or len(texts) != len(starts):
            raise _unlisted(answers, where)
        answers = [{"text": t, "answer_start": s} for t, s in zip(texts, starts, strict=True)]
    if not isinstance(answers, list):
        raise _unlisted(answers, where)
    for answer in answers:
        text, start = _pair(answer)
        if not isinstance(text, str) or type(start) is not int:
            raise _unlisted(answer, where)
        yield text, start


def _pair(answer: Any) -> tuple[Any, Any]:
    known = isinstance(answer, dict)
    return (answer.get("text"), answer.get("answer_start")) if known else (None, None)


def _unlisted(found: Any, where: str) -> DataError:
    return DataError(
        "the answers of a question are not clear",
        where=where,
        expected=_LISTED,
        found=reprlib.repr(found),
    )
