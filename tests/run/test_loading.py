"""Where backbones come from."""

from pathlib import Path

import pytest

from hyperadapters.config.run_file import Backbone
from hyperadapters.errors import BackboneError
from hyperadapters.run.loading import source_of


def test_a_path_is_a_folder_and_a_name_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(BackboneError, match=r"no folder `models/here`(.|\n)*goes under `name`"):
        source_of(Backbone(path="models/here"))
    assert source_of(Backbone(name="models/here")) == "models/here"
    (tmp_path / "models" / "here").mkdir(parents=True)
    assert source_of(Backbone(path="models/here")) == "models/here"
    assert source_of(Backbone(path="~/models/here")) == str(tmp_path / "models/here")
    with pytest.raises(BackboneError, match="is a folder here(.|\n)*`path: models/here`"):
        source_of(Backbone(name="models/here", revision="main"))
