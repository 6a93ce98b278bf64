"""Names become objects, here only: a run file becomes model, tasks, tokenizer and corpora."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch

from hyperadapters.backbones import architectures, family_of
from hyperadapters.config import RunFile, evaluated, method_of
from hyperadapters.data import Corpus
from hyperadapters.errors import BackboneError, ConfigError
from hyperadapters.machine.cache import Cache
from hyperadapters.machine.ranks import process
from hyperadapters.method import Method
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.routes import Cell
from hyperadapters.run.library import Library
from hyperadapters.run.loading import backbone_of, empty_of, tokenizer_of
from hyperadapters.run.sizes import check_memory
from hyperadapters.tasks import Task
from hyperadapters.tasks.windows import Once

__all__ = ["Assembly", "adapted_for", "assemble", "check_answers", "tasks_of"]


@dataclass(frozen=True)
class Assembly:
    """Everything a run is made of.

    Args:
        run: the run file.
        method: the run's, its phases filled in.
        model: the adapted model.
        tokenizer: of its backbone.
        tasks: by name.
        library: the corpora.
        origin: those it was trained on, where they are others: a trained model may be scored on
            what its run did not name.
        once: what was encoded of the corpora that are scored.
    """

    run: RunFile
    method: Method
    model: AdaptedModel
    tokenizer: Any
    tasks: Mapping[str, Task]
    library: Library
    origin: Library | None = None
    once: Once = field(default_factory=Once, compare=False, repr=False)

    def cell(self, task: str, text: str) -> Cell:
        """A task in the language or direction that a run file writes so.

        Raises:
            ContextError: the text is none for this task.
        """
        return Cell(task, self.run.tasks[task].route(text))

    def corpus(self, cell: Cell, split: str) -> Corpus:
        """See `Library.corpus`."""
        return self.library.corpus(cell, split)

    @property
    def evaluated(self) -> tuple[Cell, ...]:
        """The cells of the matrix."""
        return evaluated(self.run)

    @property
    def length(self) -> int:
        """Tokens per example at most, where it is scored or asked."""
        return self.method.phases[-1].recipe.length


def assemble(
    run: RunFile, *, data_root: Path | None = None, cache: Cache | None = None
) -> Assembly:
    """Loads or makes the backbone and its tokenizer, and adapts it.

    Everything that is drawn comes from the run's seed. Nothing is written but to the cache.

    Args:
        data_root: the folder that relative paths of corpora start from.
        cache: of large corpora; that of this machine where there is none.

    Raises:
        BackboneError, DataError, UnknownName: whatever cannot be loaded.
        ConfigError: this machine has not the memory for it.
    """
    library = Library(run, data_root, cache=cache)
    method = method_of(run)
    tasks = tasks_of(run, library)
    tokenizer = tokenizer_of(run, library)
    state = process()
    check_memory(
        method,
        list(tasks.values()),
        partial(empty_of, run.backbone, tokenizer),
        device=state.device,
        ranks=state.num_processes,
    )
    torch.manual_seed(run.seed)
    backbone = backbone_of(run.backbone, tokenizer)
    model = adapted_for(run, method, tasks, backbone)
    return Assembly(run, method, model, tokenizer, tasks, library)


def tasks_of(run: RunFile, library: Library) -> dict[str, Task]:
    """The run's tasks; what the run file leaves open is read off its corpora."""
    return {
        name: settings.build(name, partial(library.labelled, name))
        for name, settings in run.tasks.items()
    }


def adapted_for(
    run: RunFile, method: Method, tasks: Mapping[str, Task], backbone: Any
) -> AdaptedModel:
    """The run's model on a backbone.

    Raises:
        BackboneError: a task needs another tower than the backbone has.
        ConfigError: something may be longer than the backbone has positions for.
    """
    _check_towers(run, backbone)
    _check_lengths(method, tasks, backbone)
    return adapt(backbone, method, tasks=list(tasks.values()))


def _check_towers(run: RunFile, backbone: Any) -> None:
    towers = family_of(backbone).layers
    for name, settings in run.tasks.items():
        if not settings.fits(towers):
            raise BackboneError(
                f"the backbone cannot learn task `{name}`, of kind `{settings.kind}`",
                expected=f"a backbone {settings.needs()}",
                found=f"`{backbone.config.model_type}`, which has {' and '.join(sorted(towers))}",
                remedy="take another backbone, or leave the task out",
            )


def _check_lengths(method: Method, tasks: Mapping[str, Task], backbone: Any) -> None:
    """Raises where examples of a phase, or the answers of a task, may be too long."""
    for phase in method.phases:
        what = f"phase `{phase.name}` has longer examples"
        _check_fits(backbone, f"phases.{phase.name}.length", what, phase.recipe.length)
    for task in tasks.values():
        check_answers(backbone, task)


def check_answers(backbone: Any, task: Task) -> None:
    """Raises where the answers of a task may be longer than a backbone has positions for."""
    what = f"task `{task.name}` may generate longer answers"
    _check_fits(backbone, f"tasks.{task.name}.length", what, task.scorer.generates)


def _check_fits(backbone: Any, key: str, what: str, length: int) -> None:
    most = architectures.positions(backbone)
    if most is not None and length > most:
        raise ConfigError(
            f"{what} than the backbone has positions for",
            where=key,
            expected=f"at most {most} tokens",
            found=str(length),
            remedy=f"set `{key}` to {most} or less",
        )
