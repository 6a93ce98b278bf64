"""Answers to raw text: what a trained model says of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from hyperadapters.context import Context
from hyperadapters.errors import ConfigError, ContextError, DataError, UnknownName, located
from hyperadapters.mixes import spelt, unsigned
from hyperadapters.model.adapt import remembering
from hyperadapters.model.inference import over_batches
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.evaluation import Seen
from hyperadapters.tasks import Answering, Batch
from hyperadapters.tasks.base import Question
from hyperadapters.tasks.windows import Windows

__all__ = ["Answered", "answered", "answering_of", "answers", "ask", "predict"]

Note = Callable[[str], object]
"""Told what a reader of the answers should know."""
Show = Callable[[Answering, Any], str]
"""From a task's way to answer, and an answer, to what is printed."""
Asked = tuple[Route, str]
"""A text, and the language or direction that it is asked in."""

T = TypeVar("T")

_WINDOW = 512
"""Texts that are read before those of similar length are answered together."""


def predict(
    assembly: Assembly,
    task: str,
    language: str,
    texts: Iterable[str],
    note: Note = lambda text: None,
) -> Iterator[Any]:
    """Answers texts in one language or direction, in their order: of a tagging task the words of
    each with their labels, of a parsing task its `Parse`, of a classification task a label and the
    probability of each, of a translation task its translation, of a question its answer.

    Args:
        task: of the run.
        language: any name that the method's weights know, also one never trained with this task; or
            a direction, `de-en`, or a route, `de-en-fr`.
        texts: one sentence each; for tags and trees its words are separated by white space, for
            trees it may be in CoNLL-U, and the two texts of a pair are separated by a tab, as are a
            question and its context.
        note: told of each text that is longer than the length limit of the run, and of a language
            that was not trained on with this task.

    Raises:
        UnknownName: no such task.
        ConfigError: the task gives no answers.
        ContextError: nothing knows the language, or it is no direction.
    """
    answering_of(assembly, task)
    route = assembly.cell(task, language).route
    yield from ask(assembly, task, ((route, text) for text in texts), note)


def answers(
    assembly: Assembly,
    task: str,
    language: str | None,
    lines: Iterable[str],
    note: Note = lambda text: None,
    show: Show = lambda answering, answer: answering.line(answer),
) -> Iterator[str]:
    """What `hyperadapters predict` prints of each line.

    Args:
        task: of the run.
        language: or direction, of every line; None where each begins with its own and a tab.
        lines: one sentence each.
        note: as for `ask`.
        show: writes an answer of the task.

    Raises:
        UnknownName: no such task.
        ConfigError: the task gives no answers.
        DataError: a line without a language.
    """
    answering = answering_of(assembly, task)
    for answer in ask(
        assembly, task, _asked(assembly, task, language, answering.texts(lines)), note
    ):
        yield show(answering, answer)


def _asked(
    assembly: Assembly, task: str, language: str | None, lines: Iterable[str]
) -> Iterator[Asked]:
    """Each line with its route; an empty line has none that matters."""
    given = None if language is None else assembly.cell(task, unsigned(language)).route
    for number, line in enumerate(lines, 1):
        name, tab, text = line.partition("\t") if given is None else ("", "\t", line)
        if not line.strip():
            yield Route.of(""), ""
        elif given is not None:
            yield given, text
        else:
            yield _route_of(assembly, task, name.strip(), tab, f"line {number}", line), text


def _route_of(assembly: Assembly, task: str, name: str, tab: str, where: str, line: str) -> Route:
    """The route that a line begins with."""
    try:
        if tab:
            return assembly.cell(task, unsigned(name)).route
    except ContextError:
        pass
    raise DataError(
        f"a line has no {'direction' if assembly.run.tasks[task].directed else 'language'}",
        where=where,
        expected="a language or direction, such as `tr` or `de-en`, a tab, and the sentence",
        found=repr(line[:60]),
        remedy="give all lines one, such as `--language tr` or `--language de-en`",
    )


def ask(
    assembly: Assembly,
    task: str,
    asked: Iterable[Asked],
    note: Note = lambda text: None,
) -> Iterator[Any]:
    """Answers texts, each in its own language or direction, those of similar length in one batch;
    the answers come in the order of the texts, after every 512 of them.

    What is generated for the rows of these 512 texts is remembered among them. An empty text has an
    empty answer.

    Args:
        task: of the run.
        asked: route and text of each, such as `(Route.of("de", "en"), "Guten Tag")`; also routes
            never trained, and through other languages.
        note: told of each route that was not trained on, before its first answers, and of each text
            that is longer than the length limit of the run.

    Raises:
        UnknownName: no such task, or a name that the weights do not know.
        ConfigError: the task gives no answers.
    """
    answering = answering_of(assembly, task)
    waiting, start, known = iter(asked), 0, set[Route]()
    while part := list(islice(waiting, _WINDOW)):
        named = dict.fromkeys(route for route, text in part if text.strip() and route not in known)
        told = Counter[str]()
        found = answered(assembly, task, part, start=start, told=told)
        for number, one in enumerate(found, start + 1):
            if one.cut:
                note(f"{answering.unit} {number} is too long: {answering.cut}")
        for what, count in told.items():
            reach = f"{answering.unit}s {start + 1} to {start + len(part)}"
            note(f"{reach}: {count:,} {what}")
        for text in _remarks(assembly, task, named):
            note(text)
        known.update(named)
        yield from (one.answer for one in found)
        start += len(part)


