"""Labels and translations for raw text: what a trained model says of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from hyperadapters.adapt import materialised
from hyperadapters.build import Assembly
from hyperadapters.context import Context, Row, direction, hops
from hyperadapters.data.corpora import Pair, Tagged
from hyperadapters.errors import ConfigError, DataError, UnknownName
from hyperadapters.evaluation import standing
from hyperadapters.inference import over_batches
from hyperadapters.tasks.base import Batch, Task
from hyperadapters.tasks.tagging import Tagging
from hyperadapters.tasks.translation import Translation

__all__ = ["Labelled", "answers", "predict", "translate"]

Labelled = list[tuple[str, str]]
"""The words of a sentence, each with its label; no words for an empty line."""

_WINDOW = 512
"""Sentences that are read before those of similar length are answered together."""


def predict(
    assembly: Assembly, task: str, language: str, sentences: Iterable[str]
) -> Iterator[Labelled]:
    """Tags sentences, in their order, those of similar length in one batch.

    A word that the model did not see, such as one beyond the length limit of the run, has the
    `missing` label of the task's metric.

    Args:
        task: a tagging task of the run.
        language: any name that the method's weights know; also one never trained with this task.
        sentences: one each, words separated by white space.

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
    row, waiting = chosen.row(language), []
    for sentence in sentences:
        waiting.append(sentence.split())
        if len(waiting) == _WINDOW:
            yield from _tagged(assembly, chosen, row, waiting)
            waiting = []
    yield from _tagged(assembly, chosen, row, waiting)


def answers(
    assembly: Assembly,
    task: str,
    language: str | None,
    lines: Iterable[str],
    note: Callable[[str], object] = lambda text: None,
) -> Iterator[str]:
    """What `predict` prints: a line per word with its label, or a line per translation.

    Args:
        task: a tagging or translation task of the run.
        language: or direction, of every line; None where each begins with its direction and a tab.
        lines: one sentence each.
        note: told of each pair of task and language that was not trained on, before its answers.

    Raises:
        DataError: a line without a direction.
        ConfigError: a tagging task without a language.
    """
    if isinstance(assembly.tasks.get(task), Translation):
        directed = _directed(language, lines)
        for name in dict.fromkeys(name for name, text in directed if text.strip()):
            _note_unseen(assembly, task, name, note)
        yield from translate(assembly, task, directed)
        return
    if language is None:
        raise ConfigError(
            f"task `{task}` needs a language", remedy="give one, such as `--language tr`"
        )
    if task in assembly.tasks:
        _note_unseen(assembly, task, language, note)
    for words in predict(assembly, task, language, lines):
        width = max((len(word) for word, _ in words), default=0)
        yield "".join(f"{word:<{width}}\t{label or '_'}\n" for word, label in words)


def _note_unseen(
    assembly: Assembly, task: str, language: str, note: Callable[[str], object]
) -> None:
    found = standing(assembly, task, language)
    if found != "trained pair":
        note(f"{task}/{language} is an {found}: it was not trained on")


def _directed(language: str | None, lines: Iterable[str]) -> list[tuple[str, str]]:
    if language is not None:
        return [(language, line) for line in lines]
    found = []
    for number, line in enumerate(lines, 1):
        name, tab, text = line.partition("\t")
        if not tab and line.strip():
            raise DataError(
                "a line has no direction",
                where=f"line {number}",
                expected="`de-en`, a tab, and the sentence",
                found=repr(line[:60]),
                remedy="give all lines one direction, such as `--language de-en`",
            )
        found.append((name.strip(), text))
    return found


def translate(assembly: Assembly, task: str, sentences: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Translates sentences, each in its own direction, those of similar length in one batch; the
    translations come in the order of the sentences.

    The adapters of all directions are generated once, before the first batch. An empty sentence
    stays empty.

    Args:
        task: a translation task of the run.
        sentences: (direction, text), such as `("de-en", "Guten Tag")`; also directions never
            trained, and through a third language: `de-en-fr`.

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
    routes = {name: hops(name) for name, text in sentences if text.strip()}
    rows = {hop: chosen.row(hop) for route in routes.values() for hop in route}
    with materialised(assembly.model, tuple(rows.values())):
        for start in range(0, len(sentences), _WINDOW):
            part = sentences[start : start + _WINDOW]
            yield from _routed(assembly, chosen, routes, rows, part)


def _routed(
    assembly: Assembly,
    task: Translation,
    routes: Mapping[str, Sequence[str]],
    rows: Mapping[str, Row],
    part: Sequence[tuple[str, str]],
) -> list[str]:
    """Each sentence through all hops of its route, those of the same hop number together."""
    texts = [text.strip() for _, text in part]
    full = [at for at, text in enumerate(texts) if text]
    for hop in range(max((len(routes[part[at][0]]) for at in full), default=0)):
        going = [at for at in full if routes[part[at][0]][hop:]]
        named = [(routes[part[at][0]][hop], texts[at]) for at in going]
        found = _translations(assembly, task, rows, named) if named else []
        for at, text in zip(going, found, strict=True):
            texts[at] = text
    return texts


def _translations(
    assembly: Assembly,
    task: Translation,
    rows: Mapping[str, Row],
    sentences: Sequence[tuple[str, str]],
) -> list[str]:
    tokenizer, model = assembly.tokenizer, assembly.model
    length = assembly.method.phases[-1].recipe.length
    pairs = [Pair(text, "", direction(name)) for name, text in sentences]
    encoded = task.encode_all(tokenizer, pairs, length)
    drawn = [(task, rows[name], one) for (name, _), one in zip(sentences, encoded, strict=True)]

    def answer(context: Context, batch: Batch, places: list[int]) -> list[str]:
        return task.translate(model, context, batch.inputs, tokenizer)

    return over_batches(model, drawn, tokenizer.pad_token_id, answer)


def _task(assembly: Assembly, task: str) -> Task:
    if task not in assembly.tasks:
        raise UnknownName("task", task, assembly.tasks)
    return assembly.tasks[task]


def _tagged(
    assembly: Assembly, task: Tagging, row: Row, sentences: Sequence[list[str]]
) -> Iterator[Labelled]:
    full = [words for words in sentences if words]
    labels = iter(_labels(assembly, task, row, full) if full else ())
    for words in sentences:
        yield list(zip(words, next(labels), strict=True)) if words else []


def _labels(
    assembly: Assembly, task: Tagging, row: Row, sentences: Sequence[list[str]]
) -> list[list[str]]:
    tokenizer, model = assembly.tokenizer, assembly.model
    length = assembly.method.phases[-1].recipe.length
    examples = [Tagged(tuple(words), ()) for words in sentences]
    drawn = [(task, row, one) for one in task.encode_all(tokenizer, examples, length)]

    def answer(context: Context, batch: Batch, places: list[int]) -> list[list[str]]:
        logits = model(context, batch).logits[task.name]
        return task.predict(logits, batch.shares[task.name])

    return over_batches(model, drawn, tokenizer.pad_token_id, answer)
