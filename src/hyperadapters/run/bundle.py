"""A trained model on disk: what some phase trained, and what is needed to rebuild the rest.

model/
├── bundle.json         format, library version, what tasks keep, the rows where it has no others, a
│                       checksum of each file and of the backbone
├── run.yaml            the resolved run file: method, backbone, names
├── weights.safetensors adapters and heads, one tensor per name
├── tokenizer.json ...  the tokenizer
└── backbone/           a `transformers` folder, where a phase trained the backbone, or where the
                        bundle goes to others and the backbone is no model of the hub
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from hyperadapters.backbones import architectures
from hyperadapters.config import RunFile, load_resolved, method_of, to_yaml
from hyperadapters.context import Row
from hyperadapters.errors import BundleError, ConfigError
from hyperadapters.machine.sealed import SEALING, Damage, check, opened, seal, strangers
from hyperadapters.machine.tensors import load_tensors, save_tensors
from hyperadapters.machine.whole import whole
from hyperadapters.method import BACKBONE, Method
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import given
from hyperadapters.run.assembly import Assembly, adapted_for, tasks_of
from hyperadapters.run.library import Library
from hyperadapters.run.loading import source_of
from hyperadapters.run.weights import checksum, fill
from hyperadapters.tasks import TaskSettings

__all__ = ["ADAPTED", "FACTS", "FORMAT", "enclose", "inside", "load", "outside", "save", "write"]

FORMAT = 4
FACTS = "bundle.json"
ADAPTED = "adapted.json"
"""What a folder has that adds one name to a bundle, and is none."""


def inside(folder: Path) -> Path:
    """The bundle of a run, given the run's folder or the bundle itself."""
    return folder / "model" if (folder / "model").is_dir() else folder


def save(assembly: Assembly, folder: Path) -> None:
    """Writes a bundle, whole or not at all; an older one in `folder` is replaced.

    Raises:
        BundleError: the folder has a file that is no part of a bundle.
    """
    foreign = strangers(folder, FACTS) if folder.is_dir() else []
    if foreign:
        raise BundleError(
            f"`{foreign[0]}` would be lost where the trained model is written",
            where=str(folder),
            expected="no folder yet, or a bundle with the files that it was written with",
            remedy="move the file away; where the bundle itself is damaged, delete it",
        )
    with whole(folder) as part:
        part.mkdir()
        write(assembly, part)


def write(assembly: Assembly, folder: Path, *, rows: Sequence[Row] = ()) -> None:
    """Writes a bundle into an empty folder.

    Args:
        assembly: a trained model.
        folder: that is there.
        rows: those that it has weights of, where all its adapters are tables of rows that other
            providers wrote; none for a model as its method has it.
    """
    model = assembly.model
    weights = _weights(model)
    if _trains_backbone(model):
        _write_backbone(assembly, folder)
    save_tensors(weights, folder / "weights.safetensors")
    architectures.save_tokenizer(assembly.tokenizer, folder)
    (folder / "run.yaml").write_text(to_yaml(assembly.run), encoding="utf-8")
    _let_read(folder)
    values = {
        "format": FORMAT,
        "hyperadapters": _version(),
        "tasks": {name: kept for name, task in assembly.tasks.items() if (kept := task.kept())},
        "backbone": None if _trains_backbone(model) else checksum(model, weights),
        "rows": [dict(row) for row in rows],
    }
    seal(folder, FACTS, values)


def enclose(assembly: Assembly, folder: Path) -> None:
    """Writes the backbone of a model into its bundle, which needs none beside it then.

    Args:
        assembly: the model.
        folder: a bundle of it.
    """
    values = opened(folder / FACTS)
    _write_backbone(assembly, folder)
    _let_read(folder)
    seal(folder, FACTS, {key: value for key, value in values.items() if key not in SEALING})


def outside(folder: Path) -> tuple[str, ...]:
    """The keys of a bundle's run file that name files elsewhere, which it is read with."""
    run = load_resolved(folder / "run.yaml").model_dump(exclude_none=True)
    own = (folder / "backbone").is_dir()
    named = [(room, key) for room, key in _MOVED if run[room].get(key)]
    return tuple(f"{room}.{key}" for room, key in named if not (own and room == "backbone"))


def _write_backbone(assembly: Assembly, folder: Path) -> None:
    with architectures.quiet():
        assembly.model.backbone.save_pretrained(folder / "backbone")
    architectures.save_tokenizer(assembly.tokenizer, folder / "backbone")


def _let_read(folder: Path) -> None:
    """Who may read the run file may read the weights, which are written for the owner alone."""
    for file in folder.rglob("*.safetensors"):
        file.chmod((folder / "run.yaml").stat().st_mode)


class _Facts(BaseModel):
    model_config = ConfigDict(strict=True)

    tasks: dict[str, dict[str, Any]]
    backbone: str | None
    rows: list[dict[str, str]] = []


_OPEN = ("tasks", "evaluate", "groups", "families", "tiers")
"""The parts of a run file that a trained model can be scored with changes of."""


_MOVED = (("backbone", "path"), ("method", "vectors"))
"""What is read from elsewhere, and may have another place now."""


