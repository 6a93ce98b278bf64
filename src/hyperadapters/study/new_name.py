"""What a trained run is extended by: one name, checked, and the run file that it becomes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hyperadapters.config import RunFile, resolved
from hyperadapters.context import Row
from hyperadapters.document.document import Document, Fault, raise_faults
from hyperadapters.document.reading import read_document
from hyperadapters.errors import BundleError, ConfigError, DataError, UnknownName
from hyperadapters.method import Part
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.beginning import MEAN
from hyperadapters.providers import Hypernetwork
from hyperadapters.routes import Cell
from hyperadapters.run import extended
from hyperadapters.run.assembly import Assembly
from hyperadapters.run.library import Library
from hyperadapters.schedules import Schedule

__all__ = ["STEPS", "Fit", "Wanted", "new_name", "planned"]

Fit = Literal["embedding", "hypernetwork+embedding"]
"""What is trained: what the new name alone has, or the hypernetworks too."""
STEPS = 200
_RATE = 0.01
_FILE_KEYS = ("tasks", "train", "evaluate", "select")


@dataclass(frozen=True)
class Wanted:
    """What a trained run is to be extended by: exactly one name is new.

    Args:
        task: a new task, or known ones that a new language is fitted on; all that have data of the
            language in the split `train` where there is none.
        language: a new language, or known ones that a new task is fitted on; those under `train` in
            its file where there is none.
        file: of a new task: a run file with nothing but `tasks`, `train`, `evaluate` and `select`.
        init_from: a name of the same factor that the new one begins as, or `mean`.
        examples: of each cell that it is fitted on, at most; None for all.
        fit: what is trained.
        changes: of the recipe, such as `steps=500`.
    """

    task: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    file: Path | None = None
    init_from: str = MEAN
    examples: int | None = None
    fit: Fit = "embedding"
    changes: tuple[str, ...] = ()


def new_name(base: Assembly, wanted: Wanted) -> Row:
    """The new name, alone.

    Raises:
        ConfigError: none or several are new, or a new task has no file.
        BundleError: the run has no hypernetwork with vectors of such names.
        UnknownName: there is nothing that it could begin as.
    """
    vectors = base.model.embeddings()
    if not vectors:
        raise BundleError(
            f"`{base.method.name}` has no hypernetwork, which alone can be given a name later",
            where="RUN",
            expected="a run of a method whose adapters are written from names",
        )
    languages = vectors.get("language", {})
    new = [Row(task=task) for task in wanted.task if task not in base.run.tasks]
    new += [Row(language=name) for name in wanted.language if languages and name not in languages]
    if not languages and wanted.language and not new:
        raise BundleError(
            f"the hypernetwork of `{base.method.name}` knows no languages",
            expected=f"names of {', '.join(sorted(vectors))}",
        )
    if len(new) != 1:
        known = {"task": list(base.run.tasks), "language": sorted(languages)}
        named = [f"`{name}`" for name in (*wanted.task, *wanted.language)]
        old = f"the run has all of these already: {', '.join(named)}" if named else "no name"
        raise ConfigError(
            "one name is to be new, of a task or of a language",
            expected="one that the run does not have beside those that it has",
            found=f"new are {' and '.join(f'`{row}`' for row in new)}" if new else old,
            remedy="; ".join(f"it has the {k}s {', '.join(v[:8])}" for k, v in known.items() if v),
        )
    _check_start(new[0], vectors, wanted)
    return new[0]


def _check_start(row: Row, vectors: Mapping[str, Mapping[str, Any]], wanted: Wanted) -> None:
    ((factor, name),) = row.items()
    if factor not in vectors:
        raise BundleError(
            f"the hypernetwork knows no names of a {factor}",
            expected=f"names of {', '.join(sorted(vectors))}",
        )
    if wanted.init_from not in (*vectors[factor], MEAN):
        raise UnknownName(factor, wanted.init_from, [*vectors[factor], MEAN], where="--init-from")
    if (factor == "task") is (wanted.file is None):
        raise ConfigError(
            f"the task `{name}` is new, and nothing says what it is"
            if factor == "task"
            else f"the language `{name}` is read from the run's own data, not from a file",
            expected="`--data FILE` beside a new task, and only there: a YAML file with "
            f"{', '.join(f'`{key}`' for key in _FILE_KEYS)}",
        )


def planned(
    base: Assembly, wanted: Wanted, row: Row, trained: Path, folder: Path, data_root: Path | None
) -> RunFile:
    """The run file of the trained run, with a phase behind the others that fits the new name."""
    ((factor, name),) = row.items()
    phase = f"adapt-{name}"
    file = _file_of(wanted, name)
    train = _trained(base, wanted, factor, name, file)
    changes = [f"phases.{phase}.{change}" for change in wanted.changes]

    def run_with(select: Any, evaluate: Any, **more: Any) -> RunFile:
        fitted = {**_phase(base, wanted, row, trained), "train": train, "select": select}
        own = {
            "name": f"{base.run.name} adapted",
            "output": str(folder),
            "evaluate": evaluate,
            "phases": {phase: fitted},
            **more,
        }
        document = Document(own, {}, (), "adapt").over(file.without("train").without("select"))
        return extended.extended_run(base.run, document, changes, where=str(trained))

    said = file.values
    run = run_with(said.get("select", train), said.get("evaluate", train))
    library = Library(run, data_root)
    cells = [Cell(task, run.tasks[task].route(text)) for task in train for text in train[task]]
    judged = [cell for cell in cells if run.tasks[cell.task].scored] or cells
    select, evaluate = (
        said.get(key, _by_task(cell for cell in judged if library.has(cell, split)))
        for key, split in (("select", "dev"), ("evaluate", "test"))
    )
    old = {} if wanted.fit == "embedding" else _old(base, evaluate)
    return run_with(select, **{"evaluate": evaluate, **old})


def _phase(base: Assembly, wanted: Wanted, row: Row, trained: Path) -> dict[str, Any]:
    """The last phase of a run, as it would go on for a new name."""
    last, part = base.method.phases[-1], str(row)
    known = resolved(base.run)["phases"][last.name]
    alone = wanted.fit == "embedding"
    more = set() if alone else {name for name in last.trains if _generates(base.model, name)}
    return {
        **{key: value for key, value in known.items() if key not in ("train", "select")},
        **{"steps": STEPS, "warmup": 0, "evaluate_every": 0, "patience": 0, "criterion": "last"},
        **({"learning_rate": _RATE} if alone else {}),
        "under": _apart(last.under, row),
        "select_under": _apart(last.select_under, row),
        "score_under": _apart(last.score_under, row),
        "trains": sorted({part, *more}),
        "start_from": {"run": str(trained), "phase": last.name, "init_from": wanted.init_from},
        **({} if wanted.examples is None else {"examples": wanted.examples}),
        "after": True,
    }


def _apart(schedule: Schedule, row: Row) -> str | dict[str, Any]:
    """A schedule that leaves data of a new name their own row, as a run file writes it.

    Raises:
        ConfigError: it leaves data of another name of the factor their own already.
    """
    spelt = schedule.spelt_out()
    if all(schedule.row(row, turn).of(row) == row for turn in range(schedule.period)):
        return spelt
    assert isinstance(spelt, dict)
    apart = spelt.get("apart_from", {})
    for factor in row:
        if factor in apart:
            raise ConfigError(
                f"`{row}` would be fitted under other names",
                where="the last phase of the run",
                found=f"the schedule {spelt}",
                expected=f"one that sets no {factor}, or has none under `apart_from`",
            )
    return {**spelt, "apart_from": {**apart, **row}}


def _generates(model: AdaptedModel, part: Part) -> bool:
    own = model.adapters[part].modules() if part in model.adapters else ()
    return any(isinstance(module, Hypernetwork) for module in own)


def _file_of(wanted: Wanted, name: str) -> Document:
    """What the file of a new task says; nothing where there is none.

    Raises:
        ConfigError: it has other keys than those of a task, or other tasks.
    """
    if wanted.file is None:
        return Document({}, {}, (), "adapt")
    file = read_document(wanted.file)
    faults = [
        Fault(
            file.lines.get((key,), str(wanted.file)),
            key,
            "says more than what a task is",
            expected=f"nothing but {', '.join(f'`{known}`' for known in _FILE_KEYS)}",
            remedy="the run has the rest already",
        )
        for key in file.values
        if key not in _FILE_KEYS
    ]
    raise_faults([*file.faults, *faults], file.where)
    tasks = file.values.get("tasks")
    if not isinstance(tasks, dict) or [*tasks] != [name]:
        raise ConfigError(
            f"the file does not say what `{name}` is, and that alone",
            where=str(wanted.file),
            expected=f"`tasks: {{{name}: {{kind: ..., data: ...}}}}`",
            found=f"tasks: {', '.join(map(str, tasks)) if isinstance(tasks, dict) else 'none'}",
        )
    return file


def _trained(
    base: Assembly, wanted: Wanted, factor: str, name: str, file: Document
) -> dict[str, list[str]]:
    """The cells that a name is fitted on, as a run file lists them.

    Raises:
        ConfigError: a new task has no languages.
        DataError: no task of the run has data of a new language.
    """
    if factor == "task":
        given = file.values.get("train")
        listed = given.get(name) if isinstance(given, dict) else None
        languages = list(wanted.language) or listed
        if not isinstance(languages, list) or not languages:
            raise ConfigError(
                f"nothing says in which languages `{name}` is trained",
                expected=f"`--language NAME`, or `train: {{{name}: [...]}}` in its file",
            )
        return {name: [str(language) for language in languages]}
    last = dict.fromkeys(cell.task for cell in base.method.phases[-1].cells)
    tasks = list(wanted.task) or [task for task in last if not base.run.tasks[task].directed]
    if not tasks:
        raise ConfigError(
            "a new language of translation cannot be fitted alone",
            expected="a run with a task in single languages, such as tagging",
            found=f"{', '.join(last)} in directions",
            cause="a direction has two languages, and the model a token for each that it writes",
        )
    cells = [Cell(task, base.run.tasks[task].route(name)) for task in tasks]
    having = [cell for cell in cells if wanted.task or base.library.has(cell, "train")]
    if not having:
        raise DataError(
            f"no task of the run has data to fit `{name}` on",
            expected=f"examples in the split `train` for one of {', '.join(tasks) or 'its tasks'}",
            remedy="put them where the run looks for them, or name their folder: `--data-root`",
        )
    return _by_task(having)


def _old(base: Assembly, new: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a run scored before, and how it was grouped, beside the new cells."""
    cells = {task: list(names) for task, names in base.run.evaluate.items()}
    for task, names in new.items():
        cells[task] = [*dict.fromkeys((*cells.get(task, []), *names))]
    known = resolved(base.run)
    return {"evaluate": cells, "groups": known["groups"], "tiers": known["tiers"]}


def _by_task(cells: Iterable[Cell]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for cell in cells:
        found.setdefault(cell.task, []).append(str(cell.route))
    return found
