"""What this library wrote in a folder: only that is replaced or removed there.

The names stand in a file of the folder, one a line, each before the first writing of what it names.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from hyperadapters.errors import BundleError
from hyperadapters.machine.whole import clear, remove, whole

__all__ = ["LIST", "check_free", "claim", "discard", "own", "written"]

LIST = "hyperadapters.txt"
"""The file with the names."""

_HEAD = "What hyperadapters wrote in this folder, by name; it replaces and removes nothing else."


def written(folder: Path) -> tuple[str, ...]:
    """The names in a folder that this library wrote, in the order in which it first did.

    Raises:
        BundleError: the list of them is another file.
    """
    try:
        head, *names = (folder / LIST).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except ValueError:  # no text, or none at all
        head, names = "", []
    if head != _HEAD or not all(map(_lies_below, names)):
        raise BundleError(
            f"`{folder / LIST}` is not the list of what was written there",
            expected=f"a first line `{_HEAD}`, and a name of this folder in each other line",
            cause="the list was changed, or it is a file of yours",
            remedy="put the list back, or take another folder",
        )
    return tuple(names)


def _lies_below(name: str) -> bool:
    """Whether a name is that of something in a folder, and not elsewhere."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and not {"..", "\0"} & {*path.parts, *name}


def check_free(folder: Path, names: Iterable[str]) -> None:
    """Nothing if each of these names in a folder is free, or this library's own.

    Raises:
        BundleError: something stands there that this library did not write.
    """
    found = [name for name in names if os.path.lexists(folder / name)]  # another rank lists first
    foreign = set(found) - set(written(folder))
    if foreign:
        name = next(name for name in found if name in foreign)
        raise BundleError(
            f"`{folder / name}` would be replaced or removed, and is not of this library",
            where=str(folder),
            expected=f"names that are free, or listed in `{LIST}`",
            cause=f"a file of yours, or a folder that was copied without its `{LIST}`",
            remedy="take another folder (`output`), move it away, or copy the list too",
        )


def claim(folder: Path, name: str) -> Path:
    """A name in a folder, listed as this library's own from now on; its path.

    Raises:
        BundleError: something stands there that this library did not write.
    """
    check_free(folder, (name,))
    names = written(folder)
    if name not in names:
        _list(folder, (*names, name))
    return folder / name


@contextmanager
def own(path: Path) -> Iterator[Path]:
    """`whole`, for a file or folder of this library's own.

    Raises:
        BundleError: something stands there that this library did not write.
    """
    claim(path.parent, path.name)
    with whole(path) as part:
        yield part


def discard(folder: Path, names: Iterable[str]) -> None:
    """Removes things of this library's own, with what a death left of their writing.

    Args:
        names: of them; those that are not listed stay.
    """
    listed = written(folder)
    gone = [name for name in listed if name in set(names)]
    for name in gone:
        remove(folder / name)
        clear(folder / name)
    if gone:
        _list(folder, [name for name in listed if name not in gone])


def _list(folder: Path, names: Iterable[str]) -> None:
    with whole(folder / LIST) as part:
        part.write_text("\n".join([_HEAD, *names]) + "\n", encoding="utf-8")
