"""What a run file asks for, counted without weights or network."""

from pathlib import Path
from typing import Any

import torch

from hyperadapters.backbones import architectures
from hyperadapters.config import RunFile, method_of
from hyperadapters.config.run_file import Backbone
from hyperadapters.run.assembly import tasks_of
from hyperadapters.run.counted import facts
from hyperadapters.run.library import Library
from hyperadapters.run.sizes import countable

__all__ = ["describe"]


def describe(run: RunFile, *, data_root: Path | None = None) -> dict[str, Any]:
    """Every parameter count of a run and the names its factors know, without weights or network.

    Raises:
        ConfigError: there are more parameters than can be counted.
    """
    tasks = tasks_of(run, Library(run, data_root))
    with countable():
        return facts(method_of(run), _shape(run.backbone), list(tasks.values()))


def _shape(wanted: Backbone) -> Any:
    if wanted.architecture is not None:
        shape = wanted.architecture.model_dump()
        with torch.device("meta"):
            return architectures.from_scratch(shape, wanted.architecture.vocabulary)
    folder = Path(wanted.path).expanduser() if wanted.path else None
    return architectures.empty(str(folder or wanted.name))
