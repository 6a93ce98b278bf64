"""The runs of a study: the grid laid out, every run file checked, every run under its digest."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from hyperadapters.config import RunFile, digest, run_faults
from hyperadapters.document.document import Document, Fault, KeyPath, raise_faults
from hyperadapters.document.reading import based
from hyperadapters.document.validation import unknown
from hyperadapters.study.study_file import SEED, StudyFile, load_study, names_on, run_document

__all__ = ["StudyPlan", "PlannedRun", "plan_study"]

_REFERENCE = re.compile(r"\$([A-Za-z][\w.+-]*)(?=/|$)")
"""The folder of a run that comes first, at the start of a path."""


@dataclass(frozen=True)
class PlannedRun:
    """One run of a study.

    Args:
        run: its run file.
        folder: where it is kept, named by its digest.
        digest: of everything it depends on: its content, and that of runs whose folder it names.
        values: axis -> name of the value; empty for runs that come first.
        line: the values that are neither a seed nor combined, joined by spaces.
    """

    run: RunFile
    folder: Path
    digest: str
    values: Mapping[str, str]
    line: str


@dataclass(frozen=True)
class StudyPlan:
    """Everything a study will do.

    Args:
        study: the study file.
        first: the runs that others need, in order.
        runs: those of the grid, in its order; two may share a folder if they are the same run.
        compare: lists of lines to print side by side.
    """

    study: StudyFile
    first: tuple[PlannedRun, ...]
    runs: tuple[PlannedRun, ...]
    compare: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines in order."""
        return tuple(dict.fromkeys(run.line for run in self.runs))

    def line(self, name: str) -> dict[str, list[PlannedRun]]:
        """The runs of a line by seed, each once; several of one seed are to be combined."""
        found: dict[str, dict[str, PlannedRun]] = {}
        for run in self.runs:
            if run.line == name:
                found.setdefault(run.values.get(SEED, ""), {}).setdefault(run.digest, run)
        return {seed: list(runs.values()) for seed, runs in found.items()}


def plan_study(path: Path, changes: tuple[str, ...] = ()) -> StudyPlan:
    """The plan of the study file at `path`, with changes such as `run.recipe.steps=50`.

    Raises:
        ConfigError: something is wrong in the study file or in one of its runs; all faults at once.
    """
    study, document = load_study(path, changes)
    faults: list[Fault] = []
    first: dict[str, PlannedRun] = {}
    for name in study.first:
        whole = based(document.at("first", name), path)
        for run in _planned(study, whole, {}, name, first, faults):
            first[name] = run
    runs: list[PlannedRun] = []
    lines: dict[str, None] = {}
    combinations: list[Mapping[str, str]] = []
    for values, changed in _grid(study, document, path):
        combinations.append(values)
        told = [name for axis, name in values.items() if axis not in (SEED, study.combine)]
        line = " ".join(told) or study.name
        lines[line] = None
        if study.does(values):
            runs += _planned(study, changed, values, line, first, faults)
    for number, names in enumerate(study.compare):
        for place, name in enumerate(names):
            if name not in lines:
                faults.append(
                    unknown(document, ("compare", number, place), "line", name, list(lines))
                )
    faults += _alike(document, study, combinations)
    faults += _mixed(document, runs)
    raise_faults(faults, str(path))
    compare = study.compare or ((tuple(lines),) if lines else ())
    return StudyPlan(study, tuple(first.values()), tuple(runs), compare)


def _alike(
    document: Document, study: StudyFile, combinations: Sequence[Mapping[str, str]]
) -> Iterator[Fault]:
    """Other runs under one name, or lines: they would be averaged, or one link lead to either."""
    apart = (SEED, study.combine)
    runs: dict[str, tuple[str, ...]] = {name: (name,) for name in study.first}
    lines: dict[str, tuple[str, ...]] = {}
    for values in combinations:
        line = tuple(name for axis, name in values.items() if axis not in apart)
        for known, own in ((runs, tuple(values.values())), (lines, line)):
            name = " ".join(own)
            other = known.setdefault(name.replace(" ", "_"), own)
            if other != own:
                yield document.fault(
                    ("grid",),
                    f"several combinations of values are called `{name}`",
                    found=" and ".join(str(list(one)) for one in (other, own)),
                    remedy="call the values otherwise, without blanks and underscores",
                )
                return


