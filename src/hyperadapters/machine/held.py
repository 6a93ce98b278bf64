"""What one process at a time may do: a file that it holds, and lets go of even when it dies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from hyperadapters.errors import BundleError

__all__ = ["held"]

_POLL = 0.25
"""Seconds between two looks at what another process holds."""


@contextmanager
def held(place: Path, taken: Callable[[], None]) -> Iterator[None]:
    """Inside a `with`, no other process holds the file `place`, which stays there, empty.

    Args:
        taken: is called where another process holds it, on this machine or, on a file system that
            machines share, on another; unless it raises, this process waits.

    Raises:
        BundleError: there is another file, or a file system that knows no locks.
    """
    if place.is_symlink() or (place.exists() and place.stat().st_size):
        raise BundleError(
            f"`{place}` is not the lock of a run or a study",
            expected="no such file, or an empty one",
            remedy="give this run another `output`, or move the file away",
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place)
    try:
        _acquire(lock, taken)
    except NotImplementedError as error:
        raise BundleError(
            f"`{place.parent}` lies where no file can be locked",
            found=str(error),
            remedy="give this run another `output`, on a file system with `flock`",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, taken: Callable[[], None]) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        taken()
        lock.acquire(poll_interval=_POLL)
