"""A trained model on disk: what some phase trained, and what is needed to rebuild the rest.

model/
├── bundle.json         format, library version, what tasks keep, checksum of the backbone
├── run.yaml            the resolved run file: method, backbone, names
├── weights.safetensors adapters and heads, one tensor per name
├── tokenizer.json ...  the tokenizer
└── backbone/           a `transformers` folder, only where a phase trained the backbone
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from hyperadapters.backbones import architectures, head_parameters
from hyperadapters.config import RunFile, load_run, method_of, to_yaml
from hyperadapters.errors import BundleError, ConfigError
from hyperadapters.machine.whole import save_tensors, whole
from hyperadapters.method import BACKBONE
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.run.assembly import Assembly, adapted_for, tasks_of
from hyperadapters.run.library import Library
from hyperadapters.run.loading import source_of
from hyperadapters.tasks import TaskSettings

__all__ = ["FORMAT", "fill", "load", "save"]

FORMAT = 3


def save(assembly: Assembly, folder: Path) -> None:
    """Writes a bundle, whole or not at all; an older one in `folder` is replaced."""
    with whole(folder) as part:
        part.mkdir()
        _write(assembly, part)


def _write(assembly: Assembly, folder: Path) -> None:
    model = assembly.model
    weights = _weights(model)
    if _trains_backbone(model):
        with architectures.quiet():
            model.backbone.save_pretrained(folder / "backbone")
        architectures.save_tokenizer(assembly.tokenizer, folder / "backbone")
    save_tensors(weights, folder / "weights.safetensors")
    architectures.save_tokenizer(assembly.tokenizer, folder)
    (folder / "run.yaml").write_text(to_yaml(assembly.run), encoding="utf-8")
    for file in folder.rglob("*.safetensors"):  # written for the owner alone, unlike other files
        file.chmod((folder / "run.yaml").stat().st_mode)
    facts = {
        "format": FORMAT,
        "hyperadapters": _version(),
        "tasks": {name: kept for name, task in assembly.tasks.items() if (kept := task.kept())},
        "backbone": None if _trains_backbone(model) else _checksum(model, weights),
    }
    (folder / "bundle.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


_OPEN = ("tasks", "evaluate", "groups", "families", "tiers")
"""The parts of a run file that a trained model can be scored with changes of."""


def load(
    folder: Path,
    *,
    data_root: Path | None = None,
    changes: Sequence[str] = (),
    device: torch.device | str = "cpu",
) -> Assembly:
    """The trained model in a bundle, in evaluation mode; every tensor must be there and fit.

    Args:
        folder: the bundle.
        data_root: the folder that relative paths of corpora start from.
        changes: of its run file, `key=value`: of what is scored and how, not of what was trained.
        device: where the model is to be.

    Raises:
        ConfigError: a change of anything else.
        BundleError: the folder is no bundle, is damaged, or belongs to another backbone.
        BackboneError: the backbone that it was trained on cannot be found.
    """
    facts = _facts(folder)
    _check_open(folder, changes)
    run = load_run(folder / "run.yaml", changes)
    run = _with_kept(run, facts["tasks"], folder / "bundle.json")
    library = Library(run, data_root)
    origin = Library(load_run(folder / "run.yaml"), data_root) if changes else library
    method, tasks = method_of(run), tasks_of(run, library)
    own = folder / "backbone"
    source = str(own) if own.is_dir() else source_of(run.backbone)
    backbone = architectures.load_backbone(source, run.backbone.revision)
    model = adapted_for(run, method, tasks, backbone)
    file = folder / "weights.safetensors"
    weights = _read(file)
    cause = "the run file beside them was changed, or the file is another model's"
    fill(_weights(model), weights, where=str(file), cause=cause)
    if facts.get("backbone") not in (None, _checksum(model, weights)):
        raise BundleError(
            "the backbone is not the one that this model was trained on",
            where=str(folder),
            found=f"other weights in `{source}`",
            cause="the folder or the hub's model was changed since",
            remedy="give the backbone back its weights, or train again",
        )
    tokenizer = architectures.load_tokenizer(folder)
    return Assembly(run, method, model.to(device).eval(), tokenizer, tasks, library, origin)


def _check_open(folder: Path, changes: Sequence[str]) -> None:
    """Raises unless changes leave what was trained as it is."""
    trained = load_run(folder / "run.yaml").tasks if changes else {}
    for change in changes:
        key, name, part, *_ = [*change.partition("=")[0].split("."), "", ""]
        told = key in _OPEN and (key != "tasks" or _is_open(trained.get(name), part))
        told = told or (key, name) == ("backbone", "path")  # it may have been moved
        if not told:
            raise ConfigError(
                f"`{change}` would change what was trained",
                expected=f"a change of {', '.join(f'`{key}`' for key in _OPEN)}, "
                "of a task's metric, label map, search or data, or of `backbone.path`",
                remedy="train a run of its own with it",
            )


def _is_open(task: TaskSettings | None, part: str) -> bool:
    """Whether a key of a task's settings is none that its model was made for."""
    return task is not None and bool(part) and part not in task.made_for


