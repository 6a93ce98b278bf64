"""One run from its run file to its report: build, train, score, write down."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hyperadapters.config import RunFile
from hyperadapters.document.dialect import write_yaml
from hyperadapters.errors import BundleError
from hyperadapters.machine.ranks import process
from hyperadapters.machine.whole import write_text
from hyperadapters.machine.written import check_free, own
from hyperadapters.model.counting import counts
from hyperadapters.report.page import html, read_run
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.training import train
from hyperadapters.training.display import Display
from hyperadapters.training.readiness import check

__all__ = [
    "Perform",
    "check_no_run",
    "keep_foreign",
    "perform",
    "scored",
    "write_own",
    "write_report",
    "write_scored",
    "write_whole",
]

Perform = Callable[[RunFile, Path], Matrix]
"""Does a run in a folder, or goes on with it, and returns its scores."""


def perform(
    run: RunFile,
    folder: Path,
    *,
    data_root: Path | None,
    console: Console | None,
    display: Display | None = None,
) -> Matrix:
    """Trains a run or goes on with it, scores it on the test splits and writes its report.

    Beside what training writes: `results.json`, `embeddings.json`, `facts.json`, `report.html`.

    Args:
        folder: of the run.
        data_root: where corpora in files are.
        console: where progress goes; None for none.
        display: shows updates; without one, what fits the console.
    """
    with (console or Console(quiet=True)).status("reading data, building the model"):
        assembly = assemble(run, data_root=data_root)
        check(assembly)
    train(assembly, folder, console=console, display=display)
    matrix = scored(assembly, console=console)
    write_scored(assembly, matrix, folder)
    return matrix


def write_scored(assembly: Assembly, matrix: Matrix, folder: Path) -> None:
    """Writes what a run has in its folder once it is scored, its report last."""
    if process().is_main_process:
        vectors = {
            factor: {name: vector.tolist() for name, vector in names.items()}
            for factor, names in assembly.model.embeddings().items()
        }
        write_own(folder / "embeddings.json", json.dumps(vectors, ensure_ascii=False))
        write_own(folder / "facts.json", json.dumps({"parameters": counts(assembly.model)}))
        write_own(folder / "results.json", matrix.to_json())
        write_report(folder)


def write_report(folder: Path) -> None:
    """Writes the `report.html` of a run that has its results.

    Raises:
        BundleError: a file that it is made of is missing or broken.
    """
    write_own(folder / "report.html", html([read_run(folder)]))


def scored(
    assembly: Assembly,
    *,
    under: Schedule = Observed(),
    split: str = "test",
    cells: Sequence[Cell] = (),
    console: Console | None = None,
) -> Matrix:
    """The matrix of a run's model, or some of its cells, with a progress bar over them."""
    columns = (
        TextColumn("evaluating {task.fields[cell]}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console or Console(quiet=True), transient=True) as bar:
        shown = bar.add_task("", total=None, cell="")

        def progress(done: int, total: int, cell: str) -> None:
            bar.update(shown, completed=done, total=total, cell=cell)

        return evaluate(assembly, under=under, split=split, cells=cells, progress=progress)


def write_whole(path: Path, text: str) -> None:
    """Writes what a user wants written there, as `write_text` does; of several processes the main
    one.
    """
    if process().is_main_process:
        write_text(path, text)


def write_own(path: Path, text: str) -> None:
    """Writes a file of a run or a study, whole or not at all; of several processes the main one.

    Raises:
        BundleError: something stands there that this library did not write.
    """
    if not process().is_main_process:
        return
    with own(path) as part:
        part.write_text(text, encoding="utf-8")


def check_no_run(folder: Path) -> None:
    """Raises where the scores of a foreign model would lie among those of a run, or replace what is
    not of this library.

    Raises:
        BundleError: the folder holds a run, or other files of these names.
    """
    if (folder / "model").exists() or (folder / "checkpoints").exists():
        raise BundleError(f"`{folder}` holds a run", remedy="give the scores another folder")
    check_free(folder, ("run.yaml", "results.json", "report.html"))


def keep_foreign(
    folder: Path, matrix: Matrix, *, model: str, task: str, families: Mapping[str, str]
) -> None:
    """Writes the scores of a model that this library did not train as a folder that `report` reads.

    Args:
        folder: is made where it is not there.
        model: the folder, or the name on the hub.
        task: what it was scored on.
        families: language -> its family.

    Raises:
        BundleError: the folder holds a run, or other files of these names.
    """
    check_no_run(folder)
    if process().is_main_process:
        folder.mkdir(parents=True, exist_ok=True)
    told = {"name": matrix.run, "model": model, "task": task, "families": dict(families)}
    write_own(folder / "run.yaml", write_yaml(told))
    write_own(folder / "results.json", matrix.to_json())
    write_report(folder)
