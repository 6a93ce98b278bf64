"""A trained run with one more name: the run file, the model, and a folder with what it adds.

model/
├── adapted.json        format, digest of the trained run and seal of its model, and what the run
│                       file has more: the task, the phase, the cells that are scored
└── weights.safetensors what the model has more: a vector, and the head of a task
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, ValidationError

from hyperadapters.config import RunFile, digest_in, method_of, resolved, run_of
from hyperadapters.document.document import Document
from hyperadapters.document.reading import changed
from hyperadapters.errors import BundleError
from hyperadapters.machine.sealed import Damage, check, opened, seal
from hyperadapters.machine.tensors import load_tensors, save_tensors
from hyperadapters.machine.whole import whole
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly, adapted_for, tasks_of
from hyperadapters.run.library import Library
from hyperadapters.run.weights import fill

__all__ = ["FORMAT", "extend", "extended_run", "load", "read", "save"]

FORMAT = 1
_SCORED = ("evaluate", "groups", "tiers")


def extended_run(
    run: RunFile, more: Document, changes: Sequence[str] = (), *, where: str = "the run"
) -> RunFile:
    """A run file with what another document says merged over it; cells are scored and grouped as
    that one says alone.

    Raises:
        ConfigError: it is none; all faults at once.
    """
    own = {key: value for key, value in resolved(run).items() if key not in _SCORED}
    document = more.over(Document(own, {}, (), where))
    return run_of(changed(document, changes))


def extend(base: Assembly, run: RunFile) -> Assembly:
    """The model of `run`, which stands on a trained one: with all its weights, on its backbone.
    What it has more is drawn from the seed of the run.

    Raises:
        BundleError: the trained model has something that the other lacks, or has otherwise.
    """
    library = Library(run, base.library.data_root)
    method, tasks = method_of(run), tasks_of(run, library)
    torch.manual_seed(run.seed)
    model = adapted_for(run, method, tasks, base.model.backbone)
    model.to(next(base.model.parameters()).device).eval()
    trained, kept = base.model.kept(), model.kept()
    own = {name: tensor for name, tensor in kept.items() if name in trained}
    cause = "the new name changes the shapes of what others have"
    fill(own, trained, where="the trained model", cause=cause)
    return Assembly(run, method, model, base.tokenizer, tasks, library, library)


def save(assembly: Assembly, folder: Path, base: Assembly, trained: Path) -> None:
    """Writes what a model has more than the one that it stands on, whole or not at all.

    Args:
        folder: is replaced.
        base: the model that it stands on.
        trained: the bundle of that.
    """
    known, kept = base.model.kept(), assembly.model.kept()
    run, phase = assembly.run, assembly.method.phases[-1].name
    more: dict[str, Any] = {
        "tasks": {
            name: settings.with_kept(assembly.tasks[name].kept()).model_dump(
                mode="json", exclude_none=True
            )
            for name, settings in run.tasks.items()
            if name not in base.run.tasks
        },
        "evaluate": {task: list(names) for task, names in run.evaluate.items()},
        "phases": {phase: resolved(run)["phases"][phase]},
    }
    with whole(folder) as part:
        part.mkdir()
        new = {name: tensor for name, tensor in kept.items() if name not in known}
        save_tensors(new, part / "weights.safetensors")
        values = {
            "format": FORMAT,
            "run": digest_in(trained),
            "model": opened(trained / bundle.FACTS)["seal"],
            "more": more,
        }
        seal(part, bundle.ADAPTED, values)


class _Facts(BaseModel):
    model_config = ConfigDict(strict=True)

    format: int
    run: str
    model: str
    more: dict[str, Any]


def read(
    trained: Path,
    adapted: Path | None = None,
    *,
    data_root: Path | None = None,
    changes: Sequence[str] = (),
    device: torch.device | str = "cpu",
) -> Assembly:
    """The trained model in the folder of a run or a bundle, with what another adds to it.

    Args:
        trained: the folder.
        adapted: the other one; None for the model as it was trained.
        data_root, changes, device: see `bundle.load`.

    Raises:
        BundleError: a folder does not hold what it should, or does not fit the other.
    """
    inner = bundle.inside(trained)
    base = bundle.load(inner, data_root=data_root, changes=changes, device=device)
    return base if adapted is None else load(base, inner, bundle.inside(adapted))


def load(base: Assembly, trained: Path, folder: Path) -> Assembly:
    """A trained model with what another folder adds to it, in evaluation mode.

    Args:
        base: the trained model.
        trained: the bundle that it was read from.
        folder: that `save` wrote.

    Raises:
        BundleError: the folder holds no such thing, is damaged, or was made for another model.
    """
    facts = _facts(folder)
    if facts.model != opened(trained / bundle.FACTS)["seal"]:
        raise BundleError(
            f"`{folder}` was fitted on another trained model",
            where=str(folder / bundle.ADAPTED),
            expected=f"the run with the digest {facts.run[:12]}",
            found=f"`{trained}` with {str(digest_in(trained))[:12]}",
            cause="the run was trained again, or this is another one",
            remedy="give the run that it was fitted on, or adapt this one",
        )
    file = folder / "weights.safetensors"
    more = Document(facts.more, {}, (), str(folder / bundle.ADAPTED))
    assembly = extend(base, extended_run(base.run, more, where=str(trained)))
    known = base.model.kept()
    new = {name: own for name, own in assembly.model.kept().items() if name not in known}
    fill(new, load_tensors(file), where=str(file), cause="another version of this library wrote it")
    return assembly


def _facts(folder: Path) -> _Facts:
    path = folder / bundle.ADAPTED
    if not path.is_file():
        raise BundleError(
            f"`{folder}` holds nothing that a trained model could be extended by",
            expected=f"a file {path}",
            cause="`adapt` has not finished, has trained the hypernetwork too, or this is another "
            "folder",
            remedy="give the folder that `hyperadapters adapt --train embedding` wrote; with "
            "`hypernetwork+embedding` it is a whole run, and needs no other beside it",
        )
    try:
        values = opened(path)
        check(folder, bundle.ADAPTED, values)
        facts = _Facts.model_validate({key: values.get(key) for key in _Facts.model_fields})
    except Damage as damage:
        raise _damaged(damage.file, damage.found) from damage
    except ValidationError as error:
        raise _damaged(path, str(error.errors()[0]["input"])[:80]) from error
    if facts.format != FORMAT:
        raise BundleError(
            "what the model is extended by has another format",
            where=str(path),
            expected=f"format {FORMAT}",
            found=f"format {facts.format}",
            cause="another version of this library wrote it",
            remedy="read it with that version, or adapt the run again",
        )
    return facts


def _damaged(file: Path, found: str) -> BundleError:
    return BundleError(
        "what the model is extended by is damaged",
        where=str(file),
        expected="every file as it was written, and no other",
        found=found,
        cause="an incomplete copy, or a change by hand",
        remedy="copy it again, or adapt the run again",
    )
