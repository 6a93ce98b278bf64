"""The page of run files: every key, its default and its meaning, from the classes it is read by."""

import dataclasses
import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from docstrings import parsed, wrapped
from pydantic import BaseModel

from hyperadapters import methods
from hyperadapters.config.run_file import (
    Architecture,
    Backbone,
    PhaseChanges,
    RunFile,
    StartFrom,
)
from hyperadapters.config.schedules import ScheduleChoice
from hyperadapters.data import SOURCES
from hyperadapters.data.division import Division
from hyperadapters.method import Recipe
from hyperadapters.methods import METHODS
from hyperadapters.study.study_file import Case, StudyFile
from hyperadapters.tasks import KINDS
from hyperadapters.tasks.text_to_text_settings import Scale

NEEDED = "needed"
_NOT_SAID = ("kind", "format", "name", "size")
_AS_OF = re.compile(r"^as of `(\w+)`\.$")

Row = tuple[str, str, str]
"""A key, its default, what it means."""


@dataclasses.dataclass(frozen=True)
class Section:
    """A list of keys.

    Args:
        described: the class or function that has them.
        title: of the section; none for the first of a chapter.
        keys: those that the list has; None for all.
        note: what is said before the list, beside the docstring.
    """

    described: Any
    title: str = ""
    keys: tuple[str, ...] | None = None
    note: str = ""


HEAD = """# Run files

<!-- written by `make docs` from the classes that read run files -->

One YAML file is one run. A key that is not on this page is refused, and the message names the
nearest key that is.

- `--set recipe.steps=50` changes one value from the command line. Quote a value with brackets or
  braces: `--set "train.ner=[en, tr]"`. A mapping is merged into the old one, unless it chooses
  anew (a method's `name`, a `format`, a backbone's `path`, `name` or `architecture`): then it
  replaces the old one whole. A number is an entry of a list, from 0:
  `--set tasks.ner.data.1.limit.test=80`. `null` takes a key away. `--set` may be given again
  and again.
- `base: other.yaml` starts from another file.
- Relative paths of corpora are under `--data-root FOLDER` (or `HYPERADAPTERS_DATA`). The folder
  is not kept in the run: give it to `evaluate` again.
- `train`, `evaluate` and `select` map a task to a list of languages, or of directions such as
  `de-en`. The name of a language is any text without a colon; where one has a hyphen, a
  colon stands between the languages: `pt-BR:en`.
- `run.yaml` in the folder of a run is the resolved file: every default is spelt out, and the
  phases are one list under `phases`, each with its cells, its recipe and what it does. It is a
  run file again.
"""

PHASES = (
    "`phases` is a mapping: the name of a phase -> what changes in it. Keys of the recipe (below) "
    "stand beside the keys of this list. The names of a method's phases are in `hyperadapters "
    "describe FILE` and in the resolved `run.yaml`: `train` where a method has one phase, "
    "`language` and `task` for MAD-X and its family. Another name adds a phase before the "
    "method's own; several are trained in the order of the file."
)
RECIPE = (
    "These keys stand under `recipe`, for every phase, or under `phases.NAME`, for one. Methods "
    "have recipes of their own. Those of translation are the paper's, for 32 GPUs: 256,000 tokens "
    "an update, in 32 draws; with `batch` or a smaller `batch_tokens` set `contexts_per_batch` "
    "too."
)
WIDTHS = (
    "Every key beside `name` changes one value of the published method. Where several names share "
    "a section, the defaults are those of the first; the others differ in the widths that the "
    "text names."
)


def chapters() -> Mapping[str, Sequence[Section]]:
    """All sections of the page, by chapter."""
    recipe = {one.name for one in dataclasses.fields(Recipe)}
    own = tuple(key for key in PhaseChanges.model_fields if key not in recipe)
    return {
        "The run": (
            Section(RunFile),
            Section(Backbone, "`backbone`"),
            Section(Architecture, "`backbone.architecture`"),
        ),
        "Phases: `phases.NAME`": (
            Section(PhaseChanges, keys=own, note=PHASES),
            Section(StartFrom, "`start_from`"),
            Section(ScheduleChoice, "`under`, `select_under`, `score_under`", note=SCHEDULES),
        ),
        "Recipe: `recipe`, `phases.NAME`": (Section(Recipe, note=RECIPE),),
        "Tasks: `tasks.NAME`": (
            *(Section(one, f"`kind: {kind_of(one)}`") for one in KINDS),
            Section(Scale, "`degrees`"),
        ),
        "Data: `tasks.NAME.data`": (
            *(Section(one, f"`format: {one.format}`") for one in SOURCES),
            Section(Division, "`divide`"),
        ),
        "Methods: `method`": tuple(method_sections()),
        "Study files": (Section(StudyFile), Section(Case, "`cases`")),
    }


