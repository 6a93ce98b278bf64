"""Every built-in method in the setting of its paper, counted without weights or network."""

from collections.abc import Sequence
from typing import Any

from hyperadapters.backbones import architectures
from hyperadapters.document.document import Document, Fault, raise_faults
from hyperadapters.document.reading import changed
from hyperadapters.document.validation import part_faults, unknown
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.method import Method
from hyperadapters.methods import METHODS, SETTINGS
from hyperadapters.methods.arguments import REQUIRED, arguments
from hyperadapters.run.counted import Counted, facts
from hyperadapters.run.sizes import countable

__all__ = ["catalogue", "published"]


def catalogue() -> list[dict[str, Any]]:
    """Every built-in method in its paper's setting: its counts and what it can do."""
    return [_entry(name) for name in METHODS]


def _entry(name: str) -> dict[str, Any]:
    setting, found = SETTINGS[name], published(name)
    tasks = [*setting.labels, *setting.unlabelled]
    backbone_of_tasks = found["backbone"] * len(tasks)
    abilities = {ability: can for ability, can in found.items() if isinstance(can, bool)}
    return {
        "name": name,
        "paper": found["paper"],
        "backbone": setting.backbone,
        "tasks": tasks,
        "languages": len(found["names"]["language"]),
        "trained_parameters": found["trained_without_heads"],
        "added_parameters": found["added"],
        "total_parameters": found["total"],
        "times_backbone": found["total"] / found["backbone"],
        "trained_per_task_percent": 100 * found["trained_without_heads"] / backbone_of_tasks,
        **abilities,
    }


def published(method: str, changes: Sequence[str] = ()) -> dict[str, Any]:
    """Every parameter count of a method in its paper's setting, and the names its factors know.

    Args:
        method: one of `METHODS`.
        changes: such as `backbone.name=xlm-roberta-base` or `method.bottleneck=64`.

    Raises:
        UnknownName: no such method, or no such backbone.
        ConfigError: a change is wrong, or of something that a method's setting does not have.
    """
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    setting = SETTINGS[method]
    where = f"the published setting of {method}"
    said = {"backbone": {"name": setting.backbone}, "method": dict(setting.arguments)}
    checked = [_checked(change) for change in changes]
    document = changed(Document(said, {}, (), where), checked)
    raise_faults([*document.faults, *_faults(method, document)], where)
    made = _made(method, document).on(setting.cells)
    tasks = [Counted(task, labels) for task, labels in setting.labels.items()]
    tasks += [Counted(task) for task in setting.unlabelled]
    backbone = architectures.empty(document.values["backbone"]["name"])
    for phase in made.phases:
        if not phase.cells:
            raise ConfigError(
                f"phase `{phase.name}` is trained on none of the tasks",
                where=where,
                found=", ".join(task.name for task in tasks),
            )
    with countable():
        return facts(made, backbone, tasks)


def _checked(change: str) -> str:
    """A change, if it is of what a setting has."""
    path = change.partition("=")[0]
    room, _, name = path.partition(".")
    if path == "backbone.name" or (room == "method" and name.isidentifier() and name != "name"):
        return change
    raise ConfigError(
        f"`{change}` changes nothing that is counted",
        expected="`backbone.name=NAME` or `method.ARGUMENT=VALUE`",
        remedy="write a run file, and describe that",
    )


def _faults(method: str, document: Document) -> list[Fault]:
    """What is wrong with the values of a setting: unknown, or of the wrong type."""
    taken, given = arguments(method), document.values["method"]
    faults = [document.fault(("backbone",), "a backbone needs a `name`")]
    if "name" in document.values["backbone"]:
        faults = part_faults(str, document, ("backbone", "name"))
    for name in given:
        place = ("method", name)
        if name in taken:
            faults += part_faults(taken[name].hint, document, place)
        else:
            faults.append(unknown(document, place, "argument", name, list(taken)))
    for name, argument in taken.items():
        if argument.default is REQUIRED and name not in given:
            faults.append(document.fault(("method",), f"`{method}` needs the argument `{name}`"))
    return faults


def _made(method: str, document: Document) -> Method:
    try:
        return METHODS[method](**document.values["method"])
    except (ValueError, TypeError) as error:
        raise ConfigError(str(error), where=document.line(("method",))) from error
