"""Files and folders on disk that are there whole, or as they were before."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

__all__ = ["clear", "remove", "whole", "write_text"]


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write a file or a folder under; at the end it takes `path`'s place.

    All of it is on the disk before it does. Where writing fails, what stood at `path` still does,
    and nothing is left beside it.

    Raises:
        OSError: it cannot be written, or a file would take the place of a folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(path, "part")
    remove(part)
    try:
        yield part
    except SafetensorError as error:  # what it makes of a full disk
        remove(part)
        raise OSError(f"{part}: {error}") from error
    except BaseException:
        remove(part)
        raise
    for file in (*part.rglob("*"), part):
        _sync(file)
    # a file takes the place of another at once, a folder only that of none
    gone = _aside(path) if part.is_dir() else None
    part.replace(path)
    _sync(path.parent)
    if gone is not None:
        shutil.rmtree(gone, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text where a user wants it: a file is there whole, or as it was before.

    What is no file, such as a pipe or a device, is written to; a link stays, and leads to the text.

    Raises:
        OSError: it cannot be written, or `path` is a folder.
    """
    if _is_special(path):
        with path.open("w", encoding="utf-8") as stream:
            stream.write(text)
        return
    with whole(path.resolve() if path.is_symlink() else path) as part:
        part.write_text(text, encoding="utf-8")


def _is_special(path: Path) -> bool:
    """Whether something stands at a path, or where a link leads, that is no file and no folder."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def remove(path: Path) -> None:
    """Removes a file or a folder, if there is one.

    A folder leaves its name first, so that half of it never looks like all of it.
    """
    gone = _aside(path)
    if gone is not None:
        shutil.rmtree(gone, ignore_errors=True)


def clear(path: Path) -> None:
    """Removes what a death left of the writing, or of the removal, of a file or folder."""
    remove(_beside(path, "part"))
    shutil.rmtree(_beside(path, "gone"), ignore_errors=True)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")


def _aside(path: Path) -> Path | None:
    """Where a folder is now that it has lost its name; a file, or a link, is removed."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return None
    gone = path.with_name(f".{path.name.removeprefix('.').removesuffix('.part')}.gone")
    if gone != path:
        shutil.rmtree(gone, ignore_errors=True)
        path.rename(gone)
    return gone


def _sync(path: Path) -> None:
    """Makes sure that a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
