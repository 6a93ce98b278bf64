"""Only what this library wrote is replaced or removed."""

import os
from pathlib import Path

import pytest

from hyperadapters.errors import BundleError
from hyperadapters.machine.written import LIST, check_free, claim, discard, own, written


def test_what_was_written_is_listed_and_may_be_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert written(folder) == ()
    for text in ("old", "new"):
        with own(folder / "report.html") as part:
            part.write_text(text)
    assert (folder / "report.html").read_text() == "new"
    assert written(folder) == ("report.html",)
    assert sorted(path.name for path in folder.iterdir()) == [LIST, "report.html"]


def test_a_name_is_listed_before_it_is_written(tmp_path: Path) -> None:
    with own(tmp_path / "facts.json") as part:
        assert written(tmp_path) == ("facts.json",)
        part.touch()


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_others_wrote_is_refused_and_stays(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "report.html"
    {"file": path.touch, "folder": path.mkdir, "link": lambda: path.symlink_to("gone")}[kind]()
    with pytest.raises(BundleError, match=r"report.html` would be replaced") as caught:
        check_free(tmp_path, ["facts.json", "report.html"])
    assert "move it away" in str(caught.value)
    with pytest.raises(BundleError), own(path):
        raise AssertionError("nothing is written")
    assert os.path.lexists(path)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_only_what_is_listed_is_removed(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        claim(tmp_path, name).write_text(name)
    (tmp_path / "mine").touch()
    (tmp_path / ".a.part").touch()
    discard(tmp_path, ["a", "b", "mine", "nothing"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", LIST, "mine"]
    assert written(tmp_path) == ("c",)
    (tmp_path / "a").touch()
    with pytest.raises(BundleError, match="would be replaced"):
        claim(tmp_path, "a")


def test_names_may_lie_in_folders(tmp_path: Path) -> None:
    (tmp_path / "by-name").mkdir()
    assert claim(tmp_path, "by-name/one") == tmp_path / "by-name" / "one"
    (tmp_path / "by-name" / "two").touch()
    with pytest.raises(BundleError, match="by-name/two` would be replaced"):
        claim(tmp_path, "by-name/two")
    assert written(tmp_path) == ("by-name/one",)


@pytest.mark.parametrize("name", ["", "/x", "../x", "a/../../x", "a\0b", "."])
def test_names_that_lie_elsewhere_are_no_names_of_a_folder(name: str, tmp_path: Path) -> None:
    claim(tmp_path, "report.html")
    with (tmp_path / LIST).open("a") as stream:
        stream.write(name + "\n")
    with pytest.raises(BundleError, match="is not the list of what was written there"):
        written(tmp_path)


@pytest.mark.parametrize("content", [b"", b"my own list\n", b"\xff\xfe\x00", b"\nreport.html\n"])
def test_a_list_of_others_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LIST).write_bytes(content)
    with pytest.raises(BundleError, match="is not the list of what was written there"):
        claim(tmp_path, "report.html")
    assert (tmp_path / LIST).read_bytes() == content
