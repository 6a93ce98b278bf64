"""The wheel: it holds the whole package, typed, with its run files and templates, and no more."""

import email
import os
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_wheel

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "src" / "hyperadapters"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(REPOSITORY)
        name = build_wheel(str(folder))
    with zipfile.ZipFile(folder / name) as opened:
        yield opened


def _files(folder: Path, inside: str) -> dict[str, bytes]:
    found = (
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in str(path)
    )
    return {f"{inside}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found}


def test_it_is_the_package_and_the_run_files(wheel: zipfile.ZipFile) -> None:
    expected = _files(PACKAGE, "hyperadapters")
    expected |= _files(REPOSITORY / "configs", "hyperadapters/configs")
    own = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert own == expected.keys()
    assert all(wheel.read(name) == content for name, content in expected.items())
    for name in ("py.typed", "report/report.css", "trained/card.md", "configs/quickstart.yaml"):
        assert f"hyperadapters/{name}" in own


def test_it_says_what_it_needs_and_offers(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    told = email.message_from_bytes(wheel.read(metadata))
    assert {"hub", "docs", "dev"} <= set(told.get_all("Provides-Extra"))
    assert "Typing :: Typed" in told.get_all("Classifier")
    needs = [one for one in told.get_all("Requires-Dist") if "extra ==" not in one]
    assert any(one.startswith("huggingface-hub") for one in needs)
    folder = os.path.dirname(metadata)
    assert (
        "hyperadapters = hyperadapters.cli:main"
        in wheel.read(f"{folder}/entry_points.txt").decode()
    )
