"""What a run lacks: raised before it is trained, not in the middle or after it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from torch import nn

from hyperadapters.context import Row, names_of
from hyperadapters.errors import ConfigError, located
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.method import BACKBONE, HEADS, Part, Phase
from hyperadapters.mixture.streams import budget_of, corpora_of
from hyperadapters.model.naming import vectors_under
from hyperadapters.providers import Provider
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.cells import check_filled
from hyperadapters.scoring.scored import windows_of
from hyperadapters.training.compiling import check_compute
from hyperadapters.training.selection import check_selection
from hyperadapters.training.starting import first_phase

__all__ = ["check", "check_phase"]


def check(assembly: Assembly) -> None:
    """Raises before training what scoring would raise in it or after it.

    Raises:
        DataError: a cell's corpus is missing, broken or empty, or has labels that its task has not,
            be it for a later phase.
        BackboneError: the tokenizer has no token for a target language.
        UnknownName: the method has no weights for a cell.
        ConfigError: a phase has nothing to train on, or what it is trained on reaches nothing that
            it trains; an adapter is left out of a layer that it does not have; nothing trains the
            head of a task, languages are told apart by name alone, or what a metric needs is not
            installed.
    """
    _check_cells(assembly)
    _check_left_out(assembly)
    _check_reached(assembly)
    _check_heads(assembly)
    _check_apart(assembly)
    _check_examples(assembly)
    phases = assembly.method.phases
    for cell in assembly.evaluated:
        corpus, task = assembly.corpus(cell, "test"), assembly.tasks[cell.task]
        check_filled(replace(corpus, route=cell.route))
        task.metric_in(cell.route)
        for hop in cell.route.hops:
            _check_weights(assembly, phases[-1], phases[-1].score_under.row(hop.row(cell.task), 0))
            with located(corpus.source):
                for _ in windows_of(assembly, task, corpus, hop):
                    pass
    for phase in phases:
        for cell in phase.select:
            check_filled(assembly.corpus(cell, "dev"), "select")
            _check_weights(assembly, phase, phase.select_under.row(cell.row, 0))


def check_phase(assembly: Assembly, phase: Phase) -> None:
    """Raises what a phase would raise only after those before it are trained.

    Raises:
        TrainingError: its batch cannot be shared among the processes, this machine cannot compute
            as its recipe says, there is nothing to train on, or dev cells cannot choose its
            checkpoint.
        DataError: a corpus is missing, or broken.
    """
    accelerator = accelerator_for(phase.recipe.precision)
    budget_of(phase.recipe, accelerator.num_processes)
    check_compute(phase.recipe, accelerator.device)
    corpora_of(assembly, phase)
    check_selection(assembly, phase)


def _check_cells(assembly: Assembly) -> None:
    """Raises unless every phase that will be trained has something to be trained on."""
    phases = assembly.method.phases
    for phase in phases[first_phase(assembly.method) :]:
        if not phase.cells:
            trained = dict.fromkeys(cell.task for cell in assembly.library.trained)
            raise ConfigError(
                f"phase `{phase.name}` has nothing to train on",
                where=f"phases.{phase.name}",
                expected="pairs of a task that the phase is for, under `train`",
                found=f"training on {', '.join(f'`{task}`' for task in trained) or 'nothing'}",
                remedy=f"add such a task, or leave the phase out: `phases: {{{phase.name}: "
                "{train: {}}}`",
            )


def _check_left_out(assembly: Assembly) -> None:
    """Raises unless an adapter has every layer at which a phase leaves it out."""
    for phase in assembly.method.phases:
        for name, silent in phase.leave_out.items():
            layers = {
                (site.tower, site.layer)
                for site in assembly.model.forms[name]
                if site.layer is not None
            }
            depths = Counter(tower for tower, _ in layers)
            known = {layer for _, layer in layers}
            wrong = [n for n in silent if n not in known | {n - depths[t] for t, n in layers}]
            if wrong:
                raise ConfigError(
                    f"adapter `{name}` has no layer {wrong[0]} to be left out of",
                    where=f"phases.{phase.name}.leave_out",
                    expected=f"{min(known)} to {max(known)}, or -1 for the last, -2, ..."
                    if known
                    else "an adapter inside layers; this one is outside them",
                    cause="layers count from 0",
                )


def _check_reached(assembly: Assembly) -> None:
    """Raises unless each row that a phase is trained under has part in something that it trains."""
    phases = assembly.method.phases
    for phase in phases[first_phase(assembly.method) :]:
        for cell in phase.cells:
            for turn in range(phase.under.period):
                row = phase.under.row(cell.row, turn)
                if not any(_reaches(assembly, phase, part, cell, row) for part in phase.trains):
                    acts = [name for name in assembly.model.adapters if phase.lets_act(name)]
                    raise ConfigError(
                        f"training on `{cell}` reaches nothing that phase `{phase.name}` trains",
                        where=f"phases.{phase.name}",
                        expected=f"data that run under what is trained: {_listed(phase.trains)}",
                        found=f"they run under `{row}`, and what acts is {_listed(acts)}",
                        remedy="let the adapter that is trained act (`acts`), take these data out "
                        "of `train`, or train something else (`trains`)",
                    )


def _reaches(assembly: Assembly, phase: Phase, part: Part, cell: Cell, row: Row) -> bool:
    """Whether what a row of a cell is computed with depends on a part."""
    if part in (BACKBONE, HEADS) or part == str(Row(task=cell.task)):
        return True
    acting = {
        name: own
        for name, own in assembly.model.adapters.items()
        if phase.lets_act(name) and phase.sites(name, assembly.model.forms[name])
    }
    if part in assembly.model.adapters:
        return part in acting
    pieces = (piece for _, one in row.parts for piece in one.items())
    named = {str(Row({names_of(factor): name})) for factor, name in pieces}
    return part in named and bool(vectors_under(nn.ModuleDict(acting), part))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "nothing"


def _check_examples(assembly: Assembly) -> None:
    phases = assembly.method.phases[first_phase(assembly.method) :]
    for cell in dict.fromkeys(cell for phase in phases for cell in phase.cells):
        corpus, task = assembly.corpus(cell, "train"), assembly.tasks[cell.task]
        with located(corpus.source):
            task.check_all(corpus.examples)


def _check_heads(assembly: Assembly) -> None:
    """Raises unless every head that is used is trained in some phase."""
    on_heads = {a.name for a in assembly.method.adapters if a.where.tower == "head"}
    trained = {
        cell.task
        for phase in assembly.method.phases
        for cell in phase.cells
        if phase.trains & {HEADS, *on_heads, str(Row(task=cell.task))}
    }
    used = (*assembly.library.trained, *assembly.evaluated)
    for task in dict.fromkeys(cell.task for cell in used):
        if assembly.tasks[task].heads and task not in trained:
            tasks = dict.fromkeys(cell.task for cell in assembly.library.trained)
            raise ConfigError(
                f"nothing trains the head of `{task}`: its scores would be those of random weights",
                expected="the task under `train`, and a method with a phase that trains heads",
                found=f"method `{assembly.method.name}`, trained: {', '.join(tasks)}",
            )


def _check_apart(assembly: Assembly) -> None:
    """Raises where two languages would be trained on the very same examples."""
    cells: dict[str, list[Cell]] = {}
    for cell in assembly.library.trained:
        cells.setdefault(cell.task, []).append(cell)
    for task, own in cells.items():
        sources = assembly.run.tasks[task].data
        texts = {frozenset(cell.route.languages) for cell in own}  # both directions are one text
        if len(sources) == 1 and len(texts) > 1 and not sources[0].tells_languages_apart:
            raise ConfigError(
                f"the languages of `{task}` would all have the same data",
                where=f"tasks.{task}.data",
                expected="`{language}` in the path or the subset",
                found=f"training in {', '.join(str(cell.route) for cell in own)}",
            )


def _check_weights(assembly: Assembly, phase: Phase, row: Row) -> None:
    """Raises unless the adapters that act in a phase have weights for a row."""
    for name, provider in assembly.model.adapters.items():
        assert isinstance(provider, Provider)
        if phase.lets_act(name):
            provider.check(row.of(provider.factors))
