"""Run files and study files that come along: found by name, where there is no file of that name."""

from pathlib import Path

import pytest

from hyperadapters.config.provided import found, provided
from hyperadapters.errors import UnknownName


def test_they_are_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("quickstart", "quickstart.yaml", "configs/quickstart.yaml"):
        assert found(Path(name)) == provided()["quickstart"]
    assert found(Path("hyper-x/mixed.study")).name == "mixed.study.yaml"
    assert all(file.is_file() for file in provided().values())


def test_a_file_is_taken_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    others = {"quickstart": tmp_path / "other.yaml", "decoder": tmp_path / "decoder.yaml"}
    monkeypatch.setattr("hyperadapters.config.provided.provided", lambda: others)
    (tmp_path / "quickstart.yaml").write_text("name: mine")
    (tmp_path / "decoder").mkdir()
    assert found(Path("decoder")) == others["decoder"], "a folder is no run file"
    assert found(Path("quickstart.yaml")) == Path("quickstart.yaml")
    assert found(Path("mine.yaml")) == Path("mine.yaml"), "the reader says that there is none"


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(UnknownName, match="(?s)`quikstart`.*no such file.*mean `quickstart`"):
        found(Path("quikstart"))
