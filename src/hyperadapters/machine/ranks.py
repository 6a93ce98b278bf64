"""The processes of a run: device, precision, their shares of the work and their random numbers."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs, PartialState
from accelerate.state import AcceleratorState
from accelerate.tracking import get_available_trackers
from accelerate.utils import gather_object
from torch import Tensor

from hyperadapters.errors import TrainingError
from hyperadapters.machine.precision import settled

__all__ = [
    "accelerator_for",
    "launched_alone",
    "launched_precision",
    "process",
    "random_states",
    "restore_random_states",
    "shared",
    "shared_out",
]


_PATIENCE = timedelta(hours=12)
"""How long a rank waits for the others, one of which may score a large cell meanwhile."""

Work = TypeVar("Work")
Result = TypeVar("Result")


def process() -> PartialState:
    """This process: its rank, its device, and whether it is the main one."""
    return PartialState(cpu=_stays_on_cpu(), timeout=_PATIENCE)


def _stays_on_cpu() -> bool:
    # Without a GPU `accelerate` joins the processes of a launch only when told to stay on the CPU.
    return "LOCAL_RANK" in os.environ and not torch.cuda.is_available()


def shared(work: Sequence[Work], do: Callable[[Work], Result]) -> list[Result]:
    """What is done with each piece of some work, in order, the same on every rank; each rank does
    its part.
    """
    return shared_out(work, lambda own: [do(one) for one in own])


def shared_out(
    work: Sequence[Work], do: Callable[[Sequence[Work]], Sequence[Result]]
) -> list[Result]:
    """The same where a rank does all of its part at once."""
    state = process()
    rank, ranks = state.process_index, state.num_processes
    parts: list[list[Result]] = gather_object([list(do(work[rank::ranks]))])
    return [parts[place % ranks][place // ranks] for place in range(len(work))]


def accelerator_for(
    precision: str, *, trackers: tuple[str, ...] = (), folder: Path | None = None
) -> Accelerator:
    """An accelerator for this process, one of several under `accelerate launch` or `torchrun`.

    Args:
        precision: of forward and backward: `no`, `bf16`, `fp16` or `auto`.
        trackers: by the names of `accelerate`.
        folder: where trackers write.

    Raises:
        TrainingError: the device cannot do this, or a tracker is unknown or not installed.
    """
    # `accelerate` knows one precision per process; phases and runs that follow each other do not.
    AcceleratorState._reset_state()
    # First of all: the processes are joined with its patience.
    precision = settled(precision, process().device)
    try:
        accelerator = Accelerator(
            mixed_precision=precision,
            cpu=_stays_on_cpu(),
            log_with=list(trackers) or None,
            project_dir=folder,
            kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
        )
    except ValueError as error:
        raise _refused(precision, trackers, str(error)) from error
    if precision != "no" and not accelerator.native_amp:  # left out without a word on a CPU
        raise _refused(precision, trackers, f"a device of type `{accelerator.device.type}`")
    installed = [tracker.value for tracker in get_available_trackers()]
    lost = [name for name in trackers if name not in installed]  # these too, without a word
    if lost:
        raise TrainingError(
            f"the tracker `{lost[0]}` is not installed",
            found=f"installed: {', '.join(installed) or 'none'}",
            remedy=f"install the package of `{lost[0]}`, or take it out of `trackers`",
        )
    return accelerator


def _refused(precision: str, trackers: tuple[str, ...], found: str) -> TrainingError:
    return TrainingError(
        "this machine cannot train the run as its file says",
        expected=f"precision `{precision}`"
        + (f" and the trackers {', '.join(trackers)}" if trackers else ""),
        found=found,
        remedy="change `recipe.precision` or `trackers`",
    )


def launched_alone() -> bool:
    """Whether `accelerate launch` was asked for several processes and started only one.

    It does so on machines without a GPU, unless it is given `--multi_gpu`.
    """
    launched = {"ACCELERATE_MIXED_PRECISION", "MASTER_ADDR"} <= set(os.environ)
    return launched and "WORLD_SIZE" not in os.environ


def launched_precision() -> str:
    """What `accelerate launch --mixed_precision` asks for; `no` without it."""
    return os.environ.get("ACCELERATE_MIXED_PRECISION", "no")


def random_states(accelerator: Accelerator) -> dict[str, Tensor]:
    """The states of torch's random generators, one row per rank; every rank must call this."""
    states = {"cpu": torch.get_rng_state()}
    if accelerator.device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(accelerator.device)
    return {
        name: accelerator.gather(state.to(accelerator.device).unsqueeze(0)).cpu()
        for name, state in states.items()
    }


def restore_random_states(accelerator: Accelerator, saved: Mapping[str, Tensor]) -> bool:
    """Gives this rank its states back.

    Returns:
        Whether there were states for it: not after another number of processes, or on another kind
        of device. Nothing is done then.
    """
    ranks, kind = accelerator.num_processes, accelerator.device.type
    if len(saved["cpu"]) != ranks or ("cuda" in saved) != (kind == "cuda"):
        return False
    # Copies: of a row, torch reads the state at twice its place in the tensor, or beyond its end.
    own = {name: states[accelerator.process_index].clone() for name, states in saved.items()}
    torch.set_rng_state(own["cpu"])
    if "cuda" in own:
        torch.cuda.set_rng_state(own["cuda"], accelerator.device)
    return True