def load(
    folder: Path,
    *,
    data_root: Path | None = None,
    changes: Sequence[str] = (),
    device: torch.device | str = "cpu",
) -> Assembly:
    """The trained model in a bundle, in evaluation mode; every file must be as it was written.

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
    run = load_resolved(folder / "run.yaml", changes)
    run = _with_kept(run, facts.tasks, folder / FACTS)
    library = Library(run, data_root)
    origin = Library(load_resolved(folder / "run.yaml"), data_root) if changes else library
    method, tasks = _at(method_of(run), [Row(row) for row in facts.rows]), tasks_of(run, library)
    own = folder / "backbone"
    source = str(own) if own.is_dir() else source_of(run.backbone)
    backbone = architectures.load_backbone(source, run.backbone.revision)
    model = adapted_for(run, method, tasks, backbone)
    file = folder / "weights.safetensors"
    weights = load_tensors(file)
    cause = "the run file beside them was changed, or the file is another model's"
    fill(_weights(model), weights, where=str(file), cause=cause)
    if facts.backbone not in (None, checksum(model, weights)):
        raise BundleError(
            "the backbone is not the one that this model was trained on",
            where=str(folder),
            found=f"other weights in `{source}`",
            cause="the folder or the hub's model was changed since",
            remedy="give the backbone back its weights, or train again",
        )
    tokenizer = architectures.load_tokenizer(folder)
    return Assembly(run, method, model.to(device).eval(), tokenizer, tasks, library, origin)


def _at(method: Method, rows: Sequence[Row]) -> Method:
    """A method whose adapters are tables of certain rows; itself where there are none."""
    if not rows:
        return method
    adapters = []
    for adapter in method.adapters:
        factors = adapter.weights.factors
        own = list(dict.fromkeys(row.of(factors) for row in rows))
        adapters.append(replace(adapter, weights=given(factors, own)))
    return replace(method, adapters=tuple(adapters))


def _check_open(folder: Path, changes: Sequence[str]) -> None:
    """Raises unless changes leave what was trained as it is."""
    trained = load_resolved(folder / "run.yaml").tasks if changes else {}
    for change in changes:
        key, name, part, *_ = [*change.partition("=")[0].split("."), "", ""]
        told = key in _OPEN and (key != "tasks" or _is_open(trained.get(name), part))
        told = told or (key, name) in _MOVED
        if not told:
            raise ConfigError(
                f"`{change}` would change what was trained",
                expected=f"a change of {', '.join(f'`{key}`' for key in _OPEN)}, "
                "of a task's metric, label map, search or data, of `backbone.path`, or of "
                "`method.vectors`",
                remedy="train a run of its own with it",
            )


def _is_open(task: TaskSettings | None, part: str) -> bool:
    """Whether a key of a task's settings is none that its model was made for."""
    return task is not None and bool(part) and part not in task.made_for


def _weights(model: AdaptedModel) -> dict[str, Tensor]:
    """What the safetensors file holds: all that is kept but what the backbone's folder has."""
    kept = model.kept()
    if _trains_backbone(model):
        return {name: t for name, t in kept.items() if not name.startswith("backbone.")}
    return kept


def _trains_backbone(model: AdaptedModel) -> bool:
    return any(BACKBONE in phase.trains for phase in model.phases)


def _version() -> str:
    try:
        return metadata.version("hyperadapters")
    except metadata.PackageNotFoundError:
        return "not installed"


def _with_kept(run: RunFile, kept: Mapping[str, dict[str, Any]], where: Path) -> RunFile:
    try:
        tasks = {name: task.with_kept(kept.get(name, {})) for name, task in run.tasks.items()}
    except ValidationError:
        raise _damaged(where, repr(kept)[:80]) from None
    return run.model_copy(update={"tasks": tasks})


def _facts(folder: Path) -> _Facts:
    """What a bundle says, every file of it checked."""
    path = folder / FACTS
    if (folder / ADAPTED).is_file():
        raise BundleError(
            f"`{folder}` holds what one name adds to a trained model, and not the model",
            remedy="give the run that was adapted, and this folder beside it: `--adapted FOLDER`",
        )
    if not path.is_file():
        raise BundleError(
            f"`{folder}` holds no trained model",
            expected=f"a file {path}",
            cause="the run has not finished, or this is another folder",
            remedy="give the folder that `hyperadapters train` wrote, or its `model` folder",
        )
    try:
        values = opened(path)
        if values.get("format") != FORMAT:
            raise BundleError(
                "the bundle has another format",
                where=str(path),
                expected=f"format {FORMAT}",
                found=f"format {str(values.get('format'))[:20]}, "
                f"written by {str(values.get('hyperadapters'))[:20]}",
                cause="another version of this library wrote it",
                remedy="read it with that version, or train the run again",
            )
        check(folder, FACTS, values)
        return _Facts.model_validate(values)
    except Damage as damage:
        raise _damaged(damage.file, damage.found) from damage
    except ValidationError as error:
        raise _damaged(path, str(error.errors()[0]["input"])[:80]) from error


def _damaged(file: Path, found: str) -> BundleError:
    return BundleError(
        "the bundle is damaged",
        where=str(file),
        expected="every file as it was written, and no other",
        found=found,
        cause="an incomplete copy, or a change by hand",
        remedy="copy it again, or train again; `--set` changes what is scored, and only that",
    )
