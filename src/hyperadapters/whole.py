"""Files and folders on disk that are there whole, or as they were before, whenever a process dies."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["remove", "whole"]


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write a file or a folder under; at the end it takes `path`'s place.

    All of it is on the disk before it does. Where writing fails, what stood at `path` still does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    remove(part)
    yield part
    for file in (*part.rglob("*"), part):
        _sync(file)
    if path.is_dir():
        remove(path)
    part.replace(path)
    _sync(path.parent)


def remove(path: Path) -> None:
    """Removes a file or a folder, if there is one.

    A folder leaves its name first, so that half of it never looks like all of it.
    """
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    gone = path.with_name(f".{path.name.lstrip('.')}.gone")
    if gone != path:
        shutil.rmtree(gone, ignore_errors=True)
        path.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _sync(path: Path) -> None:
    """Makes sure that a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
