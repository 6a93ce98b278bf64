"""What an adapted model is made of, as numbers and names; it needs no weights and no data."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, final

import torch
from torch import Tensor

from hyperadapters.context import Row, names_of
from hyperadapters.forms import Linear
from hyperadapters.method import Method
from hyperadapters.metrics import Loss, Statistics
from hyperadapters.model.adapt import adapt
from hyperadapters.model.counting import abilities, counts
from hyperadapters.tasks import Encoded, Head, Share, Task
from hyperadapters.tasks.base import Tokenizer, View

__all__ = ["Counted", "facts"]

Backbone = Any


@final
class Counted(Task):
    """A task of any kind that has nothing but the shape of its head.

    Args:
        name: as of every task.
        labels: of its softmax layer; None where the backbone's own head serves.
    """

    def __init__(self, name: str, labels: int | None = None) -> None:
        self.name = name
        heads = {} if labels is None else {"labels": Head(Linear(labels))}
        self.heads = MappingProxyType(heads)

    def encode(self, tokenizer: Tokenizer, example: Any, length: int) -> Encoded:
        """Never: it reads nothing."""
        raise self._only_counted()

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Tensor | None]:
        """Never: it reads nothing."""
        raise self._only_counted()

    def logits(self, view: View, hidden: Tensor, share: Share) -> Tensor:
        """Never: it reads nothing."""
        raise self._only_counted()

    def loss(self, logits: Tensor, share: Share, *, smoothing: float = 0.0) -> Loss:
        """Never: it reads nothing."""
        raise self._only_counted()

    def statistics(self, logits: Tensor, share: Share) -> list[Statistics]:
        """Never: it reads nothing."""
        raise self._only_counted()

    def _only_counted(self) -> TypeError:
        return TypeError(f"task `{self.name}` is there to be counted")


def facts(method: Method, backbone: Backbone, tasks: Sequence[Task]) -> dict[str, Any]:
    """Every parameter count of a method, the names its factors know, and its phases.

    Args:
        method: whose phases have their cells.
        backbone: a `transformers` model; `meta` tensors are enough.
        tasks: whose heads are counted.
    """
    with torch.device("meta"):
        model = adapt(backbone, method, tasks=tasks)
    return {
        "method": method.name,
        "paper": method.paper,
        **counts(model),
        "names": _names(row for phase in method.phases for row in phase.rows()),
        "phases": [
            {"name": p.name, "trains": sorted(p.trains), "steps": p.recipe.steps}
            for p in method.phases
        ],
        **abilities(method),
    }


def _names(rows: Iterable[Row]) -> dict[str, list[str]]:
    """The names of every kind of factor, in order of first appearance."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for factor, name in row.items():
            found.setdefault(names_of(factor), {})[name] = None
    return {factor: list(names) for factor, names in found.items()}
