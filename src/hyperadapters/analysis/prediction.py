"""Labels for raw text: what a trained model says of sentences that nobody labelled."""

from collections.abc import Iterable, Iterator, Sequence

import torch

from hyperadapters.build import Assembly
from hyperadapters.context import Context, Row
from hyperadapters.data.corpora import Tagged
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.tasks.base import collate
from hyperadapters.tasks.tagging import Tagging

__all__ = ["Labelled", "predict"]

Labelled = list[tuple[str, str]]
"""The words of a sentence, each with its label; no words for an empty line."""

_EXAMPLES = 32


def predict(
    assembly: Assembly, task: str, language: str, sentences: Iterable[str]
) -> Iterator[Labelled]:
    """Tags sentences, in their order, as many at once as fit a batch.

    A word beyond the length limit of the run has the label that stands for none.

    Args:
        task: a tagging task of the run.
        language: any name that the method's weights know; also one never trained with this task.
        sentences: one each, words separated by white space.

    Raises:
        UnknownName: no such task.
        ConfigError: the task gives no labels.
        ContextError: nothing knows the language.
    """
    chosen = assembly.tasks.get(task)
    if chosen is None:
        raise UnknownName("task", task, assembly.tasks)
    if not isinstance(chosen, Tagging):
        raise ConfigError(
            f"task `{task}` gives no labels",
            expected="a task of the kind `tagging`",
            remedy=f"the run has {', '.join(assembly.tasks)}",
        )
    row, waiting = Row(task=task, language=language), []
    for sentence in sentences:
        waiting.append(sentence.split())
        if len(waiting) == _EXAMPLES:
            yield from _tagged(assembly, chosen, row, waiting)
            waiting = []
    yield from _tagged(assembly, chosen, row, waiting)


def _tagged(
    assembly: Assembly, task: Tagging, row: Row, sentences: Sequence[list[str]]
) -> Iterator[Labelled]:
    full = [words for words in sentences if words]
    labels = iter(_labels(assembly, task, row, full) if full else ())
    for words in sentences:
        yield list(zip(words, next(labels), strict=True)) if words else []


@torch.no_grad()
def _labels(
    assembly: Assembly, task: Tagging, row: Row, sentences: Sequence[list[str]]
) -> list[list[str]]:
    tokenizer, model = assembly.tokenizer, assembly.model.eval()
    length = assembly.method.phases[-1].recipe.length
    drawn = [
        (task, row, task.encode(tokenizer, Tagged(tuple(words), ()), length)) for words in sentences
    ]
    device = next(model.parameters()).device
    batch = collate(drawn, tokenizer.pad_token_id, torch.Generator()).to(device)
    outputs = model(Context.uniform(row, len(sentences)), batch)
    return task.predict(outputs.logits[task.name], batch.shares[task.name])
