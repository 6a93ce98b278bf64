"""Folders that are read back only as they were written: one file lists the checksums of all.

It has one of itself, too.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

__all__ = ["SEALING", "Damage", "check", "checksum_of", "opened", "seal", "strangers"]

SEALING = ("files", "seal")
"""What `seal` adds to the values of a file."""


@final
class Damage(Exception):
    """What is wrong with a sealed folder.

    Args:
        file: that is not as it was written.
        found: what it is instead.
    """

    def __init__(self, file: Path, found: str) -> None:
        super().__init__(f"{file}: {found}")
        self.file = file
        self.found = found


class _Sealed(BaseModel):
    model_config = ConfigDict(strict=True)

    files: dict[str, str]
    seal: str


def seal(folder: Path, name: str, values: Mapping[str, Any]) -> None:
    """Writes the file `name` of a folder that has all its other files: values, the SHA-256 of each
    of these, and one over it all.

    Args:
        folder: its hidden files are not listed.
        name: of the file.
        values: plain JSON values.
    """
    files = {
        file.relative_to(folder).as_posix(): checksum_of(file)
        for file in _files(folder)
        if file != folder / name and not _is_hidden(file, folder)
    }
    plain: dict[str, Any] = from_json(json.dumps({**values, "files": files}))
    text = json.dumps({**plain, "seal": _seal_of(plain)}, indent=1)
    (folder / name).write_text(text, encoding="utf-8")


def opened(file: Path) -> dict[str, Any]:
    """The values of a file that `seal` wrote, not checked yet.

    Raises:
        Damage: it is missing, or no JSON mapping.
    """
    try:
        values = from_json(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Damage(file, getattr(error, "strerror", None) or str(error)) from error
    if not isinstance(values, dict):
        raise Damage(file, repr(values)[:80])
    return values


def check(folder: Path, name: str, values: Mapping[str, Any]) -> None:
    """Nothing if a folder is as it was when `seal` wrote its file `name`.

    Args:
        values: of that file.

    Raises:
        Damage: a value or a file was changed, is missing, or was added; hidden files may be.
    """
    try:
        sealed = _Sealed.model_validate(values)
    except ValidationError as error:
        raise Damage(folder / name, "no checksums of its files") from error
    if _seal_of({key: value for key, value in values.items() if key != "seal"}) != sealed.seal:
        raise Damage(folder / name, "other values than were written")
    for listed, digest in sealed.files.items():
        file = folder / listed
        if Path(listed).is_absolute() or ".." in Path(listed).parts:
            raise Damage(folder / name, f"a file that lies elsewhere: {listed[:80]}")
        if not file.is_file():
            raise Damage(file, "no such file")
        if checksum_of(file) != digest:
            raise Damage(file, "another content than was written")
    added = [file for file in strangers(folder, name) if not _is_hidden(file, folder)]
    if added:
        raise Damage(added[0], "a file that was not written with the others")


def strangers(folder: Path, name: str) -> list[Path]:
    """The files of a folder, hidden ones too, that its file `name` does not list."""
    try:
        listed = _Sealed.model_validate(opened(folder / name)).files.keys() | {name}
    except (Damage, ValidationError):
        listed = set()
    return [file for file in _files(folder) if file.relative_to(folder).as_posix() not in listed]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _seal_of(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def checksum_of(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
