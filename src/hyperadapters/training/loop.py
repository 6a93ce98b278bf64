"""The training of a run, phase after phase."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from accelerate import Accelerator
from rich.console import Console

from hyperadapters.config import RunFile, digest, digest_in, to_yaml
from hyperadapters.errors import BundleError
from hyperadapters.machine.held import held
from hyperadapters.machine.precision import settled
from hyperadapters.machine.ranks import (
    accelerator_for,
    launched_alone,
    launched_precision,
    process,
)
from hyperadapters.machine.written import check_free, claim, own
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly
from hyperadapters.run.loading import TOKENIZER, keep_tokenizer
from hyperadapters.training import checkpoint
from hyperadapters.training.checkpoint import Checkpoint
from hyperadapters.training.display import Display, display_on
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress
from hyperadapters.training.readiness import check_phase
from hyperadapters.training.stage import Stage
from hyperadapters.training.starting import begin, first_phase

__all__ = ["train"]


Keep = Callable[[Assembly, Path], None]
"""Writes a trained model into a folder, or what is to be kept of it."""


def train(
    assembly: Assembly,
    folder: Path,
    *,
    console: Console | None = None,
    display: Display | None = None,
    keep: Keep = bundle.save,
) -> None:
    """Trains a run to its end, or from its last checkpoint on as if it had never stopped.

    Writes `run.yaml`, `metrics.jsonl` and `checkpoints/` as it goes, and `model/` at the end.

    Args:
        assembly: the run, built; its model is trained in place.
        folder: of the run.
        console: where what is to be known of the run goes; None for nowhere.
        display: shows its updates; without one, what fits the console.
        keep: writes `model/`.

    Raises:
        TrainingError: the run cannot go on: no data, a loss that is not finite, ...
        BundleError: the folder holds another run or a damaged checkpoint, or another process trains
            in it.
    """
    trackers = tuple(assembly.run.trackers)
    accelerator = accelerator_for("no", trackers=trackers, folder=folder / "trackers")
    if console is not None and launched_alone():
        console.print(
            "`accelerate launch` has started one process only: "
            "without a GPU it needs `--multi_gpu` beside `--num_processes`",
            style="yellow",
        )
    if console is not None:
        _warn_of_recipes(assembly, console)
    with _alone(folder, accelerator):
        main = accelerator.is_main_process
        shown = (display or display_on(console)) if main else Display()
        _train(assembly, folder, accelerator, shown, keep)


def _warn_of_recipes(assembly: Assembly, console: Console) -> None:
    """Tells what is legal and hardly meant."""
    asked = launched_precision()
    for phase in assembly.method.phases:
        recipe, steps, warmup = phase.recipe, phase.recipe.steps, phase.recipe.warmup
        if steps < warmup:
            console.print(
                f"phase `{phase.name}` ends in its warm-up: {steps:,} updates of {warmup:,}; the "
                f"learning rate comes to {steps / warmup:.0%} of its peak",
                style="yellow",
            )
        if recipe.patience and (recipe.criterion == "last" or not recipe.evaluate_every):
            console.print(
                f"phase `{phase.name}` has `patience` and does not stop early: that needs "
                "`evaluate_every`, and a criterion other than `last`",
                style="yellow",
            )
        if asked not in ("no", settled(recipe.precision, process().device)):
            console.print(
                f"phase `{phase.name}` trains with precision `{phase.recipe.precision}`, as its "
                f"recipe says, not `{asked}` of the launcher: set `recipe.precision: {asked}`",
                style="yellow",
            )


@contextmanager
def _alone(folder: Path, accelerator: Accelerator) -> Iterator[None]:
    """Holds the folder for the processes of this one start; a process that dies lets go of it."""
    if not accelerator.is_main_process:
        yield
        return

    def refuse() -> None:
        raise BundleError(
            f"another process trains in `{folder}`",
            remedy="wait for it, or give this run another `output`",
        )

    with held(folder / ".lock", refuse):
        yield


def _train(
    assembly: Assembly,
    folder: Path,
    accelerator: Accelerator,
    shown: Display,
    keep: Keep,
) -> None:
    run, checkpoints = assembly.run, folder / "checkpoints"
    check_free(folder, _WRITTEN)
    checkpoint.check_written(checkpoints)
    assembly.model.to(accelerator.device)  # also where no phase is left to move it
    saved = _last(checkpoints, run)
    progress, kept = Progress(phase=first_phase(assembly.method)), 0
    if saved is None:
        begin(assembly)
    else:
        progress, kept = Progress(**saved.state["progress"]), saved.state["metrics_bytes"]
        checkpoint.load(assembly.model, saved.tensors["model"], str(saved.path))
    for phase in assembly.method.phases[progress.phase :]:
        check_phase(assembly, phase)
    _claim(assembly, folder, accelerator)
    metrics, trackers = folder / "metrics.jsonl", tuple(run.trackers)
    with (
        Journal(metrics, kept, accelerator, trackers=trackers) as journal,
        shown as display,
    ):
        while progress.phase < len(assembly.method.phases):
            stage = Stage(assembly, checkpoints, progress, journal, display)
            if saved is not None and saved.state["mixture"] is not None:
                stage.restore(saved)
            saved = None
            stage.train()
    if accelerator.is_main_process:
        keep(assembly, claim(folder, "model"))
    accelerator.wait_for_everyone()


def _claim(assembly: Assembly, folder: Path, accelerator: Accelerator) -> None:
    """Makes the folder this run's own, with the tokenizer that it learned.

    Raises:
        BundleError: it is another run's.
    """
    run, file, kept = assembly.run, folder / "run.yaml", folder / TOKENIZER
    found = [name for name in _ALWAYS_BESIDE_IT if (folder / name).exists()]
    owner = digest_in(folder)  # asked last: another rank writes it before all else
    if owner is None and found:
        raise _another(str(folder / found[0]), folder)
    if owner not in (None, digest(run)):
        raise _another(str(file), folder)
    if accelerator.is_main_process:
        with own(file) as part:
            part.write_text(to_yaml(run), encoding="utf-8")
        if run.backbone.architecture is not None and not kept.exists():
            with own(kept) as part:
                keep_tokenizer(assembly.tokenizer, part)
        claim(folder, "metrics.jsonl")
        claim(folder, "checkpoints")
    accelerator.wait_for_everyone()


_ALWAYS_BESIDE_IT = (TOKENIZER, "metrics.jsonl", "model", "results.json")
"""What a run has in its folder beside `run.yaml`, and never without it."""
_WRITTEN = (
    *("run.yaml", TOKENIZER, "metrics.jsonl", "checkpoints", "model"),
    *("results.json", "embeddings.json", "facts.json", "report.html"),
)
"""What training writes, and what is written of a run that was scored."""


def _last(checkpoints: Path, run: RunFile) -> Checkpoint | None:
    newest = checkpoint.latest(checkpoints)
    if newest is None:
        return None
    saved = checkpoint.read(newest)
    if saved.state["digest"] != digest(run):
        raise _another(str(newest), checkpoints.parent)
    return saved


def _another(where: str, folder: Path) -> BundleError:
    return BundleError(
        f"`{folder}` holds another run",
        where=where,
        expected="checkpoints of the run as its file is now",
        cause="the run file, or a change on the command line, is not what it was when it began",
        remedy=f"give the run another `output`, or delete `{folder}` to start again",
    )
