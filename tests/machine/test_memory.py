"""Freed memory is there for the next tensor, without the system's help."""

import platform
import subprocess
import sys

import pytest

from hyperadapters.machine.memory import keep_freed_memory

PROGRAM = """
import resource, sys, torch
from hyperadapters.machine.memory import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
def step():
    weights = [torch.ones(size * 2**20, dtype=torch.uint8) for size in (40, 48, 33)]
    return [weight + 1 for weight in weights][:0]
for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages_touched_anew(mode: str) -> int:
    """In five more of the same steps, each of which fills 242 MB."""
    return int(subprocess.check_output([sys.executable, "-c", PROGRAM, mode], text=True))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="nothing is done without glibc")
def test_a_step_that_repeats_itself_touches_no_new_pages():
    kept, mapped = pages_touched_anew("keep"), pages_touched_anew("map")
    assert mapped > 100_000  # of 4 KiB; 242 MB are 61,952
    assert kept < mapped / 10


def test_other_libraries_are_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("musl", "1.2"))
    assert keep_freed_memory() is False
