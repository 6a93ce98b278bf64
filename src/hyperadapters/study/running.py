"""Running a study: what is finished is read, what is half done goes on, the rest is done."""

import json
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hyperadapters.errors import HyperadaptersError, TrainingError
from hyperadapters.machine.ranks import process
from hyperadapters.machine.written import check_free, claim, own
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.study import performing
from hyperadapters.study.output import markdown, plot, report
from hyperadapters.study.performing import Perform, write_own, write_report
from hyperadapters.study.plan import PlannedRun, StudyPlan, plan_study
from hyperadapters.study.results import StudyResult, result_of

__all__ = ["run_study"]


def run_study(
    path: Path,
    changes: tuple[str, ...] = (),
    *,
    data_root: Path | None = None,
    console: Console | None = None,
    perform: Perform | None = None,
) -> StudyResult:
    """Does every run of a study that is not done yet, and writes what they show together.

    Writes into the study's folder `study.json`, `study.md`, `study.png` and `report.html`; each run
    is kept under `runs/<digest>` and is done once, whatever study file names it. A link of its name
    under `by-name` leads there.

    Args:
        path: the study file.
        changes: such as `run.recipe.steps=50`.
        data_root: where corpora in files are.
        console: where progress goes; None for none.
        perform: does one run; by default it trains and scores it.

    Raises:
        ConfigError: something is wrong in the study file or in one of its runs; all faults at once.
        BundleError: the study's folder has other files of these names.
        TrainingError: runs have failed; the others that could be done are, and what they show is
            written.
    """
    plan = plan_study(path, changes)
    links = [_link_name(run) for run in (*plan.first, *plan.runs)]
    check_free(plan.study.folder, [*_WRITTEN, *links])
    console = console or Console(quiet=True)
    perform = perform or partial(performing.perform, data_root=data_root, console=console)
    matrices, failed = _all_done(plan, perform, console)
    result = result_of(plan, matrices)
    if process().is_main_process:
        _write(plan, result)
    if failed:
        raise _several(failed, len(matrices))
    return result


def _all_done(
    plan: StudyPlan, perform: Perform, console: Console
) -> tuple[dict[str, Matrix], dict[str, str]]:
    """The matrix of each run by its digest, and of each that failed what it said, by its name."""
    todo = {run.digest: run for run in (*plan.first, *plan.runs)}
    matrices, failed = dict[str, Matrix](), dict[str, str]()
    for number, run in enumerate(todo.values(), start=1):
        head = Text.assemble(
            (f"run {number} of {len(todo)}", "bold"),
            f"  {run.run.name}  ",
            (str(run.folder), "dim"),
        )
        try:
            matrices[run.digest] = _done(run, perform, console, head)
        except HyperadaptersError as error:
            failed[run.run.name] = str(error)  # the error itself would keep the model alive
            if run in plan.first or process().num_processes > 1:  # others need it, or wait for it
                break
    return matrices, failed


_WRITTEN = ("study.json", "study.md", "study.png", "report.html")


def _several(failed: Mapping[str, str], done: int) -> TrainingError:
    said = [f"{name}: {what}".replace("\n", "\n    ") for name, what in failed.items()]
    return TrainingError(
        f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed; {done} of the others are "
        "done, and what they show is written",
        found="\n    ".join(said),
        remedy="mend what they say, and give the same command again",
    )


def _write(plan: StudyPlan, result: StudyResult) -> None:
    folder = plan.study.folder
    for run in (*plan.first, *plan.runs):
        if run.folder.is_dir():
            _link(claim(folder, _link_name(run)), run.folder)
    write_own(folder / "study.json", json.dumps(result.to_values(), indent=1))
    if plan.runs:
        write_own(folder / "study.md", markdown(result))
    if result.lines:
        write_own(folder / "report.html", report(result))
    if result.scored:
        with own(folder / "study.png") as part:
            part.write_bytes(plot(result))


def _done(run: PlannedRun, perform: Perform, console: Console, head: Text) -> Matrix:
    results = run.folder / "results.json"
    if results.is_file():
        console.print(head.append("  done before"))
        if (run.folder / "run.yaml").is_file() and not (run.folder / "report.html").exists():
            write_report(run.folder)  # it was killed before it had one
        return Matrix.from_json(results.read_bytes(), str(results))
    console.print(head)
    matrix = perform(run.run, run.folder)
    write_own(results, matrix.to_json())
    process().wait_for_everyone()  # before one looks for the results of another run
    return matrix


def _link_name(run: PlannedRun) -> str:
    return f"by-name/{run.run.name.replace(' ', '_')}"


def _link(link: Path, folder: Path) -> None:
    """A relative link, so that the study's folder can be moved; an older one is replaced."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(folder, link.parent), target_is_directory=True)
