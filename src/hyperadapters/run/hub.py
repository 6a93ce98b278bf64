"""The hub: trained models found there by name, read from its cache or downloaded; and uploaded."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download

from hyperadapters.errors import HubError

__all__ = ["FIGURES", "folder_of", "upload"]

FIGURES = "results.json"
"""The scores of a run, beside its bundle."""
_BUNDLE = "model/*"
_FACTS = "model/bundle.json"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_NAMED = "`user/name`"


def folder_of(place: str | Path, revision: str | None = None) -> Path:
    """The folder of a trained model, given that, or its name on the hub.

    What is there as a folder is the folder. The files of a name come into the cache of
    `huggingface_hub` once; without a network they are read from it.

    Args:
        place: a folder, or `user/name`.
        revision: a branch, tag or commit of the name.

    Raises:
        HubError: the name cannot be found or downloaded, holds no trained model, or a folder is
            asked for a revision.
    """
    folder, name = Path(place), str(place)
    if folder.exists() or not _NAME.fullmatch(name):
        if revision is not None:
            raise HubError(
                "a folder has no revisions",
                where=name,
                expected=f"a name on the hub, {_NAMED}",
                found=f"the revision `{revision}`",
            )
        return folder
    with _asking(f"there is no folder `{name}`, and no such model could be read from the hub"):
        found = snapshot_download(
            name,
            revision=revision,
            allow_patterns=[_BUNDLE, FIGURES],
            library_name="hyperadapters",
        )
    if not (Path(found) / _FACTS).is_file():
        raise HubError(
            f"`{name}` on the hub is no model of this library",
            where=f"revision {revision or 'main'}",
            expected=f"a file `{_FACTS}`",
            cause="another library made it, or it lies under another revision",
            remedy="check the name and the revision",
        )
    return Path(found)


def upload(folder: Path, name: str, *, private: bool | None, revision: str | None) -> str:
    """Uploads all of a folder under a name; of a bundle that was there nothing stays.

    Args:
        folder: see `trained.folder`.
        name: `user/name`; is made where it is not there.
        private: whether a new name is hidden from others; None for what the account says.
        revision: the branch; is made where it is not there.

    Returns:
        The address of the commit.

    Raises:
        HubError: it is no name, is there for others to see and should not be, or the other way
            round, nobody is logged in, or the hub refuses.
    """
    if not _NAME.fullmatch(name):
        remedy = "give a branch beside it: `--revision BRANCH`" if "@" in name else None
        raise HubError(
            "this is no name on the hub", expected=_NAMED, found=f"`{name}`", remedy=remedy
        )
    api = HfApi(library_name="hyperadapters")
    failed = f"the model could not be uploaded as `{name}`"
    with _asking(failed):
        there = api.repo_info(name) if api.repo_exists(name) else None
    if there is not None and private not in (None, bool(there.private)):
        raise HubError(
            failed,
            found=f"it is there already, and is {'private' if there.private else 'public'}",
            remedy="change that on its page first, take another name, or leave the option out",
        )
    with _asking(failed):
        api.create_repo(name, private=private, exist_ok=True)
        if revision is not None:
            api.create_branch(name, branch=revision, exist_ok=True)
        done = api.upload_folder(
            repo_id=name,
            folder_path=folder,
            revision=revision,
            commit_message="Upload a trained model",
            delete_patterns=[_BUNDLE, FIGURES],
        )
    return str(done.commit_url)


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Whatever `huggingface_hub` and what is below it raise, which share no class, as a
    HubError.
    """
    try:
        yield
    except Exception as error:
        said = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise HubError(
            what,
            found=f"{type(error).__name__}: {(said or [''])[0]}",
            cause="a wrong path or name, a private model, no network and no copy in the cache, or "
            "nobody is logged in",
            remedy="check the name; `hf auth login` logs you in",
        ) from error
