"""The state of a training run on disk: tensors as safetensors, all else as JSON, never a pickle.

    checkpoints/
        hyperadapters.txt        the names that the run wrote here; no other file is touched
        000-00000500/            a phase and the updates done in it; the last two are kept
            state.json           counters, the best score, the mixture, a checksum of each file
            model.safetensors    everything that some phase trains
            optimiser.safetensors
            random.safetensors   random states, one row per rank
        best-0-400.safetensors   the weights that the checkpoint criterion holds best so far
        phase-NAME.safetensors   what a phase that others followed ended with

A checkpoint is written beside its place, synced and renamed into it: whenever the process dies, the
last whole one can be read.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from torch import Tensor

from hyperadapters.errors import BundleError
from hyperadapters.machine.sealed import Damage, check, opened, seal, strangers
from hyperadapters.machine.tensors import load_tensors, save_tensors
from hyperadapters.machine.whole import clear
from hyperadapters.machine.written import check_free, discard, own, written
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.run.weights import fill

__all__ = [
    "Checkpoint",
    "check_written",
    "latest",
    "load",
    "reached",
    "read",
    "read_phase",
    "read_tensors",
    "tidy",
    "write",
    "write_phase",
    "write_tensors",
]

_STATE = "state.json"
_FORMAT = 4
_KEPT = 2
_CHECKPOINT = r"\d{3,}-\d{8,}"
_BEST = r"best-\d+-\d+\.safetensors"


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

    Raises:
        BundleError: something stands there that no run wrote.
    """
    with own(folder / name) as part:
        part.mkdir()
        for group, named in tensors.items():
            save_tensors(named, part / f"{group}.safetensors")
        seal(part, _STATE, {"format": _FORMAT, **state})
    return folder / name


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Writes one file of tensors; it is there whole, or not at all."""
    with own(path) as part:
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
    if not path.exists():
        return None
    return read_tensors(path, "copy it again, or train that run again in another folder")


def _phase_file(folder: Path, name: str) -> Path:
    return folder / f"phase-{quote(name, safe='')}.safetensors"


def check_written(folder: Path) -> None:
    """Nothing if everything in a folder that looks like a checkpoint was written by a run.

    Raises:
        BundleError: something was not; the run would read it, or remove it.
    """
    if folder.is_dir():
        check_free(folder, sorted(n for n in _names(folder) if re.fullmatch(_RUNS_OWN, n)))


_RUNS_OWN = f"{_CHECKPOINT}|{_BEST}"


def latest(folder: Path, until: tuple[int | float, int] = (math.inf, 0)) -> Path | None:
    """The newest checkpoint of a run, or None.

    Args:
        folder: of all checkpoints of the run.
        until: the number of a phase and the updates in it that it may not be beyond.
    """
    found = [path for path in _checkpoints(folder) if reached(path) <= until]
    return found[-1] if found else None


def reached(path: Path) -> tuple[int, int]:
    """The phase of a checkpoint, from 0, and the updates done in it."""
    phase, step = map(int, re.findall(r"\d+", path.name))
    return phase, step


def read(path: Path) -> Checkpoint:
    """A checkpoint, every file of it checked, the best weights that it names too.

    Raises:
        BundleError: a file is missing, cut off or changed; the message says how to go on.
    """
    try:
        return _read(path)
    except Damage as damage:
        raise _damaged(
            f"checkpoint `{path}` is damaged", damage.file, damage.found, _way_on(path)
        ) from damage


def _read(path: Path) -> Checkpoint:
    """The same; raises Damage."""
    state = _state(path)
    check(path, _STATE, state)
    groups = [path / name for name in state["files"]]
    best = [] if state.get("best_file") is None else [path.parent / state["best_file"]]
    tensors = {file.stem: _tensors(file) for file in (*groups, *best)}
    return Checkpoint(path, state, {file.stem: tensors[file.stem] for file in groups})


def read_tensors(path: Path, remedy: str) -> dict[str, Tensor]:
    """The tensors of one file, on the CPU.

    Args:
        path: of the file.
        remedy: what the message says where it is damaged.

    Raises:
        BundleError: the file is missing, cut off or changed.
    """
    try:
        return _tensors(path)
    except Damage as damage:
        raise _damaged(f"`{path}` is damaged", path, damage.found, remedy) from damage


def _tensors(file: Path) -> dict[str, Tensor]:
    try:
        return load_tensors(file)
    except FileNotFoundError as error:
        raise Damage(file, "no such file") from error
    except (OSError, ValueError) as error:
        raise Damage(file, str(error)) from error


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
    """Removes all but the last two checkpoints, half-written files and outdone best weights; only
    what was written here, and no checkpoint with a file that was not.

    Args:
        folder: of all checkpoints of the run.
        best: the file of the best weights so far; those that kept checkpoints name are kept too.
    """
    every = _checkpoints(folder)
    kept = [path for path in every if path in every[-_KEPT:] or strangers(path, _STATE)]
    needed = {best, *(path.name for path in kept), *map(_best_of, kept)}
    names = written(folder)
    discard(folder, [n for n in names if re.fullmatch(_RUNS_OWN, n) and n not in needed])
    for name in names:
        clear(folder / name)


def _best_of(path: Path) -> str | None:
    """The best weights that a checkpoint names, as far as it can be read."""
    try:
        found = opened(path / _STATE).get("best_file")
    except Damage:
        return None
    return found if isinstance(found, str) else None


def _checkpoints(folder: Path) -> list[Path]:
    """Those that a run wrote, the oldest first."""
    names = sorted(name for name in _names(folder) if re.fullmatch(_CHECKPOINT, name))
    return [folder / name for name in names if name in written(folder)]


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def _state(path: Path) -> dict[str, Any]:
    file = path / _STATE
    state = opened(file)
    if state.get("format") != _FORMAT:
        raise BundleError(
            f"checkpoint `{path}` has another format",
            where=str(file),
            expected=f"format {_FORMAT}",
            found=f"format {str(state.get('format'))[:20]}",
            cause="another version of this library wrote it",
            remedy="go on with that version, or delete the folder of the run to start again",
        )
    return state


def _way_on(path: Path) -> str:
    """What to delete, so that a run whose checkpoint is damaged goes on from a whole one."""
    gone = [path]
    for older in reversed([one for one in _checkpoints(path.parent) if one < path]):
        try:
            _read(older)
        except (Damage, BundleError):
            gone.append(older)
            continue
        named = " and ".join(f"`{one}`" for one in gone)
        return f"delete {named} to go on from `{older.name}`"
    return f"delete `{path.parent}` to start the run again"


def _damaged(what: str, file: Path, found: str, remedy: str) -> BundleError:
    return BundleError(
        what,
        where=str(file),
        expected="the file as it was written",
        found=found,
        cause="a full disk, an incomplete copy, or a change by hand",
        remedy=remedy,
    )
