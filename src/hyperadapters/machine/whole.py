"""Files and folders on disk that are there whole, or as they were before."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

__all__ = ["remove", "save_tensors", "whole"]


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write a file or a folder under; at the end it takes `path`'s place.

    All of it is on the disk before it does. Where writing fails, what stood at `path` still does.

    Raises:
        OSError: it cannot be written, or a file would take the place of a folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    remove(part)
    try:
        yield part
    except SafetensorError as error:  # what it makes of a full disk
        raise OSError(f"{part}: {error}") from error
    for file in (*part.rglob("*"), part):
        _sync(file)
    # a file takes the place of another at once, a folder only that of none
    gone = _aside(path) if part.is_dir() else None
    part.replace(path)
    _sync(path.parent)
    if gone is not None:
        shutil.rmtree(gone, ignore_errors=True)


def save_tensors(tensors: Mapping[str, Tensor], file: Path) -> None:
    """Writes tensors as safetensors, inside `whole`; those that share memory are stored apart, each
    under its name.

    Raises:
        SafetensorError: the file cannot be written.
    """
    seen: set[int] = set()
    stored = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach().contiguous()
        storage = tensor.untyped_storage().data_ptr()
        stored[name] = tensor.clone() if storage in seen else tensor
        seen.add(storage)
    save_file(stored, file)


def remove(path: Path) -> None:
    """Removes a file or a folder, if there is one.

    A folder leaves its name first, so that half of it never looks like all of it.
    """
    gone = _aside(path)
    if gone is not None:
        shutil.rmtree(gone, ignore_errors=True)


def _aside(path: Path) -> Path | None:
    """Where a folder is now that it has lost its name; a file, or a link, is removed."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return None
    gone = path.with_name(f".{path.name.lstrip('.')}.gone")
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
