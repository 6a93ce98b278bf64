"""Models that this library did not train, scored into the same matrix: those of `transformers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import torch
from jaxtyping import Int
from torch import Tensor, nn

from hyperadapters.backbones import TokenSearch, architectures, segments
from hyperadapters.backbones.plain import load_plain
from hyperadapters.config import RunFile, evaluated, method_of
from hyperadapters.context import Context
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.model.adapted import Outputs
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import check_answers
from hyperadapters.run.library import Library
from hyperadapters.scoring.cells import score_cells
from hyperadapters.scoring.matrix import Matrix, Standing
from hyperadapters.tasks import Batch, Task
from hyperadapters.tasks.plain import Plain
from hyperadapters.tasks.windows import Once

__all__ = ["Foreign", "PlainModel", "evaluate_foreign", "load_foreign"]


_READ = ("input_ids", "attention_mask", "decoder_input_ids")


@final
class PlainModel(nn.Module):
    """A model with one head of its own, called as an adapted model is; it has no rows.

    Args:
        model: of `transformers`.
        task: the name of what its head does.
        plain: how the task reads what it gives.
    """

    def __init__(self, model: Any, task: str, plain: Plain) -> None:
        super().__init__()
        self.model = model
        self._task = task
        self._plain = plain

    def forward(self, context: Context, batch: Batch) -> Outputs:
        """The task's logits; the context is not looked at."""
        inputs = {name: batch.inputs[name] for name in _READ if name in batch.inputs}
        found = self.model(**inputs, **segments(self.model, batch.inputs))
        own = self._plain.logits(found, batch.shares[self._task])
        return Outputs({self._task: own}, torch.zeros((), device=own.device))

    def search(
        self, context: Context, way: TokenSearch, **inputs: Any
    ) -> Int[Tensor, "example token"]:
        """What the model's own `generate` finds, all in one batch to the end; the context is not
        looked at.
        """
        found: Tensor = self.model.generate(**inputs, num_beams=way.beams)
        return found


@final
@dataclass(frozen=True)
class Foreign:
    """A model that this library did not train, with what scoring needs of it.

    Args:
        model: what is scored.
        tokenizer: that lies beside it.
        tasks: the one task that it does.
        length: tokens per example at most.
        once: what was encoded of the corpora that are scored.
    """

    model: PlainModel
    tokenizer: Any
    tasks: Mapping[str, Task]
    length: int
    once: Once = field(default_factory=Once, compare=False, repr=False)


def load_foreign(source: str, run: RunFile, task: str, library: Library) -> Foreign:
    """A model from a folder or the hub, for a task of a run file.

    Raises:
        UnknownName: the run file has no such task.
        ConfigError: models of other libraries cannot be read for a task of this kind, or their
            labels are not told, or its answers may be too long.
        BackboneError: the model or its tokenizer cannot be found or read.
    """
    if task not in run.tasks:
        raise UnknownName("task", task, run.tasks)
    settings = run.tasks[task]
    if settings.plain is None:
        raise ConfigError(
            f"a model of another library cannot be scored on `{task}`",
            where=f"tasks.{task}.kind",
            expected="a kind of task that says how such models are read",
            found=f"`{settings.kind}`",
        )
    model = load_plain(settings.plain.auto, source, settings.plain.told(settings))
    tokenizer = architectures.load_tokenizer(source)
    own = settings.with_kept(settings.plain.kept(model.config, settings))
    built = own.build(task, lambda: library.labelled(task))
    check_answers(model, built)
    length, most = method_of(run).phases[-1].recipe.length, architectures.positions(model)
    plain = PlainModel(model, task, settings.plain)
    return Foreign(plain, tokenizer, {task: built}, min(length, most or length))


_REMARK = "not trained by this library"


def evaluate_foreign(
    foreign: Foreign,
    run: RunFile,
    library: Library,
    *,
    name: str,
    trained: Sequence[Cell] = (),
    split: str = "test",
) -> Matrix:
    """The matrix of the cells that a run file evaluates, of the task that a foreign model does.

    Args:
        name: of the model, in reports.
        trained: the cells that it is known to be trained on; every other one counts as never
            trained on, and without any the note of each cell says that this is not known.

    Raises:
        DataError: a cell's corpus is missing, broken or empty.
    """

    def standing(cell: Cell) -> Standing:
        if cell in trained:
            return "trained pair"
        seen = {language for one in trained for language in one.route.languages}
        return "unseen pair" if set(cell.route.languages) <= seen else "unseen language"

    cells = [cell for cell in evaluated(run) if cell.task in foreign.tasks]
    scores = score_cells(
        foreign,
        cells,
        lambda cell: library.corpus(cell, split),
        standings=standing,
        remark=lambda corpus: (
            _REMARK if trained else f"{_REMARK}; what it was trained on is not told"
        ),
    )
    groups = {group: tuple(members) for group, members in run.groups.items()}
    return Matrix(name, "not of this library", (), scores, groups)
