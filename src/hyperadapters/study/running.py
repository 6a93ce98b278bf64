"""Running a study: what is finished is read, what is half done goes on, the rest is done."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from hyperadapters.errors import ConfigError, TrainingError
from hyperadapters.machine.held import held
from hyperadapters.machine.ranks import process
from hyperadapters.machine.written import check_free, claim, own
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.study import performing
from hyperadapters.study.doing import Doing, Numbered, here, lock_of, results_of
from hyperadapters.study.output import markdown, plot, report
from hyperadapters.study.performing import Perform, write_own
from hyperadapters.study.plan import PlannedRun, StudyPlan, plan_study
from hyperadapters.study.results import StudyResult, result_of
from hyperadapters.study.shards import WHOLE, Shard
from hyperadapters.study.workers import beside

__all__ = ["run_study"]


def run_study(
    path: Path,
    changes: tuple[str, ...] = (),
    *,
    data_root: Path | None = None,
    console: Console | None = None,
    perform: Perform | None = None,
    workers: int = 1,
    shard: Shard = WHOLE,
) -> StudyResult:
    """Does every run of a study that is not done yet, and writes what they show together.

    Writes into the study's folder `study.json`, `study.md`, `study.png` and `report.html`; each run
    is kept under `runs/<digest>` and is done once, whatever study file names it. A link of its name
    under `by-name` leads there.

    The runs that others need are done first, in order, by whichever process comes first; any other
    that needs one meanwhile waits for it. What several processes do of one study, at the same time
    or not, each adds to what the others have written.

    Args:
        path: the study file.
        changes: such as `run.recipe.steps=50`.
        data_root: where corpora in files are.
        console: where progress goes; None for none.
        perform: does one run; by default it trains and scores it. With workers it can be pickled.
        workers: how many runs are done at a time; more than one each in a process of its own, with
            its share of the threads and GPUs.
        shard: the part of the grid that is done; all of it by default.

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
    own = perform or partial(performing.perform, data_root=data_root, console=console)
    alone = partial(here, perform=own, console=console)
    several = partial(
        beside, workers=workers, perform=perform, data_root=data_root, console=console
    )
    if workers > 1:
        _check_alone()
    matrices, failed = _all_done(plan, shard, alone, several if workers > 1 else alone)
    result = _told(plan, matrices, failed)
    if failed:
        raise _several(failed, len(matrices))
    return result


def _check_alone() -> None:
    """Raises where this process is one of a launch: its runs have all of their machines already."""
    if process().num_processes > 1:
        raise ConfigError(
            "workers do whole runs, and cannot be started by each process of a launch",
            where="--workers",
            found=f"{process().num_processes} processes of `torchrun` or `accelerate launch`",
            remedy="leave out `--workers`: the processes share each run; or leave out the launcher",
        )


def _all_done(
    plan: StudyPlan, shard: Shard, alone: Doing, doing: Doing
) -> tuple[dict[str, Matrix], dict[str, str]]:
    """The matrix of each run by its digest, and of each that failed what it said, by its name.

    Args:
        alone: does the runs that others need.
        doing: does the others of a shard.
    """
    first = {run.digest: run for run in plan.first}
    grid = {run.digest: run for run in plan.runs if run.digest not in first}
    todo = [*first.values(), *shard.share([*grid.values()])]
    numbered = [(f"run {place} of {len(todo)}", run) for place, run in enumerate(todo, start=1)]
    matrices, failed = _some_done(numbered[: len(first)], alone, stops=True)
    if failed:  # others need it
        return matrices, failed
    stops = process().num_processes > 1  # others wait for it
    more, failed = _some_done(numbered[len(first) :], doing, stops=stops)
    return matrices | more, failed


def _some_done(
    runs: Sequence[Numbered], doing: Doing, *, stops: bool
) -> tuple[dict[str, Matrix], dict[str, str]]:
    """The same of some runs.

    Args:
        stops: whether the first that fails ends it.
    """
    matrices, failed = dict[str, Matrix](), dict[str, str]()
    for run, found in doing(runs):
        if isinstance(found, Matrix):
            matrices[run.digest] = found
            continue
        failed[run.run.name] = found
        if stops:
            break
    return matrices, failed


def _told(
    plan: StudyPlan, matrices: Mapping[str, Matrix], failed: Mapping[str, str]
) -> StudyResult:
    """What a study shows, written down: of the runs that were done here, and by others so far."""

    def gathered() -> StudyResult:
        runs = [run for run in (*plan.first, *plan.runs) if run.run.name not in failed]
        others = {run.digest: results_of(run) for run in runs if run.digest not in matrices}
        found = {digest: matrix for digest, matrix in others.items() if matrix is not None}
        return result_of(plan, {**matrices, **found})

    if not process().is_main_process:
        return gathered()
    with held(lock_of(plan.study.folder / "runs" / "study"), lambda: None):
        result = gathered()
        _write(plan, result)
    return result


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


def _link_name(run: PlannedRun) -> str:
    return f"by-name/{run.run.name.replace(' ', '_')}"


def _link(link: Path, folder: Path) -> None:
    """A relative link, so that the study's folder can be moved; an older one is replaced."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(folder, link.parent), target_is_directory=True)
