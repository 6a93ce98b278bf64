"""The cache: entries are made once, whole or not at all, and made anew where they are damaged."""

import json
import logging
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hyperadapters.machine.cache import VARIABLE, Cache, of_machine
from hyperadapters.machine.code import code, code_of
from hyperadapters.tasks import Translation

KEY = {"files": ["a"], "length": 7}


def made(cache: Cache, key: Mapping[str, Any] = KEY, text: str = "x") -> bool:
    """Whether an entry had to be made; it is right in any case."""
    new = []

    def make(folder: Path) -> dict[str, Any]:
        new.append(folder)
        (folder / "part").write_text(text)
        return {"text": text}

    entry = cache.entry("examples", key, "an entry", make)
    assert (entry.folder / "part").read_text() == entry.values["text"] == text
    assert entry.what == "an entry" and entry.size > 0
    return bool(new)


def test_an_entry_is_made_once_for_each_key(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert [made(cache), made(cache), made(cache, {**KEY, "length": 8})] == [True, False, True]
    assert not made(Cache(tmp_path / "cache"))
    assert len([*cache.entries()]) == 2


def _moved(place: Path) -> None:
    """Another entry, whole in itself, stands under the name of this one."""
    made(Cache(place.parent), {**KEY, "length": 8})
    (other,) = (path for path in place.parent.glob("examples-*") if path != place)
    shutil.rmtree(place)
    other.rename(place)


def _other_key(place: Path) -> None:
    own = place / "entry.json"
    own.write_text(own.read_text().replace("7", "8"))


DAMAGES: Mapping[str, Callable[[Path], Any]] = {
    "changed": lambda place: (place / "part").write_text("y"),
    "cut": lambda place: (place / "part").write_text(""),
    "gone": lambda place: (place / "part").unlink(),
    "added": lambda place: (place / "more").touch(),
    "unsealed": lambda place: (place / "entry.json").write_text(json.dumps({"key": KEY})),
    "other key": _other_key,
    "moved": _moved,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_anew_and_told(damage: str, tmp_path: Path, caplog: Any) -> None:
    cache = Cache(tmp_path)
    made(cache)
    (place,) = tmp_path.glob("examples-*")
    DAMAGES[damage](place)
    with caplog.at_level(logging.WARNING):
        assert made(cache)
    assert "is damaged and is made anew" in caplog.text
    assert not made(cache)


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def make(folder: Path) -> dict[str, Any]:
        (folder / "part").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cache(tmp_path).entry("examples", KEY, "an entry", make)
    assert {path.name for path in tmp_path.iterdir()} == {".locks"}
    assert made(Cache(tmp_path))


def test_of_several_that_ask_one_makes_it(tmp_path: Path) -> None:
    number = []

    def make(folder: Path) -> dict[str, Any]:
        number.append(1)
        threading.Event().wait(0.05)
        return {}

    ask = lambda: Cache(tmp_path).entry("examples", KEY, "", make)  # noqa: E731
    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(number) == 1


def test_clearing_removes_entries_and_nothing_else(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.clear() == (0, [])
    made(cache)
    made(cache, {**KEY, "length": 8})
    (tmp_path / "mine").mkdir()
    (tmp_path / "notes.txt").touch()
    left = tmp_path / f".examples-{'0' * 32}.part"
    left.mkdir()
    busy = sorted(tmp_path.glob("examples-*"))[0]
    with cache._lock(busy.name):
        assert cache.clear() == (1, [busy])
    assert cache.clear() == (1, [])
    assert {path.name for path in tmp_path.iterdir()} == {".locks", "mine", "notes.txt"}


def test_where_the_cache_is(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "~/here")
    assert of_machine().folder == Path("~/here").expanduser()
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert of_machine().folder == tmp_path / "hyperadapters"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert of_machine().folder == Path("~/.cache/hyperadapters").expanduser()


def test_when_an_entry_was_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    made(cache)
    made(cache)
    (entry,) = cache.entries()
    os.utime(entry.folder / ".used", (1, 1))
    assert entry.used == 1
    made(cache)
    assert entry.used > 1


def test_code_is_told_by_its_files() -> None:
    assert len(code()) == len(code_of(Translation)) == 64
    assert code_of(type("Made", (), {"__module__": "nowhere"})) == ""
