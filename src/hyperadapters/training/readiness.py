"""What a run lacks: raised before it is trained, not in the middle or after it."""

from dataclasses import replace

from hyperadapters.context import Row
from hyperadapters.errors import ConfigError
from hyperadapters.method import HEADS, Phase
from hyperadapters.providers import Provider
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.evaluation import check_filled, encoded_for, scored_cells

__all__ = ["check"]


def check(assembly: Assembly) -> None:
    """Raises before training what scoring would raise in it or after it.

    Raises:
        DataError: a cell's corpus is missing, broken or empty, or has labels that its task has not.
        BackboneError: the tokenizer has no token for a target language.
        UnknownName: the method has no weights for a cell.
        ConfigError: nothing trains the head of a task, or languages are told apart by name alone.
    """
    _check_heads(assembly)
    _check_apart(assembly)
    phases = assembly.method.phases
    for task, language in scored_cells(assembly):
        corpus, how = assembly.corpus(task, language, "test"), assembly.tasks[task]
        check_filled(replace(corpus, language=language))
        for hop in how.hops(language):
            _check_weights(assembly, phases[-1], how.row(hop))
            for _ in encoded_for(assembly, how, corpus.examples, hop):
                pass
    for number, phase in enumerate(phases):
        for task, language in assembly.judged_in(number):
            corpus, row = assembly.corpus(task, language, "dev"), assembly.tasks[task].row(language)
            check_filled(corpus, "select")
            _check_weights(assembly, phase, phase.select_under.row(row, 0))


def _check_heads(assembly: Assembly) -> None:
    """Raises unless every head that is used is trained in some phase."""
    phases = enumerate(assembly.method.phases)
    training = [number for number, phase in phases if HEADS in phase.trains]
    trained = {task for number in training for task, _ in assembly.trained_in(number)}
    for task in dict.fromkeys((*assembly.run.train, *assembly.run.evaluate)):
        if assembly.tasks[task].head is not None and task not in trained:
            raise ConfigError(
                f"nothing trains the head of `{task}`: its scores would be those of random weights",
                expected="the task under `train`, and a method with a phase that trains heads",
                found=f"method `{assembly.method.name}`, trained: {', '.join(assembly.run.train)}",
            )


def _check_apart(assembly: Assembly) -> None:
    """Raises where two languages would be trained on the very same examples."""
    for task, languages in assembly.run.train.items():
        sources = assembly.run.tasks[task].data
        sides = [name.split("-") for name in languages]  # a direction and its other are one text
        texts = {frozenset((own[0], own[-1])) for own in sides}
        if len(sources) == 1 and len(texts) > 1 and not sources[0].tells_languages_apart:
            raise ConfigError(
                f"the languages of `{task}` would all have the same data",
                where=f"tasks.{task}.data",
                expected="`{language}` in the path or the subset",
                found=f"training in {', '.join(languages)}",
            )


def _check_weights(assembly: Assembly, phase: Phase, row: Row) -> None:
    """Raises unless the adapters that act in a phase have weights for a row."""
    for name, provider in assembly.model.adapters.items():
        assert isinstance(provider, Provider)
        if phase.lets_act(name):
            provider.check(row.of(provider.factors))
