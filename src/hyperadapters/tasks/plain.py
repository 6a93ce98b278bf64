"""How a kind of task reads models that this library did not make."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import Tensor

from hyperadapters.tasks.batch import Share

__all__ = ["Plain"]


class Plain(NamedTuple):
    """How a kind of task reads a model that this library did not make.

    Args:
        auto: the class of `transformers` that reads it.
        logits: from the model's outputs for a whole batch to what the task gives of its share.
        kept: from the model's configuration and the task's settings to what a bundle keeps of it.
        told: from the settings to what `from_pretrained` must be told of a model that is a folder
            of `peft`, which does not say what its head gives.
        heads: the module of that class for each part of the task's head.
        hub: the type of head of AdapterHub that is one linear map, as this one; empty for none.
    """

    auto: str
    logits: Callable[[Any, Share], Tensor]
    kept: Callable[[Any, Any], dict[str, Any]] = lambda shape, settings: {}
    told: Callable[[Any], dict[str, Any]] = lambda settings: {}
    heads: Mapping[str, str] = {}
    hub: str = ""
