"""The runs of a study, done one after another in this process: whoever claims a run does it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hyperadapters.errors import HyperadaptersError
from hyperadapters.machine.held import held
from hyperadapters.machine.ranks import process
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.study.performing import Perform, write_own, write_report
from hyperadapters.study.plan import PlannedRun

__all__ = ["Doing", "Numbered", "Outcome", "done", "here", "lock_of", "results_of"]

Numbered = tuple[str, PlannedRun]
"""Which run of how many, and the run."""
Outcome = tuple[PlannedRun, Matrix | str]
"""A run, and its matrix, or what went wrong."""
Doing = Callable[[Sequence[Numbered]], Iterator[Outcome]]
"""Does runs, and tells of each that has ended."""


def here(runs: Sequence[Numbered], *, perform: Perform, console: Console) -> Iterator[Outcome]:
    """Does runs in this process, in order."""
    for number, run in runs:
        try:
            yield run, done(number, run, perform, console)
        except HyperadaptersError as error:
            yield run, str(error)  # the error itself would keep the model alive


def done(number: str, run: PlannedRun, perform: Perform, console: Console) -> Matrix:
    """The matrix of a run that is done here and now, was done before, or is waited for because
    another process does it.
    """
    head = Text.assemble((number, "bold"), f"  {run.run.name}  ", (str(run.folder), "dim"))

    def wait() -> None:
        console.print(Text.assemble(head, "  another process is at it: waiting"))

    with _claimed(lock_of(run.folder), wait):
        found = results_of(run)
        if found is not None:
            console.print(head.append("  done before"))
            if (run.folder / "run.yaml").is_file() and not (run.folder / "report.html").exists():
                write_report(run.folder)  # it was killed before it had one
            return found
        console.print(head)
        matrix = perform(run.run, run.folder)
        write_own(run.folder / "results.json", matrix.to_json())
        process().wait_for_everyone()  # before one looks for the results of another run
    return matrix


def results_of(run: PlannedRun) -> Matrix | None:
    """The matrix of a run that is done; None where it is not.

    Raises:
        TrainingError: there is another file.
    """
    results = run.folder / "results.json"
    if not results.is_file():
        return None
    return Matrix.from_json(results.read_bytes(), str(results))


def lock_of(folder: Path) -> Path:
    """The file that is held by whoever does a run, or writes a study's tables: beside the folder,
    which is there only once a run has begun.
    """
    return folder.with_name(f".{folder.name}.lock")


@contextmanager
def _claimed(place: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Holds a run for the processes of one launch, of which the main one waits for it."""
    if not process().is_main_process:
        process().wait_for_everyone()
        yield
        return
    with held(place, wait):
        process().wait_for_everyone()
        yield
