"""What a published system is: adapters in stacking order, and phases of training. Values, no
modules.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from hyperadapters.context import Row, names_of
from hyperadapters.errors import UnknownName
from hyperadapters.forms import Form
from hyperadapters.providers.plans import Plan
from hyperadapters.routes import Cell
from hyperadapters.schedules import Observed, Schedule
from hyperadapters.sites import Site, Where

__all__ = [
    "BACKBONE",
    "HEADS",
    "Adapter",
    "Decay",
    "Method",
    "Part",
    "Phase",
    "Recipe",
    "Start",
]

Part = str
"""Something that can be trained: the name of an adapter, or `backbone`, or `heads`; or what is
stored under the name of a task or a language alone, `task=ner`: its vector, its entries in tables,
and its head."""

BACKBONE: Part = "backbone"
HEADS: Part = "heads"

Decay = Literal["linear", "constant", "inverse_sqrt"]
"""What the learning rate does after the warm-up."""

Positive = Annotated[int, Ge(1)]
Batch = Annotated[int, Ge(1), Le(2**20)]
Natural = Annotated[int, Ge(0)]
Finite = Annotated[float, Ge(0), Lt(math.inf)]
Share = Annotated[float, Ge(0), Lt(1)]


@dataclass(frozen=True)
class Adapter:
    """One adapter: what it is called, what it computes, where it acts, and whose weights it has.

    Args:
        name: in phases, counts and files.
        form: what it computes; None at heads, whose forms are their tasks'.
        where: its sites. Those of the tower `head` are parts of tasks' heads, whose weights this
            adapter takes over.
        weights: the plan of its provider.

    Raises:
        ValueError: a form at heads, or none anywhere else.
    """

    name: str
    form: Form | None
    where: Where
    weights: Plan

    def __post_init__(self) -> None:
        if self.at_heads and self.form is not None:
            raise ValueError(f"adapter `{self.name}` has no form of its own: a head has its task's")
        if not self.at_heads and self.form is None:
            raise ValueError(f"adapter `{self.name}` needs a form: only heads have their task's")

    @property
    def at_heads(self) -> bool:
        """Whether it takes over heads of tasks."""
        return self.where.tower == "head"


@dataclass(frozen=True)
class Recipe:
    """How a phase is trained: optimiser, budget, batches, and what chooses its checkpoint.

    Args:
        steps: updates.
        learning_rate: the peak.
        batch: examples per update, over all ranks and accumulated micro-batches.
        batch_tokens: tokens per update in place of a number of examples: those of the longer side,
            padding included; 0 for `batch`.
        accumulate: micro-batches per update.
        contexts_per_batch: rows mixed in one micro-batch, in equal blocks; must divide `batch /
            accumulate`. With `batch_tokens`, blocks of equal budget.
        order: whose turn it is: corpora are drawn by `temperature`, or they `alternate`.
        temperature: corpora of n examples are drawn with p ∝ n^(1/T); 1 is by size, infinity
            uniform.
        warmup: updates of linear warm-up.
        decay: what the learning rate does afterwards: `linear` to 0, `constant`, or
            `inverse_sqrt`.
        weight_decay: AdamW's, on everything trained.
        betas, epsilon: AdamW's.
        absent: what happens to weights that an update has no gradient for, such as the embedding
            of a language that its batches lack: they stay `still`, with their moments as they are,
            or their gradient counts as zero, so that they go on `drifting` by momentum (and weight
            decay), as rows of a table do in `torch`.
        clip: the largest gradient norm; 0 for none.
        smoothing: label smoothing of the training loss, in [0, 1); losses on dev splits have none.
        divergence: how much of a divergence, in nats, is added to the mean loss of an update:
            `uniform` for 1 / steps, so that all updates together count it once, or `constant`
            for all of it.
        precision: of forward and backward: `no`, `bf16`, `fp16`, or `auto` for `bf16` where the
            machine has instructions for it (GPUs since Ampere, some CPUs) and `no` elsewhere.
        compile: whether training steps run the backbone, with all that acts in it, as compiled
            graphs. Sides of a batch are padded to a multiple of an eighth of `length`, so that
            there are few.
        length: tokens per example at most.
        evaluate_every: updates between evaluations on the dev splits; 0 for only at the end.
        patience: evaluations without improvement before a phase stops early; 0 for never.
        criterion: `score` (mean over dev cells, up; of texts that are guessed or translated, their
            perplexity, down), `metric` (mean of the metrics of the matrix, for which what tasks
            write is decoded at every evaluation), `loss` or `perplexity` (down); `last` keeps the
            last.
    """

    steps: Positive = 1000
    learning_rate: Annotated[float, Gt(0), Lt(math.inf)] = 1e-4
    batch: Batch = 32
    batch_tokens: Annotated[int, Ge(0), Le(2**30)] = 0
    accumulate: Batch = 1
    contexts_per_batch: Batch = 1
    order: Literal["temperature", "alternate"] = "temperature"
    temperature: Annotated[float, Gt(0)] = 5.0
    warmup: Natural = 0
    decay: Decay = "linear"
    weight_decay: Finite = 0.0
    betas: tuple[Share, Share] = (0.9, 0.999)
    epsilon: Annotated[float, Gt(0), Lt(math.inf)] = 1e-8
    absent: Literal["still", "drifting"] = "still"
    clip: Finite = 1.0
    smoothing: Share = 0.0
    divergence: Literal["uniform", "constant"] = "uniform"
    precision: Literal["no", "bf16", "fp16", "auto"] = "no"
    compile: bool = False
    length: Annotated[int, Ge(4)] = 128
    evaluate_every: Natural = 0
    patience: Natural = 0
    criterion: Literal["score", "metric", "loss", "perplexity", "last"] = "score"


@dataclass(frozen=True)
class Start:
    """Where a phase begins: with what another run had at the end of one of its own, or within it.

    Args:
        run: the folder of that run.
        phase: the name of its phase.
        step: the updates of that phase after which a checkpoint was taken; None for its end.
        init_from: what the names that the phase trains by name begin as: another name of their
            factor, or `mean` for the mean of all others; None for as they are drawn.
    """

    run: str
    phase: str
    step: int | None = None
    init_from: str | None = None


@dataclass(frozen=True)
class Phase:
    """One stage of training. A method brings phases without cells; a run fills them in.

    Args:
        name: what the run file calls it.
        trains: adapters by name, `backbone`, `heads`.
        tasks: the tasks it is trained on; None for all of the run.
        without: tasks of the run that it leaves out.
        cells: what it is trained on.
        select: the cells whose dev splits choose its checkpoint.
        acts: the adapters that act; None for all. One that does not act is absent: its provider is
            not asked.
        leave_out: per adapter, layers (0-based; negative from the end) at which it acts but is
            silent.
        under: maps the row of the data to the row a training batch runs under.
        select_under: the same for the scores that choose the checkpoint.
        score_under: the same for the matrix, and for `predict`; that of the last phase holds.
        recipe: optimiser, budget, batches, checkpoint criterion.
        start_from: the phase of another run that this one begins with; the phases before it are
            that run's, and are not trained again.
        examples: of each cell at most, drawn by the seed of the run; None for all.
    """

    trains: frozenset[Part]
    name: str = "train"
    tasks: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    cells: tuple[Cell, ...] = ()
    select: tuple[Cell, ...] = ()
    acts: frozenset[str] | None = None
    leave_out: Mapping[str, Sequence[int]] = field(default_factory=dict, hash=False)
    under: Schedule = Observed()
    select_under: Schedule = Observed()
    score_under: Schedule = Observed()
    recipe: Recipe = Recipe()
    start_from: Start | None = None
    examples: int | None = None

    @property
    def names(self) -> Mapping[Part, Row]:
        """Every name that its rows have or mix, alone in a row, by what it is called as a part."""
        plain = (part for row in self.rows() for _, part in row.parts)
        pairs = {(names_of(factor), name) for row in plain for factor, name in row.items()}
        return {str(row): row for row in (Row({factor: name}) for factor, name in sorted(pairs))}

    def rows(self) -> list[Row]:
        """Every row that its cells run under, in training and where its checkpoint is chosen."""
        return list(
            dict.fromkeys(
                schedule.row(cell.row, turn)
                for schedule in (self.under, self.select_under)
                for cell in self.cells
                for turn in range(schedule.period)
            )
        )

    def has(self, task: str) -> bool:
        """Whether it is trained on a task, where the run has it."""
        return (self.tasks is None or task in self.tasks) and task not in self.without

    def lets_act(self, adapter: str) -> bool:
        """Whether an adapter acts in it."""
        return self.acts is None or adapter in self.acts

    def sites(self, adapter: str, sites: Iterable[Site]) -> list[Site]:
        """Those of an acting adapter's sites where it is not silent; the last layer of each tower
        is -1.
        """
        sites, silent = list(sites), set(self.leave_out.get(adapter, ()))
        layers = {(site.tower, site.layer) for site in sites if site.layer is not None}
        depths = Counter(tower for tower, _ in layers)
        return [
            site
            for site in sites
            if site.layer is None
            or silent.isdisjoint((site.layer, site.layer - depths[site.tower]))
        ]


@dataclass(frozen=True)
class Method:
    """A system: its adapters in stacking order, and its phases. The last phase's rules hold at
    inference.

    Args:
        name: in run files and on the command line.
        adapters: in stacking order.
        phases: in order of training.
        paper: authors and year of the paper it comes from.

    Raises:
        ValueError: two adapters have one name.
        UnknownName: a phase names an adapter that there is not.
    """

    name: str
    adapters: tuple[Adapter, ...]
    phases: tuple[Phase, ...]
    paper: str = ""

    def __post_init__(self) -> None:
        own = [adapter.name for adapter in self.adapters]
        given = {name for phase in self.phases for name in phase.names}
        if len({*own, BACKBONE, HEADS}) < len(own) + 2:
            raise ValueError(f"adapters need names of their own, not {', '.join(own)}")
        for phase in self.phases:
            named = {*phase.trains, *(phase.acts or ()), *phase.leave_out}
            for name in sorted(named - {*own, BACKBONE, HEADS, *given}):
                raise UnknownName(f"part in phase `{phase.name}`", name, [*own, BACKBONE, HEADS])

    def on(self, cells: Sequence[Cell]) -> "Method":
        """This method for what a run trains on: every phase without cells of its own gets those of
        the tasks that it has.
        """
        filled = (
            phase
            if phase.cells
            else replace(phase, cells=tuple(cell for cell in cells if phase.has(cell.task)))
            for phase in self.phases
        )
        return replace(self, phases=tuple(filled))
