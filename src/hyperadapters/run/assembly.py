"""Names become objects, here only: a run file becomes model, tasks, tokenizer and corpora."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch

from hyperadapters.backbones import architectures
from hyperadapters.config import RunFile, pretrain_recipe, recipe_of
from hyperadapters.config.task_settings import MlmTask, TaggingTask, TranslationTask
from hyperadapters.context import Row
from hyperadapters.data.corpora import Corpus
from hyperadapters.errors import BackboneError, ConfigError, DataError
from hyperadapters.examples import Tagged
from hyperadapters.method import BACKBONE, HEADS, Method, Phase
from hyperadapters.methods import METHODS
from hyperadapters.metrics import METRICS
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.run.library import Library
from hyperadapters.run.loading import backbone_of, tokenizer_of
from hyperadapters.tasks.base import Task
from hyperadapters.tasks.mlm import MaskedLM
from hyperadapters.tasks.tagging import Tagging, labels_of
from hyperadapters.tasks.translation import Translation

__all__ = [
    "PRETRAIN",
    "Assembly",
    "adapted_for",
    "assemble",
    "method_of",
    "rows_of",
    "tasks_of",
]

PRETRAIN = "pretrain"
"""The name of the phase that a run file adds before a method's own."""


@dataclass(frozen=True)
class Assembly:
    """Everything a run is made of.

    Args:
        run: the run file.
        method: with the run's recipes put into its phases, `pretrain` first where there is one.
        model: the adapted model.
        tokenizer: of its backbone.
        tasks: by name.
        library: the corpora.
        origin: those it was trained on, where they are others: a trained model may be scored on
            what its run did not name.
    """

    run: RunFile
    method: Method
    model: AdaptedModel
    tokenizer: Any
    tasks: Mapping[str, Task]
    library: Library
    origin: Library | None = None

    def corpus(self, task: str, language: str, split: str) -> Corpus:
        """See `Library.corpus`."""
        return self.library.corpus(task, language, split)

    def trained_pairs(self) -> tuple[tuple[str, str], ...]:
        """(task, language) of every pair that the method's phases train on."""
        return _pairs(self.run.train)

    def pretrained_pairs(self) -> tuple[tuple[str, str], ...]:
        """The same of the phase `pretrain`; none without one."""
        return _pairs(self.run.pretrain.train) if self.run.pretrain else ()

    def trained_in(self, number: int) -> tuple[tuple[str, str], ...]:
        """(task, language) of every pair that the number-th phase trains on."""
        phase = self.method.phases[number]
        pairs = self.pretrained_pairs() if phase.name == PRETRAIN else self.trained_pairs()
        return tuple(pair for pair in pairs if phase.has(pair[0]))

    def judged_in(self, number: int) -> tuple[tuple[str, str], ...]:
        """(task, language) of the dev cells that choose its checkpoint: of the tasks it trains."""
        tasks = {task for task, _ in self.trained_in(number)}
        return tuple(pair for pair in _pairs(self.run.select) if pair[0] in tasks)


