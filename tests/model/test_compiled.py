"""The backbone as a compiled graph."""

import subprocess
import sys
from pathlib import Path

import pytest

from hyperadapters.errors import TrainingError
from hyperadapters.model import compiled
from hyperadapters.model.compiled import Compiled

HERE = Path(__file__).parent


def test_whole_graphs_are_what_they_are_made_of() -> None:
    plain = ["-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider"]
    plain += ["-o", "filterwarnings="]  # torch warns of what it does itself
    asked = [sys.executable, "-m", "pytest", "-q", *plain, str(HERE / "graphs.py")]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=HERE.parents[1], check=False)
    assert done.returncode == 0, done.stdout[-8000:]


def test_a_torch_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled.torch, "compile", lambda function, *, fullgraph: function)
    with pytest.raises(TrainingError, match=r"torch 2\.13 or newer"):
        Compiled()
