"""What of an adapted model is stored under the name of a task or a language."""

from typing import cast

from torch import nn

from hyperadapters.context import Row
from hyperadapters.method import Part
from hyperadapters.providers import Hypernetwork
from hyperadapters.providers.heads import Maps

__all__ = ["heads_under", "vectors_under"]


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
