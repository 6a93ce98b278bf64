"""A run that `train` made."""

from pathlib import Path

import pytest
import yaml

from commands import RUN, right


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run file, and the run that `train` made of it; not to be changed."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "run.yaml").write_text(yaml.safe_dump({**RUN, "output": str(folder / "run")}))
    out = right("train", folder / "run.yaml")
    assert "unseen pair" in out
    assert f"report: {folder / 'run' / 'report.html'}" in out.replace("\n", "")
    return folder
