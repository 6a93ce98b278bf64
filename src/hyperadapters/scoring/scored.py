"""What can be scored: any model that can be called under a context."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, runtime_checkable

from hyperadapters.data import Corpus
from hyperadapters.routes import Route
from hyperadapters.tasks import Encoded, Task
from hyperadapters.tasks.windows import Once

__all__ = ["Scored", "windows_for", "windows_of"]


@runtime_checkable
class Scored(Protocol):
    """What can be scored: a model with its tokenizer, and the tasks that it does."""

    @property
    def model(self) -> Any:
        """A module that is called with a context and a batch, and generates under a context."""

    @property
    def tokenizer(self) -> Any:
        """A fast tokenizer of `transformers`."""

    @property
    def tasks(self) -> Mapping[str, Task]:
        """By name."""

    @property
    def length(self) -> int:
        """Tokens per example at most."""

    @property
    def once(self) -> Once:
        """What was encoded of the corpora that are scored."""


def windows_of(
    scored: Scored, task: Task, corpus: Corpus, hop: Route
) -> Iterable[Sequence[Encoded]]:
    """The examples of a corpus as the model reads them in one hop; encoded once."""
    of = (task, scored.tokenizer, corpus.examples)
    how = (hop, scored.length, len(scored.tokenizer))
    return scored.once.windows(of, how, partial(windows_for, scored, task, corpus.examples, hop))


def windows_for(
    scored: Scored, task: Task, examples: Sequence[Any], hop: Route
) -> Iterator[Sequence[Encoded]]:
    """Examples of a cell as the model reads them in one hop, each in its windows."""
    addressed = task.scorer.address(examples, hop)
    return task.windows(scored.tokenizer, addressed, scored.length)
