"""What an adapted model hangs on its backbone: hooks that act in its own forward alone."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, final

from torch import nn

from hyperadapters.backbones import Place
from hyperadapters.errors import BackboneError
from hyperadapters.model.binding import current
from hyperadapters.model.wiring import Flow
from hyperadapters.sites import Site

__all__ = ["Hooks"]

_CHANGED = {"entry": 0, "residual": 1}
"""Wirings that change what a module reads, and which positional argument that is."""

Found = Sequence[tuple[Site, str]]
"""The sites at one module, each with its wiring."""


@final
class Hooks:
    """One hook per place where an adapter may act; none anywhere else.

    They let act what is bound with this object as its owner, so that two adapted models of one
    backbone do not see each other. As methods of an object that is copied along with its model,
    they belong to the copy in a deep copy.

    Args:
        places: of the backbone.
        sites: where adapters may act.

    Attributes:
        entries: those of the sites whose form changes what enters a tower.

    Raises:
        BackboneError: an adapter is wired around a norm that another one trains.
    """

    def __init__(self, places: Mapping[Site, Place], sites: Iterable[Site]) -> None:
        hosts: dict[nn.Module, list[tuple[Site, str]]] = {}
        for site in dict.fromkeys(sites):
            hosts.setdefault(places[site].module, []).append((site, places[site].wiring))
        found = [pair for pairs in hosts.values() for pair in pairs]
        self.entries = tuple(site for site, wiring in found if wiring == "entry")
        for module, pairs in hosts.items():
            self._attach(module, pairs)

    def _attach(self, module: nn.Module, found: Found) -> None:
        others = [pair for pair in found if pair[1] not in _CHANGED]
        if {"around", "in"} <= {wiring for _, wiring in others}:
            raise BackboneError(
                "a norm cannot be trained where an adapter is wired around it",
                where=", ".join(str(site) for site, _ in others),
                remedy="leave out this norm's deltas, or put the adapter elsewhere",
            )
        for wiring, argument in _CHANGED.items():
            if own := [pair for pair in found if pair[1] == wiring]:
                hook = partial(self._on_input, own, argument)
                module.register_forward_pre_hook(hook, prepend=True)
        if others:
            module.register_forward_hook(partial(self._on_output, others), prepend=True)

    def _on_output(self, found: Found, module: nn.Module, read: Any, gives: Any) -> Any:
        binding = current(self)
        if binding is None:
            return gives
        first = gives[0] if isinstance(gives, tuple) else gives
        flow = binding.fold(found, module, Flow(read[0] if read else first, first))
        return (flow.gives, *gives[1:]) if isinstance(gives, tuple) else flow.gives

    def _on_input(self, found: Found, argument: int, module: nn.Module, read: Any) -> Any:
        binding = current(self)
        if binding is None:
            return read
        flow = binding.fold(found, module, Flow(read[argument], read[argument]))
        return (*read[:argument], flow.gives, *read[argument + 1 :])
