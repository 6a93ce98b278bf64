"""Whether a method exists, and takes the arguments that a run file gives it."""

from collections.abc import Mapping
from typing import Any

from hyperadapters.config.run_file import MethodChoice
from hyperadapters.document.document import Document, Fault
from hyperadapters.document.validation import part_faults, unknown
from hyperadapters.errors import HyperadaptersError
from hyperadapters.method import Method
from hyperadapters.methods import METHODS
from hyperadapters.methods.arguments import REQUIRED, arguments

__all__ = ["argument_faults", "built", "defaults"]


def argument_faults(document: Document, choice: MethodChoice) -> list[Fault]:
    """What is wrong with a method's name and arguments: unknown, missing, or of the wrong type."""
    if choice.name not in METHODS:
        place = ("method", "name") if isinstance(document.values["method"], dict) else ("method",)
        return [unknown(document, place, "method", choice.name, sorted(METHODS))]
    taken = arguments(choice.name)
    faults = []
    for name in choice.arguments:
        place = ("method", name)
        if name not in taken:
            faults.append(unknown(document, place, "argument", name, list(taken)))
        else:
            faults += part_faults(taken[name].hint, document, place)
    for name, argument in taken.items():
        if argument.default is REQUIRED and name not in choice.arguments:
            faults.append(
                document.fault(("method",), f"`{choice.name}` needs the argument `{name}`")
            )
    return faults


def built(
    document: Document, name: str, given: Mapping[str, Any]
) -> tuple[Method | None, list[Fault]]:
    """The method, where there is one of this name whose function takes these values; what it
    refuses is a fault.
    """
    if name not in METHODS:
        return None, []
    try:
        return METHODS[name](**given), []
    except (HyperadaptersError, ValueError, TypeError) as error:
        return None, [document.fault(("method",), str(error))]


def defaults(choice: MethodChoice) -> dict[str, Any]:
    """All arguments of a method that have a value, those of the run among them, as plain values."""
    own = {
        name: argument.default
        for name, argument in arguments(choice.name).items()
        if argument.default is not REQUIRED
    }
    given = own | choice.arguments
    return {name: _plain(value) for name, value in given.items() if value is not None}


def _plain(value: Any) -> Any:
    return list(map(_plain, value)) if isinstance(value, tuple | list) else value
