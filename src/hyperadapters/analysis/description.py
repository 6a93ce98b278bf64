"""What a run or a method is made of, as tables, and a method's run in the setting of its paper."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from hyperadapters.config import RunFile, changed_run
from hyperadapters.errors import UnknownName
from hyperadapters.methods import METHODS, SETTINGS

__all__ = ["catalogue_table", "description_table", "published"]

_SHOWN_NAMES = 12


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
    unnamed = {"format": "conll", "path": "{language}.txt"}
    labelled = {
        task: {
            "kind": "tagging",
            "labels": [str(place) for place in range(labels)],
            "data": unnamed,
        }
        for task, labels in setting.labels.items()
        if labels
    }
    others = {
        task: {"kind": "mlm", "data": unnamed} for task in setting.labels if task not in labelled
    }
    values = {
        "name": method,
        "backbone": {"name": setting.backbone},
        "method": {"name": method},
        "tasks": {**labelled, **others},
        "train": {task: list(setting.languages) for task in setting.labels},
    }
    return changed_run(values, changes, where=f"the published setting of {method}")


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
    table = Table(title="Built-in methods as published; parameters without heads")
    table.add_column("method", no_wrap=True)
    table.add_column("paper, its backbone", overflow="fold")
    table.add_column("trained", justify="right")
    table.add_column("in all", justify="right")
    table.add_column("can do")
    for entry in entries:
        table.add_row(
            entry["name"],
            f"{entry['paper']}\n{entry['backbone']}",
            _text(entry["trained_parameters"]),
            _text(entry["total_parameters"]),
            "\n".join(key.replace("_", " ") for key, value in entry.items() if value is True),
        )
    return table


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
