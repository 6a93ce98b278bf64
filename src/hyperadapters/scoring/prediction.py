"""Labels and translations for raw text: what a trained model says of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from hyperadapters.context import Context, Row, direction, hops
from hyperadapters.errors import ConfigError, ContextError, DataError, UnknownName
from hyperadapters.examples import Pair, Tagged
from hyperadapters.model.adapt import materialised
from hyperadapters.model.inference import over_batches
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.evaluation import standing
from hyperadapters.tasks.base import Batch, Task
from hyperadapters.tasks.tagging import Tagging
from hyperadapters.tasks.translation import Translation

__all__ = ["Labelled", "answers", "predict", "translate"]

Labelled = list[tuple[str, str]]
"""The words of a sentence, each with its label; no words for an empty line."""

Note = Callable[[str], object]
"""Told what a reader of the answers should know."""

_WINDOW = 512
"""Sentences that are read before those of similar length are answered together."""


def predict(
    assembly: Assembly,
    task: str,
    language: str,
    sentences: Iterable[str],
    note: Note = lambda text: None,
) -> Iterator[Labelled]:
    """Tags sentences, in their order, those of similar length in one batch.

    A word that the model did not see, such as one beyond the length limit of the run, has the
    `missing` label of the task's metric.

    Args:
        task: a tagging task of the run.
        language: any name that the method's weights know; also one never trained with this task.
        sentences: one each, words separated by white space.
        note: told of each sentence that is longer than the length limit of the run.

    Raises:
        UnknownName: no such task.
        ConfigError: the task gives no labels.
        ContextError: nothing knows the language.
    """
    chosen = _task(assembly, task)
    if not isinstance(chosen, Tagging):
        raise ConfigError(
            f"task `{task}` gives no labels",
            expected="a task of the kind `tagging`",
            remedy=f"the run has {', '.join(assembly.tasks)}",
        )
    row, waiting, start = chosen.row(language), iter(sentences), 0
    while part := [sentence.split() for sentence in islice(waiting, _WINDOW)]:
        labels, cut = _tagged(assembly, chosen, row, part)
        for place in cut:
            note(f"line {start + place + 1} is too long: its last words are not tagged")
        yield from labels
        start += len(part)


def answers(
    assembly: Assembly,
    task: str,
    language: str | None,
    lines: Iterable[str],
    note: Note = lambda text: None,
) -> Iterator[str]:
    """What `predict` prints: a line per word with its label, or a line per translation.

    Args:
        task: a tagging or translation task of the run.
        language: or direction, of every line; None where each begins with its direction and a tab.
        lines: one sentence each.
        note: told of each pair of task and language that was not trained on, before its first
            answers, and of each line that is too long to be read whole.

    Raises:
        UnknownName: no such task.
        DataError: a line without a direction.
        ConfigError: a tagging task without a language.
    """
    if isinstance(_task(assembly, task), Translation):
        yield from translate(assembly, task, _directed(language, lines), note)
        return
    if language is None:
        raise ConfigError(
            f"task `{task}` needs a language", remedy="give one, such as `--language tr`"
        )
    _note_unseen(assembly, task, language, note)
    for words in predict(assembly, task, language, lines, note):
        width = max((len(word) for word, _ in words), default=0)
        yield "".join(f"{word:<{width}}\t{label or '_'}\n" for word, label in words)


def _note_unseen(assembly: Assembly, task: str, language: str, note: Note) -> None:
    found = standing(assembly, task, language)
    if found != "trained pair":
        note(f"{task}/{language} is an {found}: it was not trained on")


def _directed(language: str | None, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        name, tab, text = line.partition("\t") if language is None else (language, "\t", line)
        if line.strip() and not (tab and (language or _is_route(name.strip()))):
            raise DataError(
                "a line has no direction",
                where=f"line {number}",
                expected="`de-en`, a tab, and the sentence",
                found=repr(line[:60]),
                remedy="give all lines one direction, such as `--language de-en`",
            )
        yield name.strip(), text


def _is_route(name: str) -> bool:
    try:
        return bool(hops(name))
    except ContextError:
        return False


def translate(
    assembly: Assembly,
    task: str,
    sentences: Iterable[tuple[str, str]],
    note: Note = lambda text: None,
) -> Iterator[str]:
    """Translates sentences, each in its own direction, those of similar length in one batch; the
    translations come in the order of the sentences, after every 512 of them.

    The adapters of these 512 sentences' directions are generated once. An empty sentence stays
    empty.

    Args:
        task: a translation task of the run.
        sentences: (direction, text), such as `("de-en", "Guten Tag")`; also directions never
            trained, and through a third language: `de-en-fr`.
        note: told of each direction that was not trained on, before its first translations, and of
            each sentence that is longer than the length limit of the run.

    Raises:
        UnknownName: no such task, or a language that the weights do not know.
        ConfigError: the task does not translate.
        ContextError: a direction that is none.
    """
    chosen = _task(assembly, task)
    if not isinstance(chosen, Translation):
        raise ConfigError(
            f"task `{task}` does not translate",
            expected="a task of the kind `translation`",
            remedy=f"the run has {', '.join(assembly.tasks)}",
        )
    waiting, start, known = iter(sentences), 0, set[str]()
    while part := list(islice(waiting, _WINDOW)):
        named = dict.fromkeys(name for name, text in part if text.strip() and name not in known)
        for name in named:
            _note_unseen(assembly, task, name, note)
        known.update(named)
        yield from _routed(assembly, chosen, part, start, note)
        start += len(part)


def _routed(
    assembly: Assembly,
    task: Translation,
    sentences: Sequence[tuple[str, str]],
    start: int,
    note: Note,
) -> list[str]:
    """Each sentence through all hops of its route, those of the same hop number together; `start`
    sentences came before.
    """
    texts = [text.strip() for _, text in sentences]
    routes = [hops(name) if text else () for (name, _), text in zip(sentences, texts, strict=True)]
    rows = {hop: task.row(hop) for route in routes for hop in route}
    with materialised(assembly.model, tuple(rows.values())):
        for number in range(max(map(len, routes))):
            going = [at for at, text in enumerate(texts) if text and routes[at][number:]]
            named = [(routes[at][number], texts[at]) for at in going]
            found, cut = _translations(assembly, task, rows, named)
            for at, text in zip(going, found, strict=True):
                texts[at] = text
            for place in cut:
                note(f"line {start + going[place] + 1} is too long: its end is not translated")
    return texts


def _translations(
    assembly: Assembly,
    task: Translation,
    rows: Mapping[str, Row],
    sentences: Sequence[tuple[str, str]],
) -> tuple[list[str], list[int]]:
    """Translations in the order of the sentences, and the places of those that were cut."""
    tokenizer, model = assembly.tokenizer, assembly.model
    length = assembly.method.phases[-1].recipe.length
    pairs = [Pair(text, "", direction(name)) for name, text in sentences]
    encoded = list(task.encode_all(tokenizer, pairs, length))
    drawn = [(task, rows[name], one) for (name, _), one in zip(sentences, encoded, strict=True)]

    def answer(context: Context, batch: Batch, places: list[int]) -> list[str]:
        return task.translate(model, context, batch.inputs, tokenizer)

    found = over_batches(model, drawn, tokenizer.pad_token_id, answer)
    return found, [place for place, one in enumerate(encoded) if not one.whole]


def _task(assembly: Assembly, task: str) -> Task:
    if task not in assembly.tasks:
        raise UnknownName("task", task, assembly.tasks)
    return assembly.tasks[task]


def _tagged(
    assembly: Assembly, task: Tagging, row: Row, sentences: Sequence[list[str]]
) -> tuple[list[Labelled], list[int]]:
    """Labelled words in the order of the sentences, and the places of those that were cut."""
    tokenizer, model = assembly.tokenizer, assembly.model
    length = assembly.method.phases[-1].recipe.length
    full = [place for place, words in enumerate(sentences) if words]
    examples = [Tagged(tuple(sentences[place]), ()) for place in full]
    encoded = list(task.encode_all(tokenizer, examples, length))

    def answer(context: Context, batch: Batch, places: list[int]) -> list[list[str]]:
        logits = model(context, batch).logits[task.name]
        return task.predict(logits, batch.shares[task.name])

    drawn = [(task, row, one) for one in encoded]
    found = over_batches(model, drawn, tokenizer.pad_token_id, answer) if drawn else []
    labelled: list[Labelled] = [[] for _ in sentences]
    for place, labels in zip(full, found, strict=True):
        labelled[place] = list(zip(sentences[place], labels, strict=True))
    return labelled, [place for place, one in zip(full, encoded, strict=True) if not one.whole]
