"""The run file as a value: every key, its type and range, what it does, and its default."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    model_validator,
)

from hyperadapters.backbones import FAMILIES
from hyperadapters.backbones.shapes import DECODERS
from hyperadapters.config.recipe import RecipeChanges
from hyperadapters.config.schedules import AnySchedule
from hyperadapters.document.values import (
    Closed,
    Names,
    Natural,
    NormalForm,
    Place,
    Positive,
    Text,
    Whole,
)
from hyperadapters.sites import Tower
from hyperadapters.tasks import KINDS, TaskSettings

__all__ = [
    "AnyTask",
    "Architecture",
    "Backbone",
    "Cells",
    "MethodChoice",
    "PhaseChanges",
    "RunFile",
    "RunName",
    "StartFrom",
]

if TYPE_CHECKING:
    AnyTask = TaskSettings
else:
    AnyTask = Annotated[Union[KINDS], Field(discriminator="kind")]  # noqa: UP007  # made at run time

Cells = Mapping[Text, Names]
"""Task -> its languages."""


@final
class Architecture(Closed):
    """A backbone that starts from random weights; its tokenizer is trained on the run's own text.

    Args:
        type: `bert`, `roberta` or `xlm-roberta`; with a decoder that writes text, `marian` or `t5`;
            a decoder alone, `llama`, `qwen2`, `qwen3` or `gemma3_text`.
        layers, width, heads, ffn: its shape, `layers` of each tower; `heads` divides `width`.
        positions: tokens per sequence at most; of `t5`, which counts distances only, without
            effect on the model. A decoder alone has as many for what it reads, and again for what
            it writes.
        vocabulary: sub-words of its tokenizer at most; never fewer than its text has characters.
        normal_form: the Unicode form that its tokenizer brings all text into. `nfc` gives back what
            it read; `nfkc` also reads `½` as `1⁄2` and `，` as `,`, and answers so.
        dropout: in [0, 1), everywhere but in the attention of `marian`, and only there in a
            decoder alone.
    """

    type: Literal["bert", "roberta", "xlm-roberta", "marian", "t5", *DECODERS] = "bert"  # type: ignore[valid-type]
    layers: Annotated[Positive, Field(le=256)]
    width: Positive
    heads: Positive
    ffn: Positive
    positions: Annotated[Whole, Field(ge=8, le=2**15)] = 128
    vocabulary: Annotated[Whole, Field(ge=100, le=2**24)] = 8000
    normal_form: NormalForm = "nfc"
    dropout: Annotated[float, Strict(), Field(ge=0, lt=1)] = 0.1

    @property
    def has_decoder(self) -> bool:
        """Whether it writes text."""
        return "decoder" in self.towers

    @property
    def towers(self) -> tuple[Tower, ...]:
        """What it is made of."""
        return tuple(FAMILIES[self.type].layers)

    @model_validator(mode="after")
    def _divisible(self) -> "Architecture":
        if self.width % self.heads:
            raise ValueError(f"`width` {self.width} is not a multiple of `heads` {self.heads}")
        if self.type in DECODERS and self.width // self.heads % 2:
            raise ValueError(
                f"a head of `{self.type}` turns pairs of features: `width` / `heads` is odd, "
                f"{self.width // self.heads}"
            )
        return self


@final
class Backbone(Closed):
    """The model that is adapted: exactly one of `path`, `name` and `architecture`.

    Args:
        path: a local folder in the format of `transformers`, from the folder you are in.
        name: a model of the hub, or an architecture known offline by name (for `describe`).
        revision: branch, tag or commit on the hub.
        architecture: a shape to train from scratch.
    """

    path: Place | None = None
    name: Text | None = None
    revision: Text | None = None
    architecture: Architecture | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Backbone":
        given = [key for key in ("path", "name", "architecture") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(
                f"exactly one of `path`, `name` and `architecture` is needed; "
                f"given: {' and '.join(f'`{key}`' for key in given) or 'none'}"
            )
        if self.revision is not None and self.name is None:
            raise ValueError("`revision` belongs to a `name` on the hub")
        return self


@final
class MethodChoice(BaseModel):
    """A method by name; every further key changes one value of the published one."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Text

    @property
    def arguments(self) -> dict[str, Any]:
        """What the run changes, by name of the argument."""
        return dict(self.model_extra or {})


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


@final
class StartFrom(Closed):
    """What a phase begins with: the weights at the end of a phase of another run, or within it.

    Args:
        run: the folder of that run, from the folder you are in; in a study `$NAME`.
        phase: the name of its phase.
        step: the weights of a checkpoint of that run, taken after so many updates of the phase, in
            place of those at its end.
        init_from: what the names that the phase trains by name begin as: another name of their
            factor, or `mean` for the mean of all others; as they are drawn when absent.
    """

    run: Place
    phase: Text
    step: Natural | None = None
    init_from: Text | None = None


