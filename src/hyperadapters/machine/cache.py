"""What takes long to make is kept on the disk of this machine, for all its processes.

entries by kind and digest, each there whole or not at all
    examples-0123456789abcdef0123456789abcdef/
        entry.json      the key that the digest is of, what was made, a checksum of each file
        ...             whatever was made
        .used           its time is when the entry was last used
    .locks/             one file per entry, held by the process that makes it
"""

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from filelock import FileLock, Timeout

from hyperadapters.machine.sealed import Damage, check, opened, seal
from hyperadapters.machine.whole import clear, remove, whole

__all__ = ["LEAST", "VARIABLE", "Cache", "Entry", "Make", "digest_of", "of_machine"]

VARIABLE = "HYPERADAPTERS_CACHE"
"""The environment variable that says where the cache is."""
LEAST = 4 * 2**20
"""Bytes of text from which on a corpus is kept in the cache."""

_ENTRY = "entry.json"
_USED = ".used"
_FORMAT = 1
_NAMES = re.compile(r"[a-z]+-[0-9a-f]{32}")

Make = Callable[[Path], Mapping[str, Any]]
"""Writes files into an empty folder, and gives plain values to keep beside them."""


def digest_of(values: Any) -> str:
    """128 bits of plain values, as text."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Entry:
    """Something that was made.

    Args:
        folder: with its files.
        what: it is, for people.
        values: that were kept beside the files.
    """

    folder: Path
    what: str
    values: Mapping[str, Any]

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.stat().st_size for file in self.folder.iterdir())

    @property
    def used(self) -> float:
        """When it was last used, in seconds since 1970."""
        mark = self.folder / _USED
        return (mark if mark.exists() else self.folder).stat().st_mtime


@final
@dataclass(frozen=True)
class Cache:
    """Entries in a folder.

    Args:
        folder: of the entries; made when the first one is.
        least: bytes of text from which on a corpus is worth an entry.
    """

    folder: Path
    least: int = LEAST

    def entry(self, kind: str, key: Mapping[str, Any], what: str, make: Make) -> Entry:
        """The entry of a key; made if it is not there. One that is damaged is made anew, and that
        is logged.

        Of several processes that ask one makes it, and the others wait.

        Args:
            kind: of entry, a word.
            key: all that the entry depends on, as plain values.
            what: the entry is, for people.

        Raises:
            OSError: it cannot be written.
        """
        name = f"{kind}-{digest_of(key)}"
        place = self.folder / name
        try:
            return self._read(place)
        except Damage:
            pass
        with self._lock(name):
            try:
                return self._read(place)
            except Damage as damage:
                if place.exists():
                    _LOG.warning("`%s` is damaged and is made anew: %s", place, damage)
            with whole(place) as part:
                part.mkdir()
                values = dict(make(part))
                own = {"format": _FORMAT, "key": dict(key), "what": what, "values": values}
                seal(part, _ENTRY, own)
            return Entry(place, what, values)

    def entries(self) -> Iterator[Entry]:
        """All entries, as far as they can be read; their files are not checked."""
        for place in self._places():
            try:
                found = opened(place / _ENTRY)
            except Damage:
                found = {"what": "damaged"}
            yield Entry(place, str(found.get("what")), found.get("values") or {})

    def clear(self) -> tuple[int, list[Path]]:
        """Removes all entries, and what a death left of their making; nothing else in the folder.

        Returns:
            How many there were, and those that stay because a process makes them now.
        """
        gone, busy = 0, []
        for place in self._places():
            try:
                with self._lock(place.name, timeout=0.0):
                    remove(place)
                    clear(place)
                    gone += 1
            except Timeout:
                busy.append(place)
        for left in self._left():
            shutil.rmtree(left, ignore_errors=True)
        return gone, busy

    def _places(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if _NAMES.fullmatch(path.name))

    def _left(self) -> Iterator[Path]:
        """What a death left of an entry that was never there whole, and that none makes now."""
        for path in [*self.folder.glob(".*.part"), *self.folder.glob(".*.gone")]:
            name = path.name[1:].rpartition(".")[0]
            if _NAMES.fullmatch(name):
                try:
                    with self._lock(name, timeout=0.0):
                        yield path
                except Timeout:
                    continue

    def _lock(self, name: str, timeout: float = -1.0) -> FileLock:
        locks = self.folder / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        return FileLock(locks / f"{name}.lock", timeout=timeout)

    def _read(self, place: Path) -> Entry:
        """An entry as it was written.

        Raises:
            Damage: it is not there, or changed, or of another key.
        """
        found = opened(place / _ENTRY)
        check(place, _ENTRY, found)
        if found.get("format") != _FORMAT or not place.name.endswith(digest_of(found["key"])):
            raise Damage(place / _ENTRY, "another key than that of its name")
        _mark(place)
        return Entry(place, found["what"], found["values"])


def _mark(place: Path) -> None:
    """Notes that an entry is used; a cache that may only be read is not told."""
    try:
        (place / _USED).touch()
    except OSError:
        return


_LOG = logging.getLogger(__name__)


def of_machine() -> Cache:
    """The cache of this user on this machine: where `HYPERADAPTERS_CACHE` says, or in the folder
    for caches, `XDG_CACHE_HOME` or `~/.cache`.
    """
    said = os.environ.get(VARIABLE)
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Cache(Path(said or f"{caches}/hyperadapters").expanduser())
