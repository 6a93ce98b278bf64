"""What is written is there whole, or as it was before."""

import os
import threading
from pathlib import Path

import pytest

from hyperadapters.machine.whole import clear, remove, whole, write_text


class Dies(BaseException):
    """What a process does not survive."""


def test_a_file_takes_the_place_of_an_older_one_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    for text in ("old", "new"):
        with whole(path) as part:
            part.write_text(text)
            assert not path.exists() or path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    for name in ("old", "new"):
        with whole(path) as part:
            (part / "deep").mkdir(parents=True)
            (part / "deep" / name).write_text(name)
    assert [file.name for file in path.rglob("*")] == ["deep", "new"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_a_folder_is_replaced_and_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "old").touch()
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        with whole(tmp_path / "folder") as part:
            part.mkdir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "folder"]
    assert (tmp_path / "elsewhere" / "old").exists()


def test_what_stood_there_stays_where_writing_fails_and_the_next_writing_begins_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(Dies), whole(path) as part:
        part.write_text("half")
        raise Dies
    assert path.read_text() == "old"
    with whole(path) as part:
        assert not part.exists()
        part.write_text("new")
    assert path.read_text() == "new"


def test_a_folder_leaves_its_name_before_its_files_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "folder"
    (path / "deep").mkdir(parents=True)
    left = []
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: left.append(path.exists()))
    remove(path)
    assert left[-1] is False


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove(tmp_path / "nothing")
    (tmp_path / "file").touch()
    remove(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_file_never_takes_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").touch()
    with pytest.raises(IsADirectoryError), whole(tmp_path / "thesis") as part:
        part.write_text("scores")
    assert (tmp_path / "thesis" / "chapter").is_file()


def test_what_a_death_left_is_cleared(tmp_path: Path) -> None:
    for name in (".file.part", ".other.part"):
        (tmp_path / name).touch()
    (tmp_path / ".file.gone").mkdir()
    clear(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == [".other.part"]


def test_a_text_is_written_through_a_link(tmp_path: Path) -> None:
    """Also one that leads to nothing yet, and one over another."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(Path("disk") / "scores.json")
    (tmp_path / "over").symlink_to("link")
    for name, text in (("link", "first"), ("over", "second")):
        write_text(tmp_path / name, text)
        assert (tmp_path / "disk" / "scores.json").read_text() == text
    assert (tmp_path / "link").is_symlink() and (tmp_path / "over").is_symlink()
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["scores.json"]


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(OSError):
        write_text(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()


def test_a_text_is_written_to_a_pipe(tmp_path: Path) -> None:
    """And the pipe stays one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_text(pipe, "größer")
    reader.join(timeout=20)
    assert read == ["größer"] and pipe.is_fifo()


def test_a_text_is_written_to_a_device() -> None:
    write_text(Path(os.devnull), "text")
    assert Path(os.devnull).is_char_device()


def test_no_text_takes_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        write_text(tmp_path / "folder", "text")
    assert (tmp_path / "folder").is_dir()