def _pairs(cells: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((task, name) for task, names in cells.items() for name in names)


def assemble(run: RunFile, *, data_root: Path | None = None) -> Assembly:
    """Loads or makes the backbone and its tokenizer, and adapts it.

    Everything that is drawn comes from the run's seed. Nothing is written.

    Raises:
        BackboneError, DataError, UnknownName: whatever cannot be loaded.
    """
    library = Library(run, data_root)
    method = method_of(run)
    tasks = tasks_of(run, library)
    tokenizer = tokenizer_of(run, library)
    torch.manual_seed(run.seed)
    backbone = backbone_of(run.backbone, tokenizer)
    model = adapted_for(run, method, tasks, backbone)
    return Assembly(run, method, model, tokenizer, tasks, library)


def adapted_for(
    run: RunFile, method: Method, tasks: Mapping[str, Task], backbone: Any
) -> AdaptedModel:
    """The run's model on a backbone.

    Raises:
        BackboneError: a task translates, and the backbone has no decoder.
        ConfigError: something may be longer than the backbone has positions for.
    """
    _check_towers(tasks, backbone)
    _check_lengths(method, tasks, backbone)
    return adapt(backbone, method, tasks=list(tasks.values()), rows=rows_of(run, method, tasks))


def _check_towers(tasks: Mapping[str, Task], backbone: Any) -> None:
    translating = [name for name, task in tasks.items() if isinstance(task, Translation)]
    if translating and not backbone.config.is_encoder_decoder:
        raise BackboneError(
            f"the backbone does not translate, as task `{translating[0]}` needs",
            expected="an encoder-decoder, such as `marian`",
            found=f"`{backbone.config.model_type}`, without a decoder",
        )


def _check_lengths(method: Method, tasks: Mapping[str, Task], backbone: Any) -> None:
    """Raises where examples of a phase, or the answers of a task, may be too long."""
    place = {PRETRAIN: "pretrain.recipe.length"}
    wanted = [
        (
            place.get(phase.name, "recipe.length"),
            f"phase `{phase.name}` has longer examples",
            phase.recipe.length,
        )
        for phase in method.phases
    ] + [
        (f"tasks.{name}.length", f"task `{name}` may generate longer answers", task.generates)
        for name, task in tasks.items()
    ]
    most = architectures.positions(backbone)
    for key, what, length in wanted:
        if most is not None and length > most:
            raise ConfigError(
                f"{what} than the backbone has positions for",
                where=key,
                expected=f"at most {most} tokens",
                found=str(length),
                remedy=f"set `{key}` to {most} or less",
            )


def method_of(run: RunFile) -> Method:
    """The run's method with its recipes; `pretrain`, where the run has it, as the first phase."""
    method = METHODS[run.method.name](**run.method.arguments)
    phases = [replace(phase, recipe=recipe_of(run, phase)) for phase in method.phases]
    if run.pretrain is not None:
        first = Phase(
            name=PRETRAIN,
            trains=frozenset({BACKBONE, HEADS}),
            tasks=frozenset(run.pretrain.train),
            acts=frozenset(),
            recipe=pretrain_recipe(run),
        )
        phases.insert(0, first)
    return replace(method, phases=tuple(phases))


def rows_of(run: RunFile, method: Method, tasks: Mapping[str, Task]) -> list[Row]:
    """Every row that some phase of the method runs under."""
    observed = [tasks[task].row(name) for task, names in run.train.items() for name in names]
    phases = [phase for phase in method.phases if phase.name != PRETRAIN]
    schedules = [schedule for phase in phases for schedule in (phase.under, phase.select_under)]
    return list(
        dict.fromkeys(
            schedule.row(row, turn)
            for schedule in schedules
            for row in observed
            for turn in range(schedule.period)
        )
    )


def tasks_of(run: RunFile, library: Library) -> dict[str, Task]:
    """The run's tasks; labels that the run file leaves open are read off its corpora."""
    return {name: _KINDS[type(task)](name, task, library) for name, task in run.tasks.items()}


def _tagging(name: str, task: TaggingTask, library: Library) -> Task:
    labels = task.labels
    if labels is None:
        examples = (ex for corpus in _labelled(name, library) for ex in corpus.examples)
        labels = labels_of(cast(Iterator[Tagged], examples), task.label_map)
    if not labels:
        raise DataError(f"no labels for task `{name}`", remedy="list them under `labels:`")
    return Tagging(name, tuple(labels), METRICS[task.metric], task.label_map)


def _labelled(name: str, library: Library) -> Iterator[Corpus]:
    """The corpora that a task is trained and scored on: a rare label may stand in one test set
    only.
    """
    run = library.run
    for split, cells in (("train", run.train), ("dev", run.select), ("test", run.evaluate)):
        for language in cells.get(name, ()):
            if split == "train" or library.has(name, language, split):
                yield library.corpus(name, language, split)


def _mlm(name: str, task: MlmTask, library: Library) -> Task:
    return MaskedLM(name, task.probability)


def _translation(name: str, task: TranslationTask, library: Library) -> Task:
    return Translation(name, METRICS[task.metric], task.beams, task.length, task.ratio)


_KINDS: Mapping[type, Callable[[str, Any, Library], Task]] = {
    TaggingTask: _tagging,
    MlmTask: _mlm,
    TranslationTask: _translation,
}
