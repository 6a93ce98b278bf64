"""The parts of an adapted model, by name: what can be trained, kept and looked at."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from hyperadapters.backbones import Model, backbone_parameters, head_parameters
from hyperadapters.context import Factor, names_of
from hyperadapters.errors import UnknownName
from hyperadapters.method import BACKBONE, HEADS, Part
from hyperadapters.model.naming import heads_under, vectors_under
from hyperadapters.providers import Hypernetwork
from hyperadapters.tasks.base import Task

__all__ = ["Parts"]


@final
@dataclass(frozen=True)
class Parts:
    """Whose parameters are whose.

    Args:
        backbone: a `transformers` model with its language-model head.
        adapters: per adapter its provider, of hooked sites or of heads.
        heads: the providers of heads that no adapter takes over.
        tasks: by name.
    """

    backbone: Model
    adapters: nn.ModuleDict
    heads: nn.ModuleDict
    tasks: Mapping[str, Task]

    def parameters_of(self, part: Part) -> list[nn.Parameter]:
        """The parameters of one part, each once; those of a generated head are its adapter's, and
        its task's.

        Raises:
            UnknownName: the model has no such part.
        """
        if part == BACKBONE:
            return list(backbone_parameters(self.backbone))
        if part == HEADS:
            borrowed = any(not task.heads for task in self.tasks.values())
            return [
                *self.heads.parameters(),
                *(head_parameters(self.backbone) if borrowed else ()),
            ]
        if part in self.adapters:
            return list(self.adapters[part].parameters())
        named = vectors_under(self.adapters, part) | heads_under(self.adapters, self.heads, part)
        if not named:
            name = "=" in part  # of a task or a language
            cause = "nothing that can be trained is stored under it; vectors of a file are fixed"
            known = [*self.adapters, BACKBONE, HEADS]
            raise UnknownName("part of the model", part, known, cause=cause if name else None)
        return list(named.values())

    def among(self, model: nn.Module, parts: Collection[Part]) -> dict[str, nn.Parameter]:
        """The parameters of some parts by the names that a model which contains them gives."""
        chosen = {id(parameter) for part in parts for parameter in self.parameters_of(part)}
        return {n: p for n, p in model.named_parameters() if id(p) in chosen}

    def fixed(self, model: nn.Module, parts: Collection[Part]) -> dict[str, Tensor]:
        """What adapters among some parts hold and no update moves, such as vectors of a file."""
        own = [self.adapters[part] for part in parts if part in self.adapters]
        chosen = {id(buffer) for adapter in own for buffer in adapter.buffers()}
        return {n: buffer for n, buffer in model.named_buffers() if id(buffer) in chosen}

    def embeddings(self) -> dict[Factor, dict[str, Tensor]]:
        """Per factor, every name's vector, of all hypernetworks of the model.

        Source and target languages have the vectors of `language`.
        """
        found: dict[Factor, dict[str, Tensor]] = {}
        for network in (m for m in self.adapters.modules() if isinstance(m, Hypernetwork)):
            for factor, vectors in network.centres().items():
                found.setdefault(names_of(factor), {}).update(vectors)
        return found
