"""What can be scored: any model that can be called under a context."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from hyperadapters.tasks import Task

__all__ = ["Scored"]


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
