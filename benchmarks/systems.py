"""What is measured: the plain backbone, and adapted models on backbones of their own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, final

import torch
from torch import nn

from benchmarks.setting import Setting, languages
from hyperadapters.forms import Bottleneck
from hyperadapters.method import HEADS, Adapter, Method, Phase
from hyperadapters.methods import full_fine_tuning, hyper_x
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Provider, materialise, table
from hyperadapters.sites import Where

__all__ = ["SYSTEMS", "Systems", "hyper_x_of"]


def _tables(width: int) -> Method:
    """A bottleneck per language after every feed-forward sub-layer; nothing else is trained."""
    adapter = Adapter("adapters", Bottleneck(width=width), Where("ffn"), table("language"))
    return Method("tables", (adapter,), (Phase(trains=frozenset({"adapters", HEADS})),))


def hyper_x_of(setting: Setting) -> Method:
    """Hyper-X Base at the sizes of a setting."""
    return hyper_x(
        code=setting.code,
        bottleneck=setting.wide,
        hidden=setting.hidden,
        embedding=setting.embedding,
    )


def _hyper_x_as_tables(setting: Setting) -> Method:
    """Hyper-X with free weights per task and language where it has a hypernetwork."""
    method = hyper_x_of(setting)
    written, *others = method.adapters
    return replace(method, adapters=(replace(written, weights=table("task", "language")), *others))


def _adapted(method: Method, setting: Setting, names: int) -> AdaptedModel:
    torch.manual_seed(1)
    rows = languages(names)
    return adapt(setting.backbone(), method, tasks=[setting.task()], rows=rows)


def _materialised(setting: Setting, names: int) -> AdaptedModel:
    """Hyper-X with its hypernetwork exchanged for the table that equals it at some languages."""
    model = _adapted(hyper_x_of(setting), setting, names)
    network = model.adapters["adapters"]
    assert isinstance(network, Provider)
    model.adapters["adapters"] = materialise(network, languages(names))
    return model


SYSTEMS: Mapping[str, Callable[[Setting, int], Any]] = {
    "plain": lambda setting, names: setting.backbone(),
    "narrow table": lambda setting, names: _adapted(_tables(setting.narrow), setting, names),
    "wide table": lambda setting, names: _adapted(_tables(setting.wide), setting, names),
    "hyper-x": lambda setting, names: _adapted(hyper_x_of(setting), setting, names),
    "tables": lambda setting, names: _adapted(_hyper_x_as_tables(setting), setting, names),
    "materialised": _materialised,
    "full fine-tuning": lambda setting, names: _adapted(full_fine_tuning(), setting, names),
}
"""Every system by name: from a setting and a number of languages to its model."""


@final
class Systems:
    """Models made when first asked for, each on its own backbone; none has dropout.

    Args:
        setting: the sizes.
        device: where they compute.
        names: languages that each knows.
    """

    def __init__(self, setting: Setting, device: torch.device, names: int) -> None:
        self.setting = setting
        self.device = device
        self.names = names
        self.batch = setting.batch().to(device)
        self._made: dict[str, nn.Module] = {}

    def __getitem__(self, name: str) -> nn.Module:
        if name not in self._made:
            model = SYSTEMS[name](self.setting, self.names).to(self.device)
            if isinstance(model, AdaptedModel):
                model.enter(model.phases[-1])
            self._made[name] = model
        return self._made[name]
