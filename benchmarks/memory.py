"""The most memory a case ever holds, in a process of its own."""

import resource
import subprocess
import sys
from pathlib import Path

import torch

from benchmarks.cases import Case, work_of
from benchmarks.setting import Setting
from benchmarks.systems import Systems

__all__ = ["in_fresh_process", "peak", "resident"]

_RUNS = 3
"""Enough for the optimiser's moments and the allocator's reuse."""


def peak(case: Case, setting: Setting, device: torch.device) -> int:
    """Bytes at the highest point of a few runs, model included.

    Only the first call in a process is right.

    On a GPU what torch allocated. On a CPU the resident memory of the process, less what it had
    before there was a model: libraries do not count.
    """
    before = resident()
    run = work_of(case, Systems(setting, device, case.rows))
    for _ in range(_RUNS):
        run()
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resident() - before


def in_fresh_process(name: str, freed: str = "kept") -> int:
    """`peak` of the case called `name`, measured by a new interpreter.

    Args:
        freed: what becomes of memory that a step frees: `kept`, or `given-back`.
    """
    command = [sys.executable, "-m", "benchmarks", "--freed", freed, "peak", name]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def resident() -> int:
    """The largest resident memory of this process so far, in bytes.

    On Linux from `/proc`: what `getrusage` says begins with the size of the process it was started
    from.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
