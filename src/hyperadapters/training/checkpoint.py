"""The state of a training run on disk: tensors as safetensors, all else as JSON, never a pickle.

    checkpoints/
        000-00000500/            a phase and the updates done in it; the last two are kept
            state.json           counters, the best score, the mixture, a checksum per file
            model.safetensors    everything that some phase trains
            optimiser.safetensors
            random.safetensors   random states, one row per rank
        best-0-400.safetensors   the weights that the checkpoint criterion holds best so far
        phase-NAME.safetensors   what a phase that others followed ended with

A checkpoint is written beside its place, synced and renamed into it: whenever the process dies, the
last whole one can be read.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from hyperadapters.errors import BundleError
from hyperadapters.machine.whole import remove, save_tensors, whole
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.run.bundle import fill

__all__ = [
    "Checkpoint",
    "latest",
    "load",
    "read",
    "read_phase",
    "read_tensors",
    "tidy",
    "write",
    "write_phase",
    "write_tensors",
]

_STATE = "state.json"
_FORMAT = 3
_KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """What was read back.

    Args:
        path: its folder.
        state: the JSON part.
        tensors: per group (`model`, `optimiser`, `random`), tensors by name, on the CPU.
    """

    path: Path
    state: Mapping[str, Any]
    tensors: Mapping[str, Mapping[str, Tensor]]


def write(
    folder: Path,
    name: str,
    state: Mapping[str, Any],
    tensors: Mapping[str, Mapping[str, Tensor]],
) -> Path:
    """Writes a checkpoint; it is there whole, or not at all.

    Args:
        folder: of all checkpoints of the run.
        name: sorts after those of all earlier checkpoints.
        state: plain JSON values.
        tensors: per group, tensors by name.

    Returns:
        The checkpoint's folder.
    """
    with whole(folder / name) as part:
        part.mkdir()
        checksums = {}
        for group, named in tensors.items():
            file = part / f"{group}.safetensors"
            save_tensors(named, file)
            checksums[file.name] = _checksum(file)
        text = json.dumps({"format": _FORMAT, "checksums": checksums, **state}, indent=1)
        (part / _STATE).write_text(text, encoding="utf-8")
    return folder / name


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Writes one file of tensors; it is there whole, or not at all."""
    with whole(path) as part:
        save_tensors(tensors, part)


def write_phase(folder: Path, name: str, tensors: Mapping[str, Tensor]) -> None:
    """Writes what a phase ended with, for other runs to start from."""
    write_tensors(_phase_file(folder, name), tensors)


def read_phase(folder: Path, name: str) -> dict[str, Tensor] | None:
    """What a phase ended with; None where no phase of this name did, or it was the last one.

    Raises:
        BundleError: the file is cut off or changed.
    """
    path = _phase_file(folder, name)
    return read_tensors(path) if path.exists() else None


def _phase_file(folder: Path, name: str) -> Path:
    return folder / f"phase-{quote(name, safe='')}.safetensors"


def latest(folder: Path) -> Path | None:
    """The newest checkpoint of a run, or None."""
    found = _checkpoints(folder)
    return found[-1] if found else None


def read(path: Path) -> Checkpoint:
    """A checkpoint, every file of it checked.

    Raises:
        BundleError: a file is missing, cut off or changed; the message says how to go on.
    """
    state = _read_state(path)
    tensors = {}
    for name, checksum in state["checksums"].items():
        file = path / name
        if not file.is_file():
            raise _damaged(path, file, "no such file")
        if _checksum(file) != checksum:
            raise _damaged(path, file, "another content than was written")
        tensors[file.stem] = read_tensors(file)
    return Checkpoint(path, state, tensors)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of one file, on the CPU.

    Raises:
        BundleError: the file is missing, cut off or changed.
    """
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        raise _damaged(path, path, str(error)) from error
    return tensors


def load(model: AdaptedModel, saved: Mapping[str, Tensor], where: str) -> None:
    """Puts saved weights into everything that some phase of the model trains.

    Raises:
        BundleError: the weights are those of another model.
    """
    fill(
        model.kept(),
        saved,
        where=where,
        cause="the data of the run, or this library, have changed since",
        remedy="delete the folder of the run to start again",
    )


def tidy(folder: Path, best: str | None) -> None:
    """Removes all but the last two checkpoints, half-written files and outdone best weights.

    Args:
        folder: of all checkpoints of the run.
        best: the file of the best weights so far; those that kept checkpoints name are kept too.
    """
    for old in _checkpoints(folder)[:-_KEPT]:
        remove(old)
    needed = {best, *(_read_state(kept).get("best_file") for kept in _checkpoints(folder))}
    for path in folder.iterdir():
        if path.name.startswith("."):
            remove(path)
        elif path.name.startswith("best-") and path.name not in needed:
            path.unlink()


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("[0-9]*-[0-9]*") if path.is_dir())


def _read_state(path: Path) -> dict[str, Any]:
    file = path / _STATE
    try:
        state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        known = state["format"] == _FORMAT
        state["checksums"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, file, str(error)) from error
    if not known:
        raise BundleError(
            f"checkpoint `{path}` has another format",
            where=str(file),
            expected=f"format {_FORMAT}",
            found=f"format {state['format']}",
            cause="another version of this library wrote it",
            remedy="go on with that version, or delete the folder of the run to start again",
        )
    return state


def _damaged(path: Path, file: Path, found: str) -> BundleError:
    older = [one for one in _checkpoints(path.parent) if one < path]
    goal = f"go on from `{older[-1].name}`" if older else "start the run again"
    return BundleError(
        f"`{path}` is damaged" if path == file else f"checkpoint `{path}` is damaged",
        where=str(file),
        expected="the file as it was written",
        found=found,
        cause="a full disk, an incomplete copy, or a change by hand",
        remedy=f"delete `{path}` to {goal}",
    )


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
