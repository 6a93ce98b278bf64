"""The hub, spoken to by the real `huggingface_hub`: what is uploaded is what is downloaded."""

import re
from pathlib import Path

import pytest

from hub import Hub, serving
from hyperadapters.errors import HubError
from hyperadapters.run.hub import folder_of, upload


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """A hub, and a cache, of one test."""
    with serving(tmp_path / "cache") as hub:
        yield hub


def _folder(place: Path, *names: str) -> Path:
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("---\nlicense: mit\n---\n" if name == "README.md" else name)
    return place


def _in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_is_uploaded_is_found_by_name_and_branch(hub: Hub, tmp_path: Path) -> None:
    first = _folder(
        tmp_path / "1", "README.md", "results.json", "model/bundle.json", "model/backbone/b"
    )
    address = upload(first, "ada/tiny", private=True, revision=None)
    assert address == f"{hub.address}/ada/tiny/commit/{hub.commit_of(('ada/tiny', 'main'))}"
    (said,) = hub.created
    assert said.get("visibility") == "private" or said["private"] is True
    assert hub.files["ada/tiny", "main"]["README.md"].startswith(b"---\nlicense: mit")
    second = _folder(tmp_path / "2", "README.md", "model/bundle.json")
    upload(second, "ada/tiny", private=None, revision="small")
    assert hub.files["ada/tiny", "small"].keys() == {
        ".gitattributes",
        "README.md",
        "model/bundle.json",
    }
    assert _in(folder_of("ada/tiny")) == {"results.json", "model/bundle.json", "model/backbone/b"}
    assert _in(folder_of(Path("ada/tiny"), "small")) == {"model/bundle.json"}
    commit = hub.commit_of(("ada/tiny", "main"))
    assert folder_of("ada/tiny", commit) == folder_of("ada/tiny")
    there = folder_of("ada/tiny", "small")
    hub.shutdown()
    hub.server_close()
    assert folder_of("ada/tiny", "small") == there, "from the cache, without a network"


def test_names_that_are_not_there(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(HubError, match="(?s)no folder `ada/none`.*RepositoryNotFoundError"):
        folder_of("ada/none")
    upload(_folder(tmp_path / "1", "model/bundle.json"), "ada/tiny", private=None, revision=None)
    with pytest.raises(HubError, match="RevisionNotFoundError"):
        folder_of("ada/tiny", "v9")


def test_a_name_of_something_else(hub: Hub, tmp_path: Path) -> None:
    upload(_folder(tmp_path / "1", "model/weights"), "ada/other", private=None, revision=None)
    with pytest.raises(HubError, match="`ada/other` on the hub is no model of this library"):
        folder_of("ada/other")


def test_what_all_may_see_does_not_become_private_without_a_word(hub: Hub, tmp_path: Path) -> None:
    folder = _folder(tmp_path / "1", "model/bundle.json")
    upload(folder, "ada/open", private=None, revision=None)
    with pytest.raises(HubError, match="it is there already, and is public"):
        upload(folder, "ada/open", private=True, revision=None)
    upload(folder, "ada/closed", private=True, revision=None)
    with pytest.raises(HubError, match="it is there already, and is private"):
        upload(folder, "ada/closed", private=False, revision=None)
    upload(folder, "ada/closed", private=True, revision=None)


def test_a_folder_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ada" / "tiny").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert folder_of("ada/tiny") == Path("ada/tiny")
    for other in ("nothing", "/ada/tiny", "./ada/none", "a/b/c", "../a", "runs/", "~/a"):
        assert folder_of(other) == Path(other), "no name on the hub"
    with pytest.raises(HubError, match="(?s)has no revisions.*`v2`"):
        folder_of("ada/tiny", "v2")


@pytest.mark.parametrize("name", ["tiny", "a/b/c", "ada/", "/tmp/x", "ada/ti ny"])
def test_only_names_are_uploaded_to(name: str, tmp_path: Path) -> None:
    with pytest.raises(HubError, match=re.escape(f"`{name}`")):
        upload(tmp_path, name, private=None, revision=None)