def fill(
    wanted: Mapping[str, Tensor],
    saved: Mapping[str, Tensor],
    *,
    where: str,
    cause: str,
    remedy: str | None = None,
) -> None:
    """Copies saved tensors into those of a model, by name; nothing may be missing, left over or of
    another shape.

    Args:
        wanted: the model's own.
        saved: what was read.
        where, cause, remedy: what the message says where they do not fit.

    Raises:
        BundleError: they do not fit.
    """
    shapes, found = (
        {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        for tensors in (wanted, saved)
    )
    wrong = min((name for name, _ in shapes.items() ^ found.items()), default=None)
    if wrong is not None:
        raise BundleError(
            "the saved weights do not fit the model",
            where=where,
            expected=f"{len(shapes)} tensors, `{wrong}`: {shapes.get(wrong, 'none')}",
            found=f"{len(found)} tensors, `{wrong}`: {found.get(wrong, 'none')}",
            cause=cause,
            remedy=remedy,
        )
    with torch.no_grad():
        for name, tensor in wanted.items():
            tensor.copy_(saved[name])


def _weights(model: AdaptedModel) -> dict[str, Tensor]:
    """What the safetensors file holds: all that is kept but what the backbone's folder has."""
    kept = model.kept()
    if _trains_backbone(model):
        return {name: t for name, t in kept.items() if not name.startswith("backbone.")}
    return kept


def _trains_backbone(model: AdaptedModel) -> bool:
    return any(BACKBONE in phase.trains for phase in model.phases)


def _checksum(model: AdaptedModel, weights: Mapping[str, Tensor]) -> str:
    """SHA-256 over the backbone's weights that were not trained, in the order of their names; not
    over a language-model head that no task uses, which may be drawn anew at every start.
    """
    uses_head = any(not task.heads for task in model.tasks.values())
    unused = set() if uses_head else {id(p) for p in head_parameters(model.backbone)}
    frozen = {
        name: tensor
        for name, tensor in model.named_parameters()
        if name.startswith("backbone.") and name not in weights and id(tensor) not in unused
    }
    digest = hashlib.sha256()
    for name in sorted(frozen):
        digest.update(name.encode())
        digest.update(frozen[name].detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _version() -> str:
    try:
        return metadata.version("hyperadapters")
    except metadata.PackageNotFoundError:
        return "not installed"


def _with_kept(run: RunFile, kept: Mapping[str, dict[str, Any]], where: Path) -> RunFile:
    try:
        tasks = {name: task.with_kept(kept.get(name, {})) for name, task in run.tasks.items()}
    except ValidationError:
        raise BundleError(
            "the bundle is damaged", where=str(where), found=repr(kept)[:80]
        ) from None
    return run.model_copy(update={"tasks": tasks})


def _facts(folder: Path) -> dict[str, Any]:
    path = folder / "bundle.json"
    if not path.is_file():
        raise BundleError(
            f"`{folder}` holds no trained model",
            expected=f"a file {path}",
            cause="the run has not finished, or this is another folder",
            remedy="give the folder that `hyperadapters train` wrote, or its `model` folder",
        )
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BundleError("the bundle is damaged", where=str(path), found=str(error)) from None
    if not isinstance(facts, dict):
        raise BundleError("the bundle is damaged", where=str(path), found=repr(facts)[:80])
    if facts.get("format") != FORMAT:
        raise BundleError(
            "the bundle has another format",
            where=str(path),
            expected=f"format {FORMAT}",
            found=f"format {facts.get('format')}, written by {facts.get('hyperadapters')}",
            cause="another version of this library wrote it",
            remedy="read it with that version, or train the run again",
        )
    kept = facts.get("tasks")
    if not isinstance(kept, dict) or not all(isinstance(one, dict) for one in kept.values()):
        raise BundleError("the bundle is damaged", where=str(path), found=repr(kept)[:80])
    return facts


def _read(path: Path) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        raise BundleError(
            "the weights cannot be read",
            where=str(path),
            found=str(error),
            cause="the file was cut off or changed",
            remedy="copy it again, or train again",
        ) from None
    return tensors