SCHEDULES = (
    "The word `observed`, which is what holds where nothing is said, or a mapping with one of "
    "these keys."
)


def kind_of(settings: type[BaseModel]) -> str:
    """What a run file writes under `kind`."""
    (kind,) = settings.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    return str(kind)


PAGES = {
    "hyper_x": "hyper-x",
    "hyper_lora": "hyper-x",
    "hyper_x_tlr": "hyper-x",
    "houlsby": "hyperformer",
    "hyperformer": "hyperformer",
    "mad_x": "mad-x",
    "bad_x": "mad-x",
    "target_ready": "transfer",
    "psf": "transfer",
    "translation": "hyper-adapters",
}
"""Module of methods -> its page under `docs/methods/`."""


def by_function() -> dict[Callable[..., Any], list[str]]:
    """The functions of methods, and all names that each has."""
    found: dict[Callable[..., Any], list[str]] = {}
    for name, one in METHODS.items():
        found.setdefault(one.func if isinstance(one, partial) else one, []).append(name)
    return found


def title_of(names: Sequence[str]) -> str:
    """One name, or what several have in common."""
    return names[0] if len(names) == 1 else os.path.commonprefix(names).rpartition("-")[0] + "-*"


def method_sections() -> Iterator[Section]:
    """One section for each function of methods, with all names that it has."""
    for function, names in by_function().items():
        listed = ", ".join(f"`{name}`" for name in names)
        page = PAGES[function.__module__.rpartition(".")[2]]
        note = f"More on [its page](methods/{page}.md)."
        note = f"Names: {listed}. {note}" if len(names) > 1 else note
        yield Section(function, f"`{title_of(names)}`", note=note)


def as_written(text: str) -> str:
    """A text of a docstring with the names that run files have for methods."""
    for function, names in by_function().items():
        text = text.replace(f"`{function.__name__}`", f"`{title_of(names)}`")
    return text


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for chapter, sections in chapters().items():
        lines.append(f"## {chapter}\n")
        lines += [f"{wrapped(WIDTHS)}\n"] if chapter.startswith("Methods") else []
        for section in sections:
            lines += [f"### {section.title}\n"] if section.title else []
            lines += [*text_of(section), *list_of(section), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def text_of(section: Section) -> Iterator[str]:
    """What a class or a method is for."""
    for paragraph in (*parsed(section.described).text, section.note):
        if paragraph:
            yield wrapped(as_written(paragraph))
            yield ""


def list_of(section: Section) -> Iterator[str]:
    """A list of its keys, each with its default."""
    for keys, default, text in merged(list(rows(section.described, section.keys))):
        value = f" ({default})" if default else ""
        yield wrapped(f"- {keys}{value}: {text}", "  ", "")


def rows(described: Any, keys: Sequence[str] | None = None) -> Iterator[Row]:
    """Every key in the order of the class, or those that are asked for."""
    meanings = arguments(described)
    for key, default in defaults(described).items():
        said = key not in _NOT_SAID or (key == "name" and isinstance(described, type))
        if said and (keys is None or key in keys):
            yield key, shown(default), as_written(meanings[key])


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
        for names, text in parsed(one).sections.get("Args", []):
            elsewhere = _AS_OF.match(text)
            for name in names.split(", "):
                other = arguments(getattr(methods, elsewhere[1]))[name] if elsewhere else text
                found.setdefault(name, other)
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
    """The arguments of a method."""
    taken = inspect.signature(function).parameters.values()
    return {one.name: NEEDED if one.default is one.empty else one.default for one in taken}


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
