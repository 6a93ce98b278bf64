"""How much memory there is; what is freed is there for the next tensor, without the system."""

import platform
import subprocess
import sys

import pytest
import torch

from hyperadapters.machine import memory
from hyperadapters.machine.memory import keep_freed_memory, memory_of

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


@pytest.mark.parametrize(("said", "there"), [("max\n", None), ("1000000\n", 10**6)])
def test_a_container_may_have_less_than_its_machine(tmp_path, monkeypatch, said, there):
    (tmp_path / "memory.max").write_text(said)
    monkeypatch.setattr(memory, "_LIMIT", tmp_path / "gone")
    whole = memory_of(torch.device("cpu"))
    assert whole is not None and whole > 10**8
    monkeypatch.setattr(memory, "_LIMIT", tmp_path / "memory.max")
    assert memory_of(torch.device("cpu")) == (there or whole)


def test_a_gpu_has_memory_of_its_own(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1, 80))
    assert memory_of(torch.device("cuda")) == 80
    assert memory_of(torch.device("meta")) is None
