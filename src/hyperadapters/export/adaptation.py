"""What one row adds to a backbone, as values that no format knows of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hyperadapters.backbones import head_parameters
from hyperadapters.context import CONTEXT_FACTORS, Row
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.export.target import Target, target_of
from hyperadapters.forms import Form
from hyperadapters.method import BACKBONE, HEADS
from hyperadapters.model.binding import Piece
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly
from hyperadapters.sites import Site

__all__ = ["Adaptation", "Adapting", "row_of"]


@dataclass(frozen=True, eq=False)
class Adaptation:
    """What one row adds to a backbone.

    Args:
        target: the model that it becomes.
        adapters: by name, in stacking order; at each site the form and its weights, without an axis
            of rows.
        head: the parts of the task's head.
        row: whose weights they are.
        base: what the backbone is called where the row is used: a folder, or a name on the hub.
        revision: of that name.
        facts: what is kept beside the weights: the labels of the head, in its order.
    """

    target: Target
    adapters: Mapping[str, Mapping[Site, Piece]]
    head: Mapping[str, Piece]
    row: Row
    base: str
    revision: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """A name for what has one adapter per name: `ner_yo`."""
        return "_".join(self.row[f] for f in CONTEXT_FACTORS if f in self.row) or "shared"

    def of(self, form: type[Form]) -> Iterator[tuple[str, Site, Piece]]:
        """Everything of one kind of form: the adapter, the site, and what acts there."""
        for name, pieces in self.adapters.items():
            for site, piece in pieces.items():
                if isinstance(piece.form, form):
                    yield name, site, piece

    def refuse_all_but(self, *forms: type[Form], format: str, remedy: str) -> None:
        """Raises where something acts whose form a format does not have.

        Raises:
            ConfigError: the adapter, its form and how many sites it has.
        """
        for name, pieces in self.adapters.items():
            other = [site for site, piece in pieces.items() if not isinstance(piece.form, forms)]
            if other:
                form = type(pieces[other[0]].form).__name__
                raise ConfigError(
                    f"the format `{format}` cannot carry the adapter `{name}`",
                    expected=" or ".join(f"`{form.__name__}`" for form in forms),
                    found=f"`{form}` at {len(other)} sites, such as `{other[0]}`",
                    remedy=remedy,
                )


def row_of(assembly: Assembly, cell: Cell) -> Row:
    """The row whose weights answer a cell: that of the last phase's `score_under`."""
    return assembly.method.phases[-1].score_under.row(cell.row, 0)


class Adapting:
    """Takes rows out of a trained model, task by task.

    Args:
        assembly: a trained model, in evaluation mode.
        base: what the backbone is called where the rows are used; None for what it was loaded from.
    """

    def __init__(self, assembly: Assembly, base: str | None = None) -> None:
        self._assembly = assembly
        self._base = base
        self._targets: dict[str, Target] = {}

    def adaptation(self, cell: Cell) -> Adaptation:
        """What a cell's row adds.

        Raises:
            UnknownName: no such task, or a name that the weights do not know.
            ConfigError: the task has a head that no plain model has, or the backbone's own head
                was trained.
        """
        assembly = self._assembly
        if cell.task not in assembly.tasks:
            raise UnknownName("task", cell.task, assembly.tasks)
        if cell.task not in self._targets:
            self._targets[cell.task] = target_of(assembly, cell.task)
        target, row = self._targets[cell.task], row_of(assembly, cell)
        written = assembly.model.written(row, cell.task)
        head: dict[str, Piece] = {}
        adapters: dict[str, dict[Site, Piece]] = {}
        for name, pieces in written.items():
            for site, piece in pieces.items():
                if site.tower == "head":
                    head[site.position] = piece
                elif site in target.paths:
                    adapters.setdefault(name, {})[site] = piece
        wanted = assembly.run.backbone
        base = target.backbone.name_or_path if self._base is None else self._base
        return Adaptation(
            target, adapters, head, row, base, wanted.revision, assembly.tasks[cell.task].kept()
        )

    def refuse_trained_head(self, cell: Cell, format: str) -> None:
        """Raises where a task's head is the backbone's own, and was trained without the rest of it.

        Raises:
            ConfigError: a format of adapters would leave it out.
        """
        trained = {part for phase in self._assembly.method.phases for part in phase.trains}
        own = any(True for _ in head_parameters(self._assembly.model.backbone))
        alone = own and HEADS in trained and BACKBONE not in trained
        if alone and not self._assembly.tasks[cell.task].heads:
            raise ConfigError(
                f"the format `{format}` cannot carry the backbone's own head, which was trained",
                found=f"task `{cell.task}` uses the language-model head",
                remedy="use `--format table`, or `--merge` where all adapters are LoRA",
            )
