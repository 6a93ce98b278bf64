"""The data of a phase: its training corpora, encoded, and the mixture that draws from them."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from hyperadapters.data import Corpus
from hyperadapters.errors import TrainingError
from hyperadapters.method import Phase, Recipe
from hyperadapters.mixture.deck import Budget, Examples, Tokens
from hyperadapters.mixture.encoding import Shown, encoded
from hyperadapters.mixture.mixture import Mixture, Stream
from hyperadapters.mixture.order import Alternate, Order, Temperature
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly

__all__ = ["budget_of", "corpora_of", "mixture_of", "streams_of", "told_of"]


def streams_of(
    assembly: Assembly,
    phase: Phase,
    shown: Callable[[Cell], Shown] = lambda cell: lambda done, of: None,
) -> list[Stream]:
    """A stream per cell that a phase trains on.

    Args:
        shown: of a cell, is told how far its encoding is.

    Raises:
        TrainingError: the run has no data for the phase.
    """
    corpora = corpora_of(assembly, phase)
    length = phase.recipe.length
    return [_stream(assembly, cell, corpus, length, shown(cell)) for cell, corpus in corpora]


def corpora_of(assembly: Assembly, phase: Phase) -> list[tuple[Cell, Corpus]]:
    """The cells that a phase trains on, each with its corpus.

    Raises:
        TrainingError: the run has none for the phase, or all that a cell has is scored.
        DataError: one is missing, or broken.
    """
    if not phase.cells:
        raise TrainingError(
            f"phase `{phase.name}` has no data",
            expected=f"languages for {_asked(phase)} under `train`",
            found=", ".join(sorted(assembly.run.tasks)),
            remedy="add them to the run file, or choose a method without this phase",
        )
    corpora = [(cell, assembly.corpus(cell, "train")) for cell in phase.cells]
    for cell, corpus in corpora:
        if corpus.left_out and not corpus.examples:
            raise TrainingError(
                f"everything that `{cell}` could be trained on is scored, and so left out",
                where=corpus.source,
                expected="sentences to train on that no dev or test set of the task has",
                found=f"{corpus.left_out:,} that one has, in one of its languages",
            )
    return [(cell, _some(assembly, phase, cell, corpus)) for cell, corpus in corpora]


def _some(assembly: Assembly, phase: Phase, cell: Cell, corpus: Corpus) -> Corpus:
    """The examples of a cell that a phase trains on, in their order: the same in every start."""
    if phase.examples is None or phase.examples >= len(corpus):
        return corpus
    draw = random.Random(f"{assembly.run.seed}/{phase.name}/{cell}")
    chosen = frozenset(draw.sample(range(len(corpus)), phase.examples))
    own = [one for place, one in enumerate(corpus.examples) if place in chosen]
    return replace(corpus, examples=own, digest="")  # held: a run file asks for few


def mixture_of(
    streams: list[Stream], recipe: Recipe, *, pad_id: int, seed: str, ranks: int
) -> Mixture:
    """The mixture of a phase: micro-batches of an equal part of its batch.

    Raises:
        TrainingError: the batch does not fall into equal parts.
    """
    return Mixture(
        streams,
        order=_ORDERS[recipe.order](recipe),
        budget=budget_of(recipe, ranks),
        contexts=recipe.contexts_per_batch,
        pad_id=pad_id,
        seed=seed,
        least=_rounded(recipe.length) if recipe.compile else lambda longest: 0,
    )


def _rounded(length: int) -> Callable[[int], int]:
    """Numbers of tokens up to the next multiple of an eighth of `length`, which is the last."""
    step = -(-length // 8)
    return lambda longest: max(longest, min(-(-longest // step) * step, length))


_ORDERS: Mapping[str, Callable[[Recipe], Order]] = {
    "temperature": lambda recipe: Temperature(recipe.temperature),
    "alternate": lambda recipe: Alternate(),
}
"""By the names of `Recipe.order`."""


def budget_of(recipe: Recipe, ranks: int) -> Budget:
    """What one micro-batch holds, such that every rank has a part of it.

    Raises:
        TrainingError: there is none.
    """
    if recipe.batch_tokens:
        return Tokens(recipe.batch_tokens // recipe.accumulate, least=ranks)
    if recipe.batch % (recipe.accumulate * ranks):
        raise TrainingError(
            "a batch cannot be shared equally",
            expected="`recipe.batch` that `accumulate` times the number of processes divides",
            found=f"batch {recipe.batch}, accumulate {recipe.accumulate}, processes {ranks}",
            remedy="change `recipe.batch`, `recipe.accumulate` or the number of processes",
        )
    return Examples(recipe.batch // recipe.accumulate)


def _asked(phase: Phase) -> str:
    return "some task" if phase.tasks is None else ", ".join(sorted(phase.tasks - phase.without))


def _stream(assembly: Assembly, cell: Cell, corpus: Corpus, length: int, shown: Shown) -> Stream:
    task, cache = assembly.tasks[cell.task], assembly.library.cache
    found = encoded(task, assembly.tokenizer, corpus, length, cache, shown=shown)
    told = {name: found.counts.get(name, 0) for name in ("left_out", "cut", "unread")}
    return Stream(task, cell.row, found.examples, len(found.examples), found.checksum, **told)


def told_of(streams: Sequence[Stream], length: int) -> Iterator[str]:
    """What to know of the examples that are left out, cut or not read whole; nothing where all are
    read.

    Args:
        length: tokens of an example at most.
    """
    yield from _told(
        [(stream, stream.left_out, stream.left_out + len(stream.examples)) for stream in streams],
        "examples are left out, too long, with sides of unlike length, or with a cut answer",
    )
    yield from _told(
        [(stream, stream.cut, len(stream.examples)) for stream in streams],
        f"examples are cut at {length} tokens",
    )
    words = sum(stream.unread for stream in streams)
    if words:
        worst = max(streams, key=lambda one: one.unread)
        yield (
            f"{words:,} labelled words have no token and cannot be learned; "
            f"most of `{worst}`: {worst.unread:,}"
        )


def _told(counts: Sequence[tuple[Stream, int, int]], what: str) -> Iterator[str]:
    """How many examples of all, and of which stream most.

    Args:
        counts: per stream, the examples that this is true of, and all of them.
    """
    told, every = sum(own for _, own, _ in counts), sum(of for _, _, of in counts)
    if told:
        worst, own, of = max(counts, key=lambda count: count[1] / (count[2] or 1))
        yield f"{told:,} of {every:,} {what}; most of `{worst}`: {own:,} of {of:,}"
