"""The run file as a value: every key, its type and range, what it does, and its default."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    model_validator,
)

from hyperadapters.config.recipe import RecipeChanges
from hyperadapters.config.task_settings import MlmTask, TaskSettings
from hyperadapters.document.values import Closed, Names, Natural, Positive, Text, Whole

__all__ = [
    "Architecture",
    "Backbone",
    "Cells",
    "MethodChoice",
    "Pretraining",
    "RunFile",
    "RunName",
]


Cells = Mapping[Text, Names]
"""Task -> its languages."""


@final
class Architecture(Closed):
    """A backbone that starts from random weights; its tokenizer is trained on the run's own text.

    Args:
        type: `bert`, `roberta` or `xlm-roberta`, or `marian`, which translates.
        layers, width, heads, ffn: its shape, `layers` of each tower; `heads` divides `width`.
        positions: tokens per sequence at most.
        vocabulary: sub-words of its tokenizer at most; never fewer than its text has characters.
        dropout: in [0, 1), everywhere but in the attention of `marian`.
    """

    type: Literal["bert", "roberta", "xlm-roberta", "marian"] = "bert"
    layers: Positive
    width: Positive
    heads: Positive
    ffn: Positive
    positions: Annotated[Whole, Field(ge=8)] = 128
    vocabulary: Annotated[Whole, Field(ge=100)] = 8000
    dropout: Annotated[float, Strict(), Field(ge=0, lt=1)] = 0.1

    @model_validator(mode="after")
    def _divisible(self) -> "Architecture":
        if self.width % self.heads:
            raise ValueError(f"`width` {self.width} is not a multiple of `heads` {self.heads}")
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

    path: Text | None = None
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
class Pretraining(Closed):
    """A first phase, `pretrain`: the whole backbone trains, nothing acts.

    Args:
        train: the pairs it is trained on.
        recipe: changes to its recipe; those of the run do not reach it.
    """

    train: Cells
    recipe: RecipeChanges = RecipeChanges()


def _scored(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The trained pairs without language-model tasks; all if there are no others."""
    tasks, train = data.get("tasks", {}), data.get("train", {})
    scored = {
        name: cells
        for name, cells in train.items()
        if name in tasks and not isinstance(tasks[name], MlmTask)
    }
    return scored or dict(train)


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
        train: the pairs of task and language that are trained on.
        evaluate: the cells of the matrix; when absent, the trained pairs of all tasks but those of
            kind `mlm` (or of these, if there is no other task).
        select: cells whose dev split chooses the checkpoint; the same default.
        groups: languages by group, for means; a language in no group is in no mean.
        tiers: name -> the fewest training examples of its languages; each language is in the
            highest that it reaches, and every group is divided by them: `{High: 1000000, Low: 0}`.
        families: language -> its family, for the map of embeddings.
        recipe: changes to the recipe of every phase of the method.
        phases: changes to the recipe of one phase, by its name; they win over `recipe`, unless that
            is said later: on the command line, or in a file that stands on this one.
        pretrain: a first phase for the backbone.
        checkpoint_every: updates between checkpoints, which a run that was stopped goes on from; 0
            for only at the end of phases.
        trackers: where curves go besides `metrics.jsonl`: `tensorboard`, `wandb`, `mlflow`,
            `comet_ml`, `aim` or `clearml`; their packages must be installed.
    """

    name: RunName
    seed: Annotated[Whole, Field(ge=0, lt=2**32)] = 0
    output: Text = Field(default_factory=lambda data: f"runs/{data.get('name', 'unnamed')}")
    backbone: Backbone
    method: Annotated[
        MethodChoice, BeforeValidator(_named, json_schema_input_type=str | MethodChoice)
    ]
    tasks: Annotated[Mapping[Text, TaskSettings], Field(min_length=1)]
    train: Annotated[Cells, Field(min_length=1)]
    evaluate: Cells = Field(default_factory=_scored)
    select: Cells = Field(default_factory=_scored)
    groups: Mapping[Text, Names] = Field(default_factory=dict)
    tiers: Mapping[Text, Natural] = Field(default_factory=dict)
    families: Mapping[Text, Text] = Field(default_factory=dict)
    recipe: RecipeChanges = RecipeChanges()
    phases: Mapping[Text, RecipeChanges] = Field(default_factory=dict)
    pretrain: Pretraining | None = None
    checkpoint_every: Natural = 1000
    trackers: tuple[
        Literal["tensorboard", "wandb", "mlflow", "comet_ml", "aim", "clearml"], ...
    ] = ()

    @property
    def folder(self) -> Path:
        """Where the run is kept."""
        return Path(self.output).expanduser()