@final
class PhaseChanges(RecipeChanges):
    """What a run file says of one phase: changes to its recipe, and to what it does.

    Args:
        train: the cells that it is trained on; those of the run, of its tasks, when absent. With
            `{}` the phase is left out.
        select: the cells whose dev splits choose its checkpoint; the same.
        trains: adapters by name, `backbone`, `heads`; or `language=yo`, which is what is stored
            under one name alone.
        acts: the adapters that act.
        leave_out: adapter -> layers at which it acts and is silent, from 0, or from -1 at the end.
        under: which row training batches run under: `observed`, `{fixed: {language: nl}}`, or
            `{cycle: [{language: en}, {language: nl}]}`.
        select_under: the same for the scores that choose the checkpoint.
        score_under: the same for the matrix and `predict`; that of the last phase holds.
        start_from: `{run: FOLDER, phase: NAME}` begins with the weights that another run had at the
            end of a phase; the phases before this one are not trained again.
        examples: of each cell at most, drawn by the seed of the run.
        after: `true` for a phase that comes behind those of the method, which does not have it.
    """

    train: Cells | None = None
    select: Cells | None = None
    trains: Names | None = None
    acts: tuple[Text, ...] | None = None
    leave_out: Mapping[Text, tuple[Whole, ...]] | None = None
    under: AnySchedule | None = None
    select_under: AnySchedule | None = None
    score_under: AnySchedule | None = None
    start_from: StartFrom | None = None
    examples: Positive | None = None
    after: bool | None = None


def _scored(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The trained cells of tasks that are scored; all if there are no others."""
    tasks, train = data.get("tasks", {}), dict(data.get("train", {}))
    for changes in data.get("phases", {}).values() if not train else ():
        for task, names in (changes.train or {}).items():
            train[task] = tuple(dict.fromkeys((*train.get(task, ()), *names)))
    scored = {name: cells for name, cells in train.items() if name in tasks and tasks[name].scored}
    return scored or train


def _one_line(name: str) -> str:
    if not re.fullmatch(r"[\w.+-]+( [\w.+-]+)*", name):
        raise ValueError(f"`{name}` is not a legal name: letters, digits, `.+-_`, single spaces")
    return name


RunName = Annotated[str, Strict(), AfterValidator(_one_line)]
"""What runs and lines of studies are called: words of letters, digits and `.+-_`."""


@final
class RunFile(Closed):
    """One run: what is trained on which data, how, and what is scored.

    Args:
        name: of the run, in reports.
        seed: of everything that is drawn.
        output: the run's folder, from the folder you are in; `runs/<name>` when absent.
        backbone: the model that is adapted.
        method: a name of `hyperadapters methods`, or a mapping of `name` and arguments.
        tasks: every task of the run, by name.
        train: the pairs of task and language that are trained on, in every phase of the method
            that is for the task; needed, unless every phase has a `train` of its own.
        phases: what is changed of a phase, by its name: keys of `recipe`, which win over it, unless
            that is said later (on the command line, or in a file that stands on this one), and
            others below. A name that the method does not have adds a phase before the method's own,
            which trains the whole backbone while no adapter acts: its `train` is needed.
        evaluate: the cells of the matrix; when absent, the trained pairs of all tasks but those of
            kind `mlm`, `lm` and `span-corruption` (or of these, if there is no other task).
        select: cells whose dev split chooses the checkpoint; the same default.
        groups: languages by group, for means; a language in no group is in no mean.
        tiers: name -> the fewest training examples of its languages; each language is in the
            highest that it reaches, and every group is divided by them: `{High: 1000000, Low: 0}`.
        families: language -> its family, for the map of embeddings.
        recipe: changes to the recipe of every phase.
        checkpoint_every: updates between checkpoints, which a run that was stopped goes on from; 0
            for only at the end of phases.
        trackers: where curves go besides `metrics.jsonl`: `tensorboard`, `wandb`, `mlflow`,
            `comet_ml`, `aim` or `clearml`; their packages must be installed.
    """

    name: RunName
    seed: Annotated[Whole, Field(ge=0, lt=2**32)] = 0
    output: Place = Field(default_factory=lambda data: f"runs/{data.get('name', 'unnamed')}")
    backbone: Backbone
    method: Annotated[
        MethodChoice, BeforeValidator(_named, json_schema_input_type=str | MethodChoice)
    ]
    tasks: Annotated[Mapping[Text, AnyTask], Field(min_length=1)]
    train: Cells = Field(default_factory=dict)
    phases: Mapping[Text, PhaseChanges] = Field(default_factory=dict)
    evaluate: Cells = Field(default_factory=_scored)
    select: Cells = Field(default_factory=_scored)
    groups: Mapping[Text, Names] = Field(default_factory=dict)
    tiers: Mapping[Text, Natural] = Field(default_factory=dict)
    families: Mapping[Text, Text] = Field(default_factory=dict)
    recipe: RecipeChanges = RecipeChanges()
    checkpoint_every: Natural = 1000
    trackers: tuple[
        Literal["tensorboard", "wandb", "mlflow", "comet_ml", "aim", "clearml"], ...
    ] = ()

    @property
    def folder(self) -> Path:
        """Where the run is kept."""
        return Path(self.output).expanduser()
