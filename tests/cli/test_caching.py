"""The command `cache`."""

import json
from pathlib import Path
from typing import Any

from commands import call, right
from hyperadapters.machine.cache import VARIABLE, Cache


def test_entries_are_listed_and_removed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    assert "0 entries" in right("cache", "list")
    cache = Cache(tmp_path / "cache")
    cache.entry("text", {"a": 1}, "what was counted of mt/de-en", lambda folder: {})
    cache.entry("examples", {"a": 1}, "mt/de-en, at most 9 tokens", lambda folder: {})
    out = right("cache", "list")
    assert "2 entries" in out and "mt/de-en, at most 9 tokens" in out and str(cache.folder) in out
    (cache.folder / f"examples-{'0' * 32}").mkdir()
    listed = json.loads(right("cache", "list", "--json"))
    assert len(listed) == 3 and {one["holds"] for one in listed} > {"damaged"}
    assert all(one["bytes"] > 50 for one in listed if one["holds"] != "damaged")
    assert "3 entries" in right("cache", "clear")
    assert not [*cache.entries()]
    assert json.loads(right("cache", "list", "--json")) == []


def test_there_may_be_no_cache(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "cache"))
    assert "removed" in right("cache", "clear")
    result = call("cache", "lst")
    assert result.exit_code == 2 and "No such command" in result.output
