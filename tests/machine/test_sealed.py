"""A folder is as it was written, or it is damaged."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperadapters.machine.sealed import Damage, check, opened, seal, strangers

VALUES = {"format": 1, "deep": {"b": [1, 0.1, 1e-17, None], "a": "ä\u2028"}, "nan": float("nan")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backbone").mkdir()
    (tmp_path / "backbone" / "config.json").write_text("{}")
    (tmp_path / "weights").write_bytes(bytes(range(256)))
    seal(tmp_path, "seal.json", VALUES)
    return tmp_path


def test_what_is_sealed_is_read(folder: Path) -> None:
    values = opened(folder / "seal.json")
    check(folder, "seal.json", values)
    assert values["deep"] == VALUES["deep"]
    assert set(values["files"]) == {"backbone/config.json", "weights"}
    assert strangers(folder, "seal.json") == []


def test_it_may_be_moved_and_written_anew_with_other_spaces(folder: Path, tmp_path: Path) -> None:
    values = json.loads((folder / "seal.json").read_text())
    (folder / "seal.json").write_text(json.dumps(dict(reversed(values.items()))))
    moved = folder.rename(tmp_path.with_name("moved"))
    check(moved, "seal.json", opened(moved / "seal.json"))


def _put(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def _change(old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        text = (folder / "seal.json").read_text()
        assert old in text
        (folder / "seal.json").write_text(text.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("damage", "file", "found"),
    [
        (_put("weights", "other"), "weights", "another content"),
        (lambda folder: (folder / "weights").unlink(), "weights", "no such file"),
        (_put("backbone/config.json", "{ }"), "backbone/config.json", "another content"),
        (_put("backbone/more.json", "{}"), "backbone/more.json", "not written with the others"),
        (lambda folder: (folder / "link").symlink_to("gone"), "link", "not written with"),
        (_put("seal.json", "{"), "seal.json", "EOF"),
        (_put("seal.json", "[1]"), "seal.json", "[1]"),
        (_put("seal.json", "[" * 9999), "seal.json", "recursion limit"),
        (_put("seal.json", "{}"), "seal.json", "no checksums"),
        (_put("seal.json", '{"files": {"a": 5}, "seal": ""}'), "seal.json", "no checksums"),
        (_put("seal.json", '{"files": ["a"], "seal": ""}'), "seal.json", "no checksums"),
        (lambda folder: (folder / "seal.json").unlink(), "seal.json", "No such file"),
        (_change("0.1", "0.2"), "seal.json", "other values"),
        (_change("null", "false"), "seal.json", "other values"),
        (_change('"weights": ', '"weight": '), "seal.json", "other values"),
        (_change("1,", f"{'1' * 5000},"), "seal.json", "out of range"),
    ],
)
def test_damage_is_found(
    folder: Path, damage: Callable[[Path], object], file: str, found: str
) -> None:
    damage(folder)
    with pytest.raises(Damage) as caught:
        check(folder, "seal.json", opened(folder / "seal.json"))
    assert caught.value.file == folder / file
    assert found in caught.value.found


def test_hidden_files_harm_nothing_and_are_known(folder: Path) -> None:
    (folder / ".DS_Store").touch()
    (folder / "mine").touch()
    assert strangers(folder, "seal.json") == [folder / ".DS_Store", folder / "mine"]
    (folder / "mine").unlink()
    check(folder, "seal.json", opened(folder / "seal.json"))
    (folder / "seal.json").write_text("{")
    assert len(strangers(folder, "seal.json")) == 4, "nothing is listed"


@pytest.mark.parametrize("listed", ["../beside.txt", "/etc/hostname"])
def test_a_list_names_no_file_elsewhere(folder: Path, listed: str) -> None:
    values = {**VALUES, "files": {listed: ""}}
    own = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    with pytest.raises(Damage) as caught:
        check(folder, "seal.json", {**values, "seal": own})
    assert f"lies elsewhere: {listed}" in str(caught.value)
