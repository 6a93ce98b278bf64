"""The tasks of a run file as values: kind, metric, and where the data come from."""

from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Literal, final

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WrapValidator

from hyperadapters.context import direction
from hyperadapters.data.aligned import Aligned
from hyperadapters.data.built_in import Cldr
from hyperadapters.data.hub import Hub
from hyperadapters.data.pairs import Pairs
from hyperadapters.data.sources import Conll, ConllU, PlainText
from hyperadapters.data.unlabelled import Parallel, RootText
from hyperadapters.document.values import Closed, Names, Number, Positive, Text, some
from hyperadapters.errors import HyperadaptersError

__all__ = ["MlmTask", "TaggingTask", "TaskSettings", "TranslationTask"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _own_words(value: object, build: Callable[[object], object]) -> object:
    """What a source itself refuses is one fault among the others."""
    try:
        return build(value)
    except HyperadaptersError as error:
        raise ValueError("; ".join(map(str.strip, str(error).splitlines()))) from error


AnySource = Annotated[
    Aligned | Cldr | Conll | ConllU | Hub | Pairs | Parallel | PlainText | RootText,
    Field(discriminator="format"),
    WrapValidator(_own_words),
]
Sources = Annotated[
    tuple[AnySource, ...],
    AfterValidator(some),
    BeforeValidator(_listed),
]
"""Where examples come from: the first source that has a language gives it."""


class _Settings(Closed):
    """What the settings of every kind of task say of its data."""

    holds_out: ClassVar[bool] = False
    """Whether training leaves out what is scored in any of the task's cells."""

    def data_of(self, language: str) -> str:
        """The cell whose data this one's are."""
        return language


@final
class TaggingTask(_Settings):
    """One label per word.

    Args:
        metric: `span_f1` for labels such as B-PER, `accuracy` otherwise.
        labels: in the order of the head; those of the run's corpora when absent.
        label_map: entity types or whole labels -> what to read them as.
        data: one source, or several: the first that has a split of a language gives it, so train
            and test may come from different ones.
    """

    kind: Literal["tagging"]
    metric: Literal["span_f1", "accuracy"] = "accuracy"
    labels: Names | None = None
    label_map: Mapping[Text, Text] = Field(default_factory=dict)
    data: Sources


@final
class MlmTask(_Settings):
    """Guessing masked tokens, of sentences or of pairs of parallel sentences.

    Args:
        probability: share of masked tokens, in (0, 1).
        data: one source, or several: the first that has a split of a language gives it, so train
            and test may come from different ones.
    """

    kind: Literal["mlm"]
    probability: Annotated[float, Strict(), Field(gt=0, lt=1)] = 0.15
    data: Sources


@final
class TranslationTask(_Settings):
    """From a sentence in one language to the same in another; its cells are directions: `de-en`.

    Args:
        metric: `bleu` or `chrf`, as `sacrebleu` counts them.
        beams: of the search, when the matrix is scored and by `predict`.
        length: most tokens of a translation.
        ratio: training leaves out pairs one of whose sides has more than so many times the tokens
            of the other, and pairs longer than `recipe.length`; when absent, long ones are cut.
        data: parallel text; of several sources the first that has a split of a direction gives it.
    """

    kind: Literal["translation"]
    metric: Literal["bleu", "chrf"] = "bleu"
    beams: Positive = 5
    length: Positive = 128
    ratio: Annotated[Number, Field(ge=1)] | None = None
    data: Sources
    holds_out: ClassVar[bool] = True

    def data_of(self, language: str) -> str:
        """Those of a route such as `de-en-fr` are those of `de-fr`."""
        return "-".join(direction(language))


TaskSettings = Annotated[TaggingTask | MlmTask | TranslationTask, Field(discriminator="kind")]