def _remarks(assembly: Assembly, task: str, routes: Iterable[Route]) -> Iterator[str]:
    """What a reader of answers should know of the routes that they were asked in."""
    seen = Seen.by(assembly)
    for route in routes:
        found = seen.standing(Cell(task, route))
        if found != "trained pair":
            yield f"{task}/{route} is an {found}: it was not trained on"
        yield from spelt(route.languages)


class Answered(NamedTuple):
    """The answer to a text.

    Args:
        answer: of the task.
        cut: whether the text was longer than the length limit of the run, in one hop or another.
    """

    answer: Any
    cut: bool


def answered(
    assembly: Assembly,
    task: str,
    asked: Sequence[Asked],
    *,
    start: int = 0,
    told: Counter[str] | None = None,
) -> list[Answered]:
    """Answers to all of some texts, in their order.

    Each goes through all hops of its route, those of the same hop number together, and those of
    similar length in one batch. What is generated for a row is remembered.

    Args:
        asked: route and text of each; an empty text has an empty answer.
        start: how many texts came before, for messages.
        told: takes what is to be said of the answers, each with how often.

    Raises:
        As `ask`.
    """
    answering = answering_of(assembly, task)
    texts: list[Any] = [text if text.strip() else "" for _, text in asked]
    routes = [route.hops if text else () for (route, _), text in zip(asked, texts, strict=True)]
    found = [Answered(answering.nothing, False) for _ in asked]
    counted = Counter[str]() if told is None else told
    with remembering(assembly.model):
        for hop in range(max(map(len, routes), default=0)):
            going = [at for at, text in enumerate(texts) if text and routes[at][hop:]]
            named = [(routes[at][hop], texts[at]) for at in going]
            numbers = [start + at + 1 for at in going]
            new = _answered(assembly, task, named, numbers, counted)
            for at, one in zip(going, new, strict=True):
                texts[at], found[at] = one.answer, Answered(one.answer, one.cut or found[at].cut)
    return found


def _answered(
    assembly: Assembly,
    task: str,
    asked: Sequence[tuple[Route, Any]],
    numbers: Sequence[int],
    told: Counter[str],
) -> list[Answered]:
    """The answers of one hop.

    Args:
        asked: the texts; of a later hop, what the hop before answered.
        numbers: of their lines or sentences, from 1, for messages.
    """
    tokenizer, model, own = assembly.tokenizer, assembly.model, assembly.tasks[task]
    answering = answering_of(assembly, task)
    of_each = partial(_told_where, answering.unit, numbers)
    examples = list(of_each(answering.ask(text, hop) for hop, text in asked))
    each = list(of_each(own.windows(tokenizer, examples, assembly.length)))
    windows = Windows.laid_out(each)
    pairs = zip(windows.of, windows.encoded, strict=True)
    drawn = [(own, asked[place][0].row(task), one) for place, one in pairs]

    def answer(context: Context, batch: Batch, places: list[int]) -> list[Any]:
        some = [examples[windows.of[place]] for place in places]
        return answering.answer(own, Question(model, context, batch, some, tokenizer, told))

    under = assembly.method.phases[-1].score_under
    found = over_batches(model, drawn, tokenizer.pad_token_id, answer, under=under) if drawn else []
    gathered = zip(examples, each, windows.gathered(found), strict=True)
    return [
        Answered(answering.whole(example, some), not all(one.uncut for one in encoded))
        for example, encoded, some in gathered
    ]


def _told_where(unit: str, numbers: Sequence[int], each: Iterator[T]) -> Iterator[T]:
    """One for each number; a fault in it says which line, or sentence, it is."""
    for number in numbers:
        with located(f"{unit} {number}"):
            yield next(each)


def answering_of(assembly: Assembly, task: str) -> Answering:
    """How a task answers raw text.

    Raises:
        UnknownName: no such task.
        ConfigError: it gives no answers.
    """
    if task not in assembly.tasks:
        raise UnknownName("task", task, assembly.tasks)
    found = assembly.tasks[task].answering
    if found is None:
        able = [name for name, one in assembly.tasks.items() if one.answering is not None]
        raise ConfigError(
            f"task `{task}` gives no answers to raw text",
            expected=f"one of {', '.join(able)}" if able else "a run with a task that does",
        )
    return found
