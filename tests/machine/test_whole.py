"""What is written is there whole, or as it was before."""

from pathlib import Path

import pytest

from hyperadapters.machine.whole import remove, whole


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
