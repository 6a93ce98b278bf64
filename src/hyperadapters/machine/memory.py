"""Memory that one training step frees is kept for the next."""

import ctypes
import platform

__all__ = ["keep_freed_memory"]

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
