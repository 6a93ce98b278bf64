"""The page of run files: every key, its default and its meaning, from the classes it is read by."""

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from hyperadapters.config.task_settings import MlmTask, TaggingTask, TranslationTask
from pydantic import BaseModel

from hyperadapters.config.run_file import Architecture, Backbone, Pretraining, RunFile
from hyperadapters.data import SOURCES
from hyperadapters.method import Recipe
from hyperadapters.methods import (
    full_fine_tuning,
    hyper_adapters,
    hyper_x,
    language_adapters,
    pair_adapters,
    transformer,
)
from hyperadapters.study.study_file import Case, StudyFile

NEEDED = "needed"
_SAID_ABOVE = ("kind", "format")
_ENTRY = re.compile(r"^(\w+(?:, \w+)*): (.*)$")

Row = tuple[str, str, str]
"""A key, its default, what it means."""

HEAD = """# Run files

<!-- written by `make docs` from the classes that read run files -->

One YAML file is one run. A key that is not here is refused, with the nearest one that is.

- `--set recipe.steps=50` changes one value from the command line; quote what holds brackets or
  braces: `--set "train.ner=[en, tr]"`. A mapping is merged, unless it chooses
  anew (a method's `name`, a `format`, a backbone's `path`, `name` or `architecture`): then it
  replaces the old one whole. `null` takes a key away; `--set` may be given again and again.
- `base: other.yaml` starts from another file.
- Relative paths of corpora are under `--data-root FOLDER` (or `HYPERADAPTERS_DATA`), which is not
  kept in the run: give it to `evaluate` again.
- `train`, `evaluate` and `select` map a task to a list of languages, or of directions: `de-en`.
"""

RECIPE = "Recipe: `recipe`, `phases.NAME`, `pretrain.recipe`"
METHODS = "Methods: `method`"
NOTES = {
    RECIPE: "Methods have recipes of their own: `run.yaml` in a run's folder has all values. "
    "Those of translation are the paper's, for 32 GPUs: 256,000 tokens an update, in 32 "
    "draws; with `batch` or a smaller `batch_tokens` set `contexts_per_batch` too.",
    METHODS: "Widths below are those of the first size of a method, such as `hyper-x-base` or "
    "`hyper-adapters-base-base`; others have their own.",
}

CHAPTERS: Mapping[str, Mapping[str, Any]] = {
    "The run": {
        "": RunFile,
        "`backbone`": Backbone,
        "`backbone.architecture`": Architecture,
        "`pretrain`": Pretraining,
    },
    "Tasks: `tasks.NAME`": {
        "`kind: tagging`": TaggingTask,
        "`kind: mlm`": MlmTask,
        "`kind: translation`": TranslationTask,
    },
    "Data: `tasks.NAME.data`": {f"`format: {source.format}`": source for source in SOURCES},
    RECIPE: {"": Recipe},
    METHODS: {
        "`full-fine-tuning`": full_fine_tuning,
        "`hyper-x-*`": hyper_x,
        "`transformer-*`": transformer,
        "`language-adapters-*`": language_adapters,
        "`pair-adapters-*`": pair_adapters,
        "`hyper-adapters-*`": hyper_adapters,
    },
    "Study files": {"": StudyFile, "`cases`": Case},
}


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for chapter, sections in CHAPTERS.items():
        lines.append(f"## {chapter}\n")
        lines += [f"{NOTES[chapter]}\n"] if chapter in NOTES else []
        for title, described in sections.items():
            lines += [f"### {title}\n"] if title else []
            lines += [*section(described), ""]
    return "\n".join(lines).rstrip() + "\n"


def section(described: Any) -> list[str]:
    """What a class or a method is for, and a table of its keys."""
    found = list(rows(described))
    before = inspect.getdoc(described).partition("Args:")[0].partition("Raises:")[0]
    head = ["\n\n".join(part.replace("\n", " ") for part in before.strip().split("\n\n"))]
    if not found:
        return head
    table = [f"| {key} | {default} | {text} |" for key, default, text in merged(found)]
    return [*head, "", "| key | default | |", "|---|---|---|", *table]


def rows(described: Any) -> Iterator[Row]:
    """Every key in the order of the class."""
    meanings = arguments(described)
    for key, default in defaults(described).items():
        if key not in _SAID_ABOVE:
            yield key, shown(default), meanings[key].replace("|", "\\|")


def merged(found: Sequence[Row]) -> Iterator[Row]:
    """Neighbours of one meaning in one row, with one default where they share it."""
    for text, group in groupby(found, key=lambda row: row[2]):
        own = list(group)
        values = [default for _, default, _ in own]
        default = values[0] if len(set(values)) == 1 else ", ".join(values)
        yield ", ".join(f"`{key}`" for key, _, _ in own), default, text


def arguments(described: Any) -> dict[str, str]:
    """What the docstring, and those of the classes below, say of each argument."""
    found: dict[str, str] = {}
    for one in getattr(described, "__mro__", (described,)):
        text = inspect.cleandoc(one.__doc__ or "").partition("Args:\n")[2].partition("\n\n")[0]
        names: list[str] = []
        for line in inspect.cleandoc(text).splitlines():
            entry = _ENTRY.match(line)
            if entry:
                names = [name for name in entry[1].split(", ") if name not in found]
                found |= dict.fromkeys(names, entry[2])
            else:
                found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return found


def defaults(described: Any) -> dict[str, Any]:
    """Every key with its default, `NEEDED` where it has none, None where another key decides."""
    if dataclasses.is_dataclass(described):
        return {one.name: default_of(one) for one in dataclasses.fields(described)}
    if isinstance(described, type) and issubclass(described, BaseModel):
        fields = described.model_fields.items()
        return {name: NEEDED if one.is_required() else one.default for name, one in fields}
    return arguments_of(described)


def default_of(field: dataclasses.Field[Any]) -> Any:
    """Of a field of a data class."""
    if field.default is not dataclasses.MISSING:
        return field.default
    return NEEDED if field.default_factory is dataclasses.MISSING else field.default_factory()


def arguments_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The arguments of a method but its name."""
    taken = inspect.signature(function).parameters.values()
    return {one.name: one.default for one in taken if one.name not in ("name", "size")}


def shown(default: Any) -> str:
    """A default as YAML has it; nothing for what is absent or empty."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if default is NEEDED:
        return NEEDED
    if isinstance(default, int | float | str) and default != "":
        return f"`{default}`"
    if isinstance(default, dict) and default:
        return "`{" + ", ".join(f"{key}: {value}" for key, value in default.items()) + "}`"
    if isinstance(default, tuple) and default:
        return f"`[{', '.join(map(str, default))}]`"
    return ""