def _mixed(document: Document, runs: Sequence[PlannedRun]) -> Iterator[Fault]:
    """A task that is scored by different metrics: no table or report could put these together."""
    metrics: dict[str, set[str]] = {}
    for run in runs:
        for task in run.run.evaluate:
            metrics.setdefault(task, set()).add(getattr(run.run.tasks[task], "metric", ""))
    for task, found in metrics.items():
        if len(found) > 1:
            yield document.fault(
                ("grid",),
                f"the runs score `{task}` by different metrics",
                found=", ".join(sorted(found)),
                remedy="score the finished runs by the other one: "
                f"`evaluate RUN --set tasks.{task}.metric=...`",
            )


def _grid(
    study: StudyFile, document: Document, path: Path
) -> Iterator[tuple[dict[str, str], Document]]:
    """Every combination of values: their names, and the run file that they make."""
    base = run_document(document, path)
    if not (study.grid or base.values):
        return
    choices = [list(_values(document, axis, path)) for axis in study.grid]
    for combination in product(*choices):
        values = dict(zip(study.grid, (name for name, _ in combination), strict=True))
        changes = [change for _, change in combination]
        for number, case in enumerate(study.cases):
            changes += [document.at("cases", number, "then")] if case.holds(values) else []
        changes += [document.at("always")] if study.always else []
        run = base
        for change in changes:
            run = change.over(run)
        yield values, run


def _values(document: Document, axis: str, path: Path) -> Iterator[tuple[str, Document]]:
    values = document.values["grid"][axis]
    for number, name in enumerate(names_on(axis, values)):
        if isinstance(values, dict):
            part = document.at("grid", axis, name)
            yield name, document.empty() if part.values is None else based(part, path)
        else:
            yield name, document.at("grid", axis, number).under(*axis.split("."))


def _planned(
    study: StudyFile,
    document: Document,
    values: Mapping[str, str],
    line: str,
    first: Mapping[str, PlannedRun],
    faults: list[Fault],
) -> Iterator[PlannedRun]:
    """The run of a document; where something is wrong with it, none, and more of the `faults`."""
    document = document.with_values(name=" ".join(values.values()) or line, output=study.output)
    found = [*_broken_references(document, study.first), *run_faults(document)]
    if found:
        faults += found
        return
    identity = _resolved(document.values, {name: run.digest for name, run in first.items()})
    key = digest(RunFile.model_validate(identity))
    folder = study.folder / "runs" / key[:16]
    actual = _resolved(document.values, {name: str(run.folder) for name, run in first.items()})
    run = RunFile.model_validate({**actual, "output": str(folder)})
    yield PlannedRun(run, folder, key, values, line)


def _broken_references(document: Document, known: Collection[str]) -> Iterator[Fault]:
    for place, text in _texts(document.values, ()):
        reference = _REFERENCE.match(text)
        if reference and known and reference[1] not in known:
            yield unknown(document, place, "first run", reference[1], list(known))


def _texts(values: Any, place: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(values, str):
        yield place, values
    pairs = values.items() if isinstance(values, dict) else ()
    for key, value in enumerate(values) if isinstance(values, list) else pairs:
        yield from _texts(value, (*place, key))


def _resolved(values: Any, folders: Mapping[str, str]) -> Any:
    """`values` with `$name` at the start of a text replaced by the folder of that run."""
    if isinstance(values, dict):
        return {key: _resolved(value, folders) for key, value in values.items()}
    if isinstance(values, list):
        return [_resolved(value, folders) for value in values]
    reference = _REFERENCE.match(values) if isinstance(values, str) else None
    if reference is None or reference[1] not in folders:
        return values
    return folders[reference[1]] + values[reference.end() :]
