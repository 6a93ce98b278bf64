"""What of a method a run file can change: the arguments of its function."""

import inspect
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Strict

from hyperadapters.methods.published import METHODS

__all__ = ["REQUIRED", "Argument", "arguments"]

REQUIRED = inspect.Parameter.empty
"""In place of a default where there is none."""


class Argument(NamedTuple):
    """One value of a method.

    Args:
        hint: the type that a value has; numbers, booleans and texts strictly.
        default: the published value, or `REQUIRED`.
    """

    hint: Any
    default: Any


def arguments(method: str) -> Mapping[str, Argument]:
    """The arguments of a built-in method by name. What the method is called is none of them.

    Args:
        method: one of `METHODS`.
    """
    taken = inspect.signature(METHODS[method], eval_str=True).parameters
    return {
        name: Argument(_hint(parameter), parameter.default)
        for name, parameter in taken.items()
        if name != "name"
    }


def _hint(parameter: inspect.Parameter) -> Any:
    hint = parameter.annotation
    if hint is parameter.empty:
        return Any
    return Annotated[hint, Strict()] if hint in (int, float, bool, str) else hint
