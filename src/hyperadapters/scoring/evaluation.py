"""The matrix of a run: every cell's score, and what training saw of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast, final

from hyperadapters.context import Factor, Row, names_of
from hyperadapters.data import Corpus
from hyperadapters.errors import ConfigError
from hyperadapters.providers import Provider
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.scoring.cells import score_cells
from hyperadapters.scoring.groups import groups_of
from hyperadapters.scoring.matrix import STANDINGS, Matrix, Standing

__all__ = ["Seen", "evaluate"]


def evaluate(
    assembly: Assembly,
    *,
    under: Schedule = Observed(),
    split: str = "test",
    cells: Sequence[Cell] = (),
    progress: Callable[[int, int, str], None] | None = None,
) -> Matrix:
    """The matrix of a run's model, on the model's device; the ranks share the cells out among them.

    Args:
        under: maps the row that the method scores under to the one that the model runs with
            (`--run-as`).
        split: of the corpora.
        cells: those of the run file where there is none.
        progress: told (cells done, cells in all, the cell that is next), once before each cell.

    Raises:
        DataError: a cell's corpus is missing, broken or empty.
        ConfigError: `under` names a factor that the rows do not have, or that no weights depend on.
    """
    cells_or_all = cells or assembly.evaluated
    for cell in cells_or_all:
        _check_depends(assembly, cell, under)
    scores = score_cells(
        assembly,
        cells_or_all,
        lambda cell: assembly.corpus(cell, split),
        standings=Seen.by(assembly).standing,
        usual=assembly.method.phases[-1].score_under,
        under=under,
        remark=lambda corpus: _trained_on(assembly, corpus),
        progress=progress,
    )
    groups, run = groups_of(assembly, tiers=not cells), assembly.run
    return Matrix(run.name, assembly.method.name, (run.seed,), scores, groups)


def _check_depends(assembly: Assembly, cell: Cell, under: Schedule) -> None:
    """Raises where weights are to be those of another name, and none depend on such names."""
    last = assembly.method.phases[-1]
    meant = last.score_under.row(cell.row, 0)
    other = sorted(set(under.row(meant, 0).items()) - set(meant.items()))
    adapters = {name: own for name, own in assembly.model.adapters.items() if last.lets_act(name)}
    read = {factor for own in adapters.values() for factor in cast(Provider, own).factors}
    for factor, name in other:
        if factor in meant and factor not in read:
            raise ConfigError(
                f"no weights of `{assembly.method.name}` depend on the {factor.replace('_', ' ')}",
                where=f"--run-as {factor}={name}",
                expected=f"one of {', '.join(sorted(read))}" if read else None,
                cause="scores would be those without it",
            )


@final
@dataclass(frozen=True)
class Seen:
    """What the training of a model saw.

    Args:
        pairs: the rows of all its data.
        names: those in one factor or another, where adapters acted.
    """

    pairs: frozenset[Row]
    names: frozenset[tuple[Factor, str]]

    @classmethod
    def by(cls, assembly: Assembly) -> "Seen":
        """What the phases of its method saw."""
        phases = assembly.method.phases
        acting = [phase for phase in phases if phase.acts != frozenset()]
        ran = {row for phase in acting for row in phase.rows()}
        ran |= {one.row for phase in acting for one in phase.cells}
        return cls(
            frozenset(one.row for phase in phases for one in phase.cells),
            frozenset((names_of(factor), name) for row in ran for factor, name in row.items()),
        )

    def standing(self, cell: Cell) -> Standing:
        """What was seen of a cell: all of its pair, in a phase without adapters too, or each of its
        names at least. Through other languages, the least of the hops.
        """
        standings = [self._of(hop.row(cell.task)) for hop in cell.route.hops]
        return max(standings, key=STANDINGS.index)

    def _of(self, row: Row) -> Standing:
        if row in self.pairs:
            return "trained pair"
        names = {(names_of(factor), name) for factor, name in row.items() if factor != "task"}
        return "unseen pair" if names <= self.names else "unseen language"


def _trained_on(assembly: Assembly, corpus: Corpus) -> str:
    """What to know of a cell that the run did not name before it was trained."""
    seen = (assembly.origin or assembly.library).trained_on(corpus)
    if seen is None:
        return "not scored by the run itself: may have been trained on"
    return f"not scored by the run itself, with a side that was trained on: {seen}" if seen else ""
