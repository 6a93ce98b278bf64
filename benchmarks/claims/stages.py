"""The first phase of a run, ready to be trained outside of a run's folder."""

from pathlib import Path

from hyperadapters.config import RunFile
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress
from hyperadapters.training.stage import Stage

__all__ = ["first_stage"]


def first_stage(
    run: RunFile, folder: Path, *, data_root: Path | None = None
) -> tuple[Assembly, Stage]:
    """The run, built, and its first phase; `folder` takes what they write."""
    assembly = assemble(run.model_copy(update={"output": str(folder)}), data_root=data_root)
    folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(folder / "metrics.jsonl", 0, accelerator_for("no"))
    return assembly, Stage(assembly, folder / "checkpoints", Progress(), journal, Display())
