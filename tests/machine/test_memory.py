"""How much memory there is; what is freed is there for the next tensor, without the system."""

import platform
import subprocess
import sys

import pytest
import torch

from hyperadapters.machine import memory
from hyperadapters.machine.memory import (
    give_memory_back,
    keep_freed_memory,
    memory_of,
    spend_memory,
)

PROGRAM = """
import resource, sys, torch
from hyperadapters.machine.memory import give_memory_back, keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
if sys.argv[1] == "give":
    assert keep_freed_memory() and give_memory_back()
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
    assert pages_touched_anew("give") > mapped / 2, "and it can be changed later"


HOLES = """
import sys, torch
from hyperadapters.machine.memory import give_memory_back, keep_freed_memory
assert {"keep": keep_freed_memory, "give": give_memory_back}[sys.argv[1]]()
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
before = resident()
small = []
for _ in range(30):  # what is freed lies between what stays, as the activations of layers do
    large = torch.ones(3 * 2**18)
    small.append(torch.ones(2**15))
    del large
whole = torch.ones(2**25)
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="nothing is done without glibc")
def test_what_is_given_back_leaves_no_holes():
    """128 MiB and thirty times a 128th of it are in use at the end."""
    command = [sys.executable, "-c", HOLES, "give"]
    assert float(subprocess.check_output(command, text=True)) < 128 + 30 / 8 + 16


def test_memory_is_kept_where_there_is_plenty(monkeypatch):
    done = []
    monkeypatch.setattr(memory, "keep_freed_memory", lambda: done.append("kept"))
    monkeypatch.setattr(memory, "give_memory_back", lambda: done.append("given back") or True)
    monkeypatch.setattr(memory, "memory_of", lambda device: 1000)
    cpu = torch.device("cpu")
    assert [spend_memory(needed, cpu) for needed in (250, 251)] == [False, True]
    assert spend_memory(251, torch.device("cuda")) is False
    monkeypatch.setattr(memory, "memory_of", lambda device: None)
    assert spend_memory(251, cpu) is False
    assert done == ["kept", "given back", "kept"]


def test_other_libraries_are_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("musl", "1.2"))
    assert keep_freed_memory() is False and give_memory_back() is False


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
