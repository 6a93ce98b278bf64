"""What a run or a method is made of, as tables, and a method's run in the setting of its paper."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from hyperadapters.config import RunFile, run_from
from hyperadapters.errors import UnknownName
from hyperadapters.methods import METHODS, SETTINGS

__all__ = ["catalogue_table", "description_table", "published"]

_SHOWN_NAMES = 12
_MARKS = {"multi_task": "M", "cross_lingual": "C", "new_language": "N", "unseen_pair": "U"}
_UNNAMED = {
    "tagging": {"format": "conll", "path": "{language}.txt"},
    "mlm": {"format": "text", "path": "{language}.txt"},
    "translation": {"format": "aligned", "paths": ["{language}.txt"]},
}
"""Data of each kind of task that name no corpus."""


def published(method: str, changes: Sequence[str] = ()) -> RunFile:
    """A run of a method in its paper's setting, for counting: its corpora are not named.

    Args:
        changes: such as `backbone.name=xlm-roberta-base` or `method.bottleneck=64`.

    Raises:
        UnknownName: no such method.
        ConfigError: a change is wrong.
    """
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    setting = SETTINGS[method]
    labelled = {
        task: {
            "kind": "tagging",
            "labels": [str(place) for place in range(labels)],
            "data": _UNNAMED["tagging"],
        }
        for task, labels in setting.labels.items()
    }
    others = {task: {"kind": kind, "data": _UNNAMED[kind]} for task, kind in setting.others.items()}
    values = {
        "name": method,
        "backbone": {"name": setting.backbone},
        "method": {"name": method},
        "tasks": {**labelled, **others},
        "train": {task: list(setting.languages) for task in (*setting.labels, *setting.others)},
    }
    return run_from(values, changes, where=f"the published setting of {method}")


def description_table(facts: Mapping[str, Any]) -> Table:
    """Parameter counts and names of factors, from what `describe` found."""
    table = Table("", "", title=f"{facts['method']}  {facts['paper']}", show_header=False)
    for name, value in facts.items():
        if name in ("method", "paper", "names", "phases"):
            continue
        if isinstance(value, Mapping):
            for part, count in value.items():
                table.add_row(f"{name.rstrip('s')} `{part}`", _text(count))
        else:
            table.add_row(name.replace("_", " "), _text(value))
    for phase in facts["phases"]:
        trains = ", ".join(phase["trains"])
        table.add_row(f"phase `{phase['name']}`", f"{phase['steps']:,} updates of {trains}")
    for factor, names in facts["names"].items():
        more = f", ... ({len(names)} in all)" if len(names) > _SHOWN_NAMES else ""
        table.add_row(f"names of `{factor}`", ", ".join(names[:_SHOWN_NAMES]) + more)
    return table


def catalogue_table(entries: Sequence[Mapping[str, Any]]) -> Table:
    """The built-in methods, one row each, from what `catalogue` lists."""
    table = Table(
        title="Built-in methods as published; millions of parameters, without heads",
        caption=", ".join(f"{mark} {name.replace('_', ' ')}" for name, mark in _MARKS.items()),
    )
    table.add_column("method", no_wrap=True)
    table.add_column("paper", overflow="fold")
    for column in ("added", "trained", "in all"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("can do", no_wrap=True)
    for entry in entries:
        sizes = (entry[f"{kind}_parameters"] for kind in ("added", "trained", "total"))
        can = "".join(mark if entry[name] else "·" for name, mark in _MARKS.items())
        table.add_row(entry["name"], entry["paper"], *(f"{size / 1e6:.1f}" for size in sizes), can)
    return table


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
