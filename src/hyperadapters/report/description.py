"""What a run or a method is made of, as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

__all__ = ["catalogue_table", "description_table"]

_SHOWN_NAMES = 12
_MARKS = {"multi_task": "M", "cross_lingual": "C", "new_language": "N", "unseen_pair": "U"}


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
        caption="× size of all in backbones, % a task trained per task in percent of the backbone; "
        + ", ".join(f"{mark} {name.replace('_', ' ')}" for name, mark in _MARKS.items()),
    )
    table.add_column("method", no_wrap=True)
    table.add_column("paper", overflow="fold")
    for column in ("added", "trained", "in all", "×", "% a task"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("can do", no_wrap=True)
    for entry in entries:
        sizes = (entry[f"{kind}_parameters"] for kind in ("added", "trained", "total"))
        can = "".join(mark if entry[name] else "·" for name, mark in _MARKS.items())
        shown = [f"{size / 1e6:.1f}" for size in sizes]
        shown += [f"{entry['times_backbone']:.2f}", f"{entry['trained_per_task_percent']:.2f}"]
        table.add_row(entry["name"], entry["paper"], *shown, can)
    return table


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
