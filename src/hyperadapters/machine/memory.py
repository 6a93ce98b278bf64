"""How much memory there is; what one training step frees is kept for the next."""

import ctypes
import os
import platform
from pathlib import Path

import torch

__all__ = ["keep_freed_memory", "memory_of"]

_TRIM_THRESHOLD, _MOST_MAPPINGS = -1, -4
"""Parameters of glibc's `mallopt`, from `malloc.h`."""


def keep_freed_memory() -> bool:
    """Tells the allocator of this process to give no memory back to the system before it ends.

    By default glibc maps every large tensor anew and unmaps it when it is freed; the system then
    fills each page with zeros when it is touched for the first time. A step that writes hundreds of
    megabytes of gradients spends more time on that than on computing them. The price is memory that
    lies idle between steps, up to the peak of the largest.

    Returns:
        Whether this process uses glibc; nothing is done elsewhere.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all((mallopt(_MOST_MAPPINGS, 0), mallopt(_TRIM_THRESHOLD, -1)))


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
