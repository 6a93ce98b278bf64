"""What a new name of an adapted model begins as."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.naming import heads_under, vectors_under

__all__ = ["MEAN", "begin_as"]

MEAN = "mean"
"""What a new name begins as where none is named: the mean of all others."""


@torch.no_grad()
def begin_as(model: AdaptedModel, row: Row, start: str) -> None:
    """Gives a name what another one has, or the mean of what all others have.

    The head of a task comes along where the other task is of the same kind with the same labels;
    otherwise, and with `mean`, it stays as it is.

    Args:
        row: the name, alone.
        start: another name of its factor that some hypernetwork has a vector of, or some table an
            entry, or `mean`.

    Raises:
        UnknownName: there is no such name.
    """
    ((factor, name),) = row.items()
    stored = {**model.embeddings().get(factor, {}), **_entries(model.adapters, factor)}
    known = [other for other in stored if other != name]
    if start not in (*known, MEAN):
        raise UnknownName(factor, start, [*known, MEAN], where="init_from")
    chosen = [Row({factor: other}) for other in (known if start == MEAN else [start])]
    others = [vectors_under(model.adapters, str(other)) for other in chosen]
    _copy(vectors_under(model.adapters, str(row)), others)
    if start != MEAN and factor == "task" and _alike(model, name, start):
        same = heads_under(model.adapters, model.heads, str(chosen[0]))
        _copy(heads_under(model.adapters, model.heads, str(row)), [same])


def _entries(adapters: nn.ModuleDict, factor: str) -> dict[str, None]:
    """The names of a factor that vectors and entries of tables are called by."""
    pieces = (piece for path, _ in adapters.named_parameters() for piece in path.split("."))
    names = (name.partition("=") for piece in pieces for name in piece.split(","))
    return {name: None for known, equals, name in names if known == factor and equals}


def _copy(own: Mapping[str, Tensor], others: list[dict[str, nn.Parameter]]) -> None:
    for path, parameter in own.items():
        found: list[Tensor] = [other[path] for other in others if path in other]
        if found:
            parameter.copy_(torch.stack(found).mean(dim=0))


def _alike(model: AdaptedModel, name: str, other: str) -> bool:
    """Whether the heads of two tasks answer the same."""
    one, two = model.tasks[name], model.tasks[other]
    return type(one) is type(two) and one.kept() == two.kept()
