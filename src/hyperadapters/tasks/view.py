"""What a task sees of a model, and a batch that is put to one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor

from hyperadapters.backbones import TokenSearch
from hyperadapters.context import Context
from hyperadapters.tasks.batch import Batch

__all__ = ["Model", "Question", "Tokenizer", "View"]

Tokenizer = Any
"""A fast tokenizer of `transformers`; that library ships no types for it."""


@runtime_checkable
class View(Protocol):
    """What a task sees of an adapted model: its head, and the backbone's own output embedding."""

    def head(
        self,
        task: str,
        part: str,
        hidden: Float[Tensor, "example place _"],
        examples: Int[Tensor, " example"],
    ) -> Float[Tensor, "example place _"]:
        """One part of a task's head on vectors of some examples of the batch, ascending.

        A place is a token, a word, a span or the whole sentence, as the task chooses.
        """

    def unembed(
        self, hidden: Float[Tensor, "vector d_model"], examples: Int[Tensor, " vector"]
    ) -> Float[Tensor, "vector token_id"]:
        """Scores over the tokenizer's vocabulary; `examples` tells whose vector each is."""


@runtime_checkable
class Model(Protocol):
    """What scoring and prediction see of a model: teacher-forced logits, and what it writes."""

    def __call__(self, context: Context, batch: Batch) -> Any:
        """Outputs with `logits` by task."""

    def search(
        self, context: Context, way: TokenSearch, **inputs: Any
    ) -> Int[Tensor, "example token"]:
        """What a search finds, each example under its own row."""


@dataclass(frozen=True)
class Question:
    """A batch of one task that is put to a model.

    Args:
        model: in eval mode, without gradients.
        context: the row of each example.
        batch: of this task alone, its examples in order.
        examples: as they were before they were encoded.
        tokenizer: that encoded them.
        told: what is to be said of the answers, each with how often.
    """

    model: Model
    context: Context
    batch: Batch
    examples: Sequence[Any]
    tokenizer: Any
    told: Counter[str] = field(default_factory=Counter)
