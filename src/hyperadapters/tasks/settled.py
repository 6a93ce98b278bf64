"""What the encoding of a task depends on, as text."""

from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import Any

from hyperadapters.tasks.base import Task

__all__ = ["settled"]


def settled(task: Task) -> str:
    """All that a task's `encode` depends on beside its arguments and its code: the fields of a data
    class, without the metric. Empty where it cannot be told, and what is encoded is made anew in
    every start.
    """
    own: Any = task
    if not is_dataclass(own):
        return ""
    names = [part.name for part in fields(own) if part.repr and part.name != "metric"]
    text = repr({name: _named(getattr(own, name)) for name in names})
    return "" if " at 0x" in text else text  # a part without a text of its own has an address


def _named(value: Any) -> Any:
    """A function of this library as its name, anything else as it is."""
    module, name = getattr(value, "__module__", ""), getattr(value, "__qualname__", "")
    own = isinstance(value, FunctionType) and module.split(".")[0] == __name__.split(".")[0]
    return (module, name) if own and "<" not in name else value
