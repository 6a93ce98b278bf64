"""The study file: one run, and the axes along which it is varied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, final

from pydantic import AfterValidator, BeforeValidator, Field

from hyperadapters.config import RunName
from hyperadapters.document.document import (
    Document,
    Fault,
    KeyPath,
    check_kind,
    raise_faults,
)
from hyperadapters.document.reading import based, changed, read_alone
from hyperadapters.document.validation import model_faults, unknown
from hyperadapters.document.values import Closed, Names, Place

__all__ = ["SEED", "Case", "StudyFile", "load_study", "names_on", "run_document"]

SEED = "seed"
"""The axis over which intervals are taken."""


def _axis(values: object) -> object:
    if isinstance(values, dict) and values:
        wrong = [name for name, change in values.items() if not isinstance(change, dict | None)]
        if wrong:
            raise ValueError(f"`{wrong[0]}` stands for no changes: a mapping is needed")
        return values
    if isinstance(values, list) and values:
        if any(not isinstance(value, bool | int | float | str) for value in values):
            raise ValueError("a list of values holds numbers and text only")
        return values
    raise ValueError("an axis is a list of values, or names with the changes each stands for")


Axis = Annotated[Any, AfterValidator(_axis)]


def _listed(names: object) -> object:
    return [names] if isinstance(names, str) else names


Chosen = Annotated[Names, BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])]


@final
class Case(Closed):
    """Changes for some combinations of the grid.

    Args:
        when: axis -> name of its value, `seed-1` for the 1 of a list; axes that are not named may
            have any.
        then: changes to the run.
    """

    when: Mapping[str, str]
    then: Mapping[str, Any]

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether a combination has all the values named."""
        return all(values.get(axis) == name for axis, name in self.when.items())


@final
class StudyFile(Closed):
    """A grid over run files.

    Args:
        name: of the study, in its report.
        output: its folder; `runs/<name>` when absent.
        base: a run file, from the folder of the study file; every run of the grid starts from it.
        run: a run file written in place, or changes to that of `base`.
        first: whole run files that others need, in order; `$name` in another run is the folder of
            the run `name`: `backbone: {path: $encoder/model/backbone}`.
        grid: axis -> its values: a list of values for the key of that name (`seed: [0, 1, 2]`), or
            names with the changes to the run that each stands for.
        cases: further changes for some combinations of values, in order.
        only: axis -> the name, or names, of those of its values that are done, `seed-1` for the 1
            of a list: a part of the study, `--set only.seed=seed-0`; axes that are not named have
            all.
        always: changes to every run of the grid, put in last: for trials.
        combine: an axis whose runs give one matrix, each cell from the run that left it out.
        compare: lists of lines to print side by side; a line is a combination of values of all axes
            but `seed` and the combined one, in the order of the grid. One list of all when absent;
            where runs are combined, lines that left no cell out are a list of their own, and not in
            the report.
    """

    name: RunName
    output: Place = Field(default_factory=lambda data: f"runs/{data.get('name', 'unnamed')}")
    base: str | None = None
    run: Mapping[str, Any] = Field(default_factory=dict)
    first: Mapping[RunName, Mapping[str, Any]] = Field(default_factory=dict)
    grid: Mapping[str, Axis] = Field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    only: Mapping[str, Chosen] = Field(default_factory=dict)
    always: Mapping[str, Any] = Field(default_factory=dict)
    combine: str | None = None
    compare: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()

    @property
    def folder(self) -> Path:
        """Where the study is kept."""
        return Path(self.output).expanduser()

    def does(self, values: Mapping[str, str]) -> bool:
        """Whether a combination of values is one that is done."""
        return all(values[axis] in names for axis, names in self.only.items())


def load_study(path: Path, changes: tuple[str, ...] = ()) -> tuple[StudyFile, Document]:
    """The study file at `path`, and the document it was read from, with changes put in.

    Raises:
        ConfigError: the file is missing, no YAML or wrong; all faults at once, but its runs'.
    """
    document = changed(read_alone(path), changes)
    check_kind(document, "method", "is a run, not a study", "train")
    faults = [*document.faults, *model_faults(StudyFile, document), *_axis_faults(document)]
    raise_faults(faults, document.where)
    return StudyFile.model_validate(document.values), document


def run_document(document: Document, path: Path) -> Document:
    """What every run of the grid starts from: `base`, with `run` merged over it."""
    own = document.at("run") if "run" in document.values else document.empty()
    base = {key: value for key, value in document.values.items() if key == "base"}
    return own.over(based(replace(document, values=base, faults=()), path))


def _axis_faults(document: Document) -> Iterator[Fault]:
    """Axes and values that are named and that the grid does not have."""
    values, grid = document.values, document.values.get("grid") or {}
    if not isinstance(grid, dict):
        return
    if values.get("combine", None) not in (None, *grid):
        yield unknown(document, ("combine",), "axis", str(values["combine"]), list(grid))
    for place, named in _named(values):
        axis = str(place[-1])
        if axis not in grid:
            yield unknown(document, place, "axis", axis, list(grid))
        elif isinstance(grid[axis], dict | list):
            names = names_on(axis, grid[axis])
            for name in (name for name in named if name not in names):
                yield unknown(document, place, f"value of `{axis}`", str(name), names)


def _named(values: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Sequence[Any]]]:
    """Where axes are named, and with which of their values."""
    cases = values.get("cases")
    for number, case in enumerate(cases if isinstance(cases, list) else ()):
        when = case.get("when") if isinstance(case, dict) else None
        for axis, name in when.items() if isinstance(when, dict) else ():
            yield ("cases", number, "when", axis), [name]
    only = values.get("only")
    for axis, names in only.items() if isinstance(only, dict) else ():
        listed = _listed(names)
        yield ("only", axis), listed if isinstance(listed, list) else ()


def names_on(axis: str, values: Mapping[str, Any] | Sequence[Any]) -> list[str]:
    """What the values of an axis are called: `seed-1`, `length-16` where they are a list."""
    if isinstance(values, Mapping):
        return list(values)
    key = axis.rpartition(".")[2]
    return [f"{key}-{value}" for value in values]
