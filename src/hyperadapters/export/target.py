"""The plain model of `transformers` that one row becomes: its class, and where sites lie in it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
import transformers
from torch import nn

from hyperadapters.backbones import Model, Place, architectures, base_of, family_of, places_of
from hyperadapters.errors import ConfigError
from hyperadapters.run.assembly import Assembly
from hyperadapters.sites import Site
from hyperadapters.tasks.plain import Plain

__all__ = ["Target", "target_of"]


@dataclass(frozen=True, eq=False)
class Target:
    """A model without weights, of the class that reads what a task's row becomes.

    Args:
        backbone: the model with a language-model head that rows are added to; it is not copied.
        shape: the configuration of the class.
        kind: the class.
        heads: the module of the class for each part of the task's head.
        hub: the type of head of AdapterHub that is the same.
    """

    backbone: Model
    shape: Any
    kind: Any
    heads: Mapping[str, str] = field(default_factory=dict)
    hub: str = ""
    model: Any = field(init=False, repr=False)
    places: Mapping[Site, Place] = field(init=False, repr=False)
    paths: Mapping[Site, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        with torch.device("meta"), architectures.quiet():
            model = self.kind(self.shape)
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "places", places_of(self.backbone))
        object.__setattr__(self, "paths", self._paths())

    @property
    def prefix(self) -> str:
        """What stands before the names of the base model's modules."""
        base = base_of(self.model)
        names = (name for name, module in self.model.named_modules() if module is base)
        name = next(names)
        return f"{name}." if name else ""

    @property
    def task_type(self) -> str | None:
        """What `peft` calls a model that writes text, for its class with `generate`; None for any
        other model, whose plain class changes nothing.
        """
        return family_of(self.backbone).towers.writes if self.has_own_head else None

    @property
    def has_own_head(self) -> bool:
        """Whether the head is the backbone's own."""
        return not self.heads

    def module(self, site: Site) -> nn.Module:
        """The module of the backbone at a site."""
        return self.places[site].module

    def _paths(self) -> dict[Site, str]:
        """The names in the model of the modules at sites; of towers that it lacks there are none.

        Sites of the whole of a layer, or of what enters the first, are named by the layer.
        """
        names = {id(m): name for name, m in base_of(self.backbone).named_modules()}
        known = {name for name, _ in self.model.named_modules()}
        named = {
            site: f"{self.prefix}{names[id(place.module)]}" for site, place in self.places.items()
        }
        return {site: name for site, name in named.items() if name in known}


def target_of(assembly: Assembly, task: str) -> Target:
    """What the rows of a task become.

    Raises:
        ConfigError: `transformers` has no model of this backbone with such a head.
    """
    backbone = assembly.model.backbone
    if not assembly.tasks[task].heads:
        return Target(backbone, copy.deepcopy(backbone.config), type(backbone))
    settings = assembly.run.tasks[task]
    plain = settings.plain
    kind = None if plain is None else _class_of(plain, backbone)
    if plain is None or kind is None or not plain.heads:
        raise _no_class(task, type(backbone))
    shape = copy.deepcopy(backbone.config)
    labels = plain.told(settings).get("id2label", {})
    shape.id2label, shape.label2id = labels, {name: place for place, name in labels.items()}
    target = Target(backbone, shape, kind, plain.heads, plain.hub)
    if len({site.tower for site in target.paths}) > 1:
        raise _no_class(task, kind, "its head reads the decoder, that of the task the encoder")
    return target


def _no_class(task: str, kind: type, cause: str | None = None) -> ConfigError:
    return ConfigError(
        f"no model of `transformers` has the head of task `{task}`",
        expected="a task whose head is one linear map, on a backbone that has such a class",
        found=f"`{kind.__name__}`",
        cause=cause,
        remedy="use `--format table`, which this library reads",
    )


def _class_of(plain: Plain, backbone: Model) -> Any:
    """The class for the type of a backbone, if there is one."""
    known = getattr(transformers, plain.auto)._model_mapping
    shape = type(backbone.config)
    return known[shape] if shape in known else None
