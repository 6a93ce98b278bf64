"""Parameter counts and abilities of a run or of every method, without weights or network."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from hyperadapters.backbones import architectures
from hyperadapters.config import RunFile
from hyperadapters.config.run_file import Backbone
from hyperadapters.context import Row, names_of
from hyperadapters.methods import METHODS, SETTINGS, Setting
from hyperadapters.metrics import METRICS
from hyperadapters.model.adapt import adapt
from hyperadapters.model.counting import abilities, counts
from hyperadapters.run.assembly import method_of, rows_of, tasks_of
from hyperadapters.run.library import Library
from hyperadapters.tasks.base import Task
from hyperadapters.tasks.mlm import MaskedLM
from hyperadapters.tasks.tagging import Tagging
from hyperadapters.tasks.translation import Translation

__all__ = ["catalogue", "describe"]


def describe(run: RunFile, *, data_root: Path | None = None) -> dict[str, Any]:
    """Every parameter count of a run and the names its factors know, without weights or network."""
    method = method_of(run)
    tasks = tasks_of(run, Library(run, data_root))
    rows = rows_of(run, method, tasks)
    with torch.device("meta"):
        model = adapt(_shape(run.backbone), method, tasks=list(tasks.values()), rows=rows)
    return {
        "method": method.name,
        "paper": method.paper,
        **counts(model),
        "names": _names(rows),
        "phases": [
            {"name": p.name, "trains": sorted(p.trains), "steps": p.recipe.steps}
            for p in method.phases
        ],
        **abilities(method),
    }


def _shape(wanted: Backbone) -> Any:
    if wanted.architecture is not None:
        shape = wanted.architecture.model_dump()
        return architectures.from_scratch(shape, wanted.architecture.vocabulary)
    folder = Path(wanted.path).expanduser() if wanted.path else None
    return architectures.empty(str(folder or wanted.name))


def _names(rows: Iterable[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        for factor, name in row.items():
            names = found.setdefault(names_of(factor), [])
            names += [] if name in names else [name]
    return found


def catalogue() -> list[dict[str, Any]]:
    """Every built-in method in its paper's setting: its counts and what it can do."""
    return [_entry(name, SETTINGS[name]) for name in METHODS]


_OTHERS: Mapping[str, Callable[[str], Task]] = {"mlm": MaskedLM, "translation": Translation}


def _entry(name: str, setting: Setting) -> dict[str, Any]:
    method = METHODS[name]()
    tasks: list[Task] = [
        Tagging(task, tuple(map(str, range(labels))), METRICS["accuracy"])
        for task, labels in setting.labels.items()
    ]
    tasks += [_OTHERS[kind](task) for task, kind in setting.others.items()]
    rows = [task.row(language) for task in tasks for language in setting.languages]
    languages = {name for row in rows for factor, name in row.items() if factor != "task"}
    with torch.device("meta"):
        counted = counts(
            adapt(architectures.empty(setting.backbone), method, tasks=tasks, rows=rows)
        )
    return {
        "name": name,
        "paper": method.paper,
        "backbone": setting.backbone,
        "tasks": [task.name for task in tasks],
        "languages": len(languages),
        "trained_parameters": counted["trained_without_heads"],
        "added_parameters": sum(counted["providers"].values()),
        "total_parameters": counted["total"],
        **abilities(method),
    }
