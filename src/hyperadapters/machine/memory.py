"""How much memory there is; what one training step frees is kept for the next."""

import ctypes
import os
import platform
from collections.abc import Mapping
from pathlib import Path

import torch

__all__ = ["give_memory_back", "keep_freed_memory", "memory_of", "spend_memory"]

_TRIM_THRESHOLD, _MAPPING_THRESHOLD, _MOST_MAPPINGS = -1, -3, -4
"""Parameters of glibc's `mallopt`, from `malloc.h`."""
_MAPPED = 2**20
"""Bytes from which on a tensor gets pages of its own."""
_MAPPINGS = 65536
"""Of one process at most, as glibc has it and Linux allows."""
_PLENTY = 4
"""Times what a run needs at least, from which on it does not matter what lies idle."""


def keep_freed_memory() -> bool:
    """Tells the allocator of this process to give no memory back to the system before it ends.

    By default glibc maps every large tensor anew and unmaps it when it is freed; the system then
    fills each page with zeros when it is touched for the first time. A step that writes hundreds of
    megabytes of gradients spends more time on that than on computing them. The price is memory that
    lies idle between steps, up to the peak of the largest.

    Returns:
        Whether this process uses glibc; nothing is done elsewhere.
    """
    return _told({_MOST_MAPPINGS: 0, _TRIM_THRESHOLD: -1})


def give_memory_back() -> bool:
    """Tells the allocator of this process to give the memory of each large tensor back at once.

    What is kept is full of holes: the aligned blocks that torch asks for do not fit into a freed
    block of their own size (glibc before 2.38), nor does a large gradient into the activations of
    another layer. A step of Hyper-X Base at BERT-base size touches a third more memory than it ever
    uses at once. With pages of its own for each tensor of a megabyte or more there are no holes;
    the price is the time in which the system fills these pages with zeros, step by step.

    Returns:
        Whether this process uses glibc; nothing is done elsewhere.
    """
    return _told({_MOST_MAPPINGS: _MAPPINGS, _MAPPING_THRESHOLD: _MAPPED, _TRIM_THRESHOLD: _MAPPED})


def spend_memory(needed: int, device: torch.device) -> bool:
    """Keeps what training frees where the memory of a CPU is plenty, and else gives it back.

    Args:
        needed: bytes that all processes on this machine together need at least.

    Returns:
        Whether memory is given back at once, so that updates take longer.
    """
    if device.type != "cpu":
        return False
    there = memory_of(device)
    if there is None or there >= _PLENTY * needed:
        keep_freed_memory()
        return False
    return give_memory_back()


def _told(parameters: Mapping[int, int]) -> bool:
    """Whether glibc has taken all of these; nothing is done where there is another library."""
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all([mallopt(parameter, value) for parameter, value in parameters.items()])


_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Where Linux says what a container may use: a number of bytes, or `max`."""


def memory_of(device: torch.device) -> int | None:
    """The bytes of memory that a device has in all, used or not; None where no one says.

    Of a CPU, the machine's, or what the container of this process may use.
    """
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    if device.type != "cpu" or not hasattr(os, "sysconf"):
        return None
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    said = _LIMIT.read_text().strip() if _LIMIT.is_file() else ""
    return min(total, int(said)) if said.isdigit() else total
