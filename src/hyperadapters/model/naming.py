"""What of an adapted model is stored under the name of a task or a language."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.method import Part
from hyperadapters.providers import Hypernetwork
from hyperadapters.providers.heads import Maps

if TYPE_CHECKING:
    from hyperadapters.model.adapted import AdaptedModel

__all__ = ["MEAN", "begin_as", "heads_under", "vectors_under"]

MEAN = "mean"
"""What a new name begins as where none is named: the mean of all others."""


def vectors_under(adapters: nn.ModuleDict, part: Part) -> dict[str, nn.Parameter]:
    """The vectors and the entries of tables of a name, such as `language=yo`.

    Returns:
        By what they are without the name: what two names have of the same has the same key.
    """
    found = {}
    for path, parameter in adapters.named_parameters():
        pieces = [_left_out(piece, part) for piece in path.split(".")]
        if pieces != path.split("."):
            found[".".join(pieces)] = parameter
    return found


def heads_under(
    adapters: nn.ModuleDict, heads: nn.ModuleDict, part: Part
) -> dict[str, nn.Parameter]:
    """The head of a task, `task=ner`: free, or the maps of a hypernetwork that write it.

    Returns:
        By what they are without the name of the task.
    """
    free = dict(heads[part].named_parameters()) if part in heads else {}
    found = {f"free.{path}": parameter for path, parameter in free.items()}
    for path, network in adapters.named_modules():
        for module in network.heads if isinstance(network, Hypernetwork) else ():
            sites = cast(Maps, module).group.sites
            if sites[0].task and part == str(Row(task=sites[0].task)):
                positions = ",".join(site.position for site in sites)
                for name, parameter in module.named_parameters():
                    found[f"{path}.{positions}.{name}"] = parameter
    return found


def _left_out(piece: str, part: Part) -> str:
    """One piece of a parameter's path, which may be a whole row, without a name."""
    return ",".join("*" if name == part else name for name in piece.split(","))


@torch.no_grad()
def begin_as(model: "AdaptedModel", row: Row, start: str) -> None:
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


def _alike(model: "AdaptedModel", name: str, other: str) -> bool:
    """Whether the heads of two tasks answer the same."""
    one, two = model.tasks[name], model.tasks[other]
    return type(one) is type(two) and one.kept() == two.kept()
