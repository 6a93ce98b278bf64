"""What a run file says of a text-to-text task."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, cast, final

from pydantic import AfterValidator, Field, model_validator

from hyperadapters.data import Corpus
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.values import Closed, Names, Text
from hyperadapters.errors import DataError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.metrics import METRICS
from hyperadapters.tasks.base import Task, Tokenizer
from hyperadapters.tasks.choosing import Greedy, Likelihood, TextScorer
from hyperadapters.tasks.decoding import ended
from hyperadapters.tasks.plain import Plain
from hyperadapters.tasks.presets import PRESETS
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.text_to_text import TextToText
from hyperadapters.tasks.tokens import at_labels
from hyperadapters.tasks.wordings import Degrees, Named, Template, Wording, alike

__all__ = ["Scale", "TextToTextSettings"]


def _template(pattern: str) -> str:
    Template(pattern)
    return pattern


def _distinct(labels: Any) -> Any:
    twice = alike(tuple(labels.values())) if isinstance(labels, Mapping) else None
    if twice is not None:
        raise ValueError(f"two labels are written `{twice}`")
    return labels


@final
class Scale(Closed):
    """The numbers that degrees are written as.

    Args:
        least, most: the ends of the scale.
        step: between its numbers.
    """

    least: Decimal = Decimal(0)
    most: Decimal
    step: Annotated[Decimal, Field(gt=0)]

    @model_validator(mode="after")
    def _in_order(self) -> "Scale":
        if not self.least < self.most:
            raise ValueError(f"`most` {self.most} is not above `least` {self.least}")
        if (self.most - self.least) / self.step > 1000:
            raise ValueError("the scale has more than 1,000 steps")
        return self


_WAYS: Mapping[str, TextScorer] = {
    "generation": Greedy(),
    "likelihood": Likelihood(),
    "token_likelihood": Likelihood(per_token=1.0),
}
"""By the names of `scoring`."""


def _plain(labels: Iterable[str]) -> Named:
    """Labels that are written as they are."""
    return Named({label: label for label in labels})


@final
class TextToTextSettings(TaskSettings):
    """A label that a backbone with a decoder writes as a text (Raffel et al., 2020), of one text or
    of a pair of texts.

    Args:
        preset: a task of GLUE, or one of those that HyperFormer transfers to, by name; it gives all
            keys that are absent, `data` of the hub too.
        template: what is read: a text with `{text}`, or with `{first}` and `{second}`, in the place
            of those of an example.
        prefix: what every text begins with, such as the name of the task; none when absent. The
            paper has one for full fine-tuning, and none for adapters.
        labels: label -> how it is written; in a list, as it is. Those of the run's corpora, sorted,
            when absent.
        degrees: in place of `labels`, a scale that the labels, which are numbers, are rounded to.
        metric: `accuracy`; `f1` of the second label; `mcc`, Matthews' correlation coefficient;
            `macro_f1`; of degrees `pearson` and `spearman`; `f1_accuracy` and `pearson_spearman`
            are means of two, as GLUE has them.
        scoring: how the answer is chosen: by greedy `generation`, or of all labels the one with
            the greatest `likelihood`, or `token_likelihood`, which is divided by its tokens.
        data: one source, or several, with `texts` for the places of the template: the first that
            has a split of a language gives it. Of degrees with `degrees: true`.
    """

    kind: Literal["text-to-text"]
    preset: Literal[tuple(PRESETS)] | None = None  # type: ignore[valid-type]
    template: Annotated[Text, AfterValidator(_template)]
    prefix: str = ""
    labels: Annotated[Names | Mapping[Text, Text] | None, AfterValidator(_distinct)] = None
    degrees: Scale | None = None
    metric: Literal[
        "accuracy",
        "f1",
        "f1_accuracy",
        "macro_f1",
        "mcc",
        "pearson",
        "spearman",
        "pearson_spearman",
    ] = "accuracy"
    scoring: Literal["generation", "likelihood", "token_likelihood"] = "generation"

    takes: ClassVar[tuple[type, ...]] = (Labelled, LabelledPair)
    lack: ClassVar[str] = "have no label for a whole text"
    decodes: ClassVar[bool] = True
    plain: ClassVar[Plain | None] = Plain("AutoModelForSeq2SeqLM", at_labels)
    made_for: ClassVar[frozenset[str]] = frozenset(
        {"kind", "preset", "template", "prefix", "labels", "degrees"}
    )

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, values: Any) -> Any:
        """With what the preset says of keys that are absent."""
        name = values.get("preset") if isinstance(values, Mapping) else None
        if not isinstance(name, str) or name not in PRESETS:
            return values
        given = {key: value for key, value in values.items() if value is not None}
        own = {**PRESETS[name], **given}
        if "labels" in given:
            own.pop("degrees", None)
        return own

    @model_validator(mode="after")
    def _one_wording(self) -> "TextToTextSettings":
        if self.labels is not None and self.degrees is not None:
            raise ValueError("`labels` and `degrees` exclude each other")
        return self

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; labels that are left open are read off its corpora."""
        wording = self._wording
        if wording is None:
            examples = (one for corpus in corpora() for one in corpus.examples)
            found = {cast(Labelled | LabelledPair, one).label for one in examples}
            wording = _plain(sorted(label for label in found if label is not None))
        if not wording.texts:
            raise DataError(f"no labels for task `{name}`", remedy="list them under `labels:`")
        template = Template(self.template, self.prefix)
        return TextToText(name, template, wording, METRICS[self.metric], _WAYS[self.scoring])

    @property
    def _wording(self) -> Wording | None:
        """None where the labels are those of the corpora."""
        if self.degrees is not None:
            return Degrees(self.degrees.least, self.degrees.most, self.degrees.step)
        if self.labels is None:
            return None
        return Named(self.labels) if isinstance(self.labels, Mapping) else _plain(self.labels)

    def texts(self, example: Any) -> tuple[str, ...]:
        """What is read and written of an example."""
        wording, label = self._wording, str(example.label)
        written = label if wording is None else wording.written(label)
        return (Template(self.template, self.prefix).filled(example), written or "")

    def tokens_read(self, tokenizer: Tokenizer, tokens: Sequence[int]) -> int:
        """Of the texts, and of the template around them with its end."""
        template = Template(self.template, self.prefix)
        empty = Labelled("", None) if len(tokens) == 1 else LabelledPair("", "", None)
        (around,) = ended(tokenizer, [template.filled(empty)])
        return sum(tokens) + len(around)

    def faults(self, document: Document, place: KeyPath) -> Iterator[Fault]:
        """The data have as many texts as the template has places."""
        yield from super().faults(document, place)
        reads = Template(self.template).reads
        for source in self.data:
            if source.gives in self.takes and source.gives is not reads:
                yield document.fault(
                    (*place, "template"),
                    "the template has places for other texts than the data have",
                    expected="`{text}` for one text, `{first}` and `{second}` for two",
                    found=f"`{self.template}`, and data of {source.gives.__name__}",
                )
                return
