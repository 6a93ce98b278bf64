"""Translation: a sequence-to-sequence task over directions such as `de-en`."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, cast, final

import torch
from jaxtyping import Int
from pydantic import Field
from torch import Tensor

from hyperadapters.context import Context
from hyperadapters.data import Corpus
from hyperadapters.document.values import Number, Positive
from hyperadapters.errors import BackboneError
from hyperadapters.examples import Pair
from hyperadapters.metrics import METRICS, Bleu, Metric, Perplexity, Statistics
from hyperadapters.routes import Route
from hyperadapters.tasks.base import (
    Answering,
    Head,
    Model,
    Question,
    Scorer,
    Task,
    Tokenizer,
    special_ids,
)
from hyperadapters.tasks.batch import Encoded, padded
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.tokens import TokenTask

__all__ = ["Search", "Translation", "TranslationSettings", "Translations", "target_token"]

_REMEMBERED = 1 << 18
"""Texts, about 60 MB."""
_AT_ONCE = 1000
"""Pairs that are tokenized in one call."""


def target_token(language: str) -> str:
    """The token that stands for a target language, at the beginning of both sides."""
    return f"<2{language}>"


@final
@dataclass(frozen=True)
class Search(Scorer):
    """Beam search; a longer route goes on with what its last hop found.

    Args:
        beams: of the search.
        generates: most tokens of a translation.
    """

    beams: int = 5
    generates: int = 128

    def translate(
        self,
        model: Model,
        context: Context,
        inputs: Mapping[str, Int[Tensor, "example token"]],
        tokenizer: Tokenizer,
    ) -> list[str]:
        """The best translation of each source, in the language of its first decoder token."""
        found = model.generate(
            context,
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            decoder_start_token_id=inputs["decoder_input_ids"][:, 0].tolist(),
            num_beams=self.beams,
            max_new_tokens=self.generates,
            do_sample=False,
        )
        texts: list[str] = tokenizer.batch_decode(found, skip_special_tokens=True)
        return [text.strip() for text in texts]

    def found(self, question: Question) -> list[str]:
        """The translation of each example; of nothing it is nothing."""
        inputs, tokenizer = question.batch.inputs, question.tokenizer
        texts = self.translate(question.model, question.context, inputs, tokenizer)
        pairs = zip(question.examples, texts, strict=True)
        return [text if example.first else "" for example, text in pairs]

    def judge(self, task: Task, question: Question) -> list[Statistics]:
        """What each translation adds to the metric."""
        pairs = zip(question.examples, self.found(question), strict=True)
        return [task.metric.statistics([example.second], [text]) for example, text in pairs]

    def address(self, examples: Sequence[Pair], hop: Route) -> Sequence[Pair]:
        """Pairs in the languages of the hop, which its target token comes from."""
        return [replace(example, languages=hop.direction) for example in examples]

    def carry(self, question: Question) -> list[Pair]:
        """The pairs with their translations as new sources."""
        pairs = zip(question.examples, self.found(question), strict=True)
        return [replace(example, first=text) for example, text in pairs]

    def remark(self, task: Task, examples: Sequence[Pair]) -> str:
        """The score of copying every source, and how scores are counted."""
        copied = [task.metric.statistics([pair.second], [pair.first]) for pair in examples]
        score = task.metric.score(tuple(map(sum, zip(*copied, strict=True))))
        return f"copying the source: {100 * score:.1f}; {task.metric.signature}"


@final
class Translations(Answering):
    """The translation of a line."""

    cut = "its end is not translated"
    nothing, named = "", "translation"

    def ask(self, text: str, hop: Route) -> Pair:
        """A pair whose other side is not known."""
        return Pair(text, "", hop.direction)

    def answer(self, task: Task, question: Question) -> list[Any]:
        """What the task's search finds."""
        return list(cast(Search, task.scorer).found(question))

    def line(self, answer: str) -> str:
        """The translation itself."""
        return answer


@final
@dataclass(frozen=True)
class Translation(TokenTask):
    """From a sentence in one language to the same in another.

    Source and target both begin with the token of the target language (Baziotis et al., 2022,
    section 4): the encoder reads `<2en> x … </s>`, the decoder begins with `<2en>` and predicts
    `y … </s>`. The row of a direction has `source_language` and `target_language`.

    Args:
        name: the task in the run file.
        metric: of the translations that beam search finds.
        beams: of the search.
        length: most tokens of a translation.
        ratio: training leaves out a pair one of whose sides has more than so many times the tokens
            of the other, and one with a side that is longer than what is read; None keeps all and
            cuts.
    """

    name: str
    metric: Metric = Bleu()
    beams: int = 5
    length: int = 128
    ratio: float | None = None
    heads: Mapping[str, Head] = field(
        default_factory=dict, init=False, repr=False, hash=False, compare=False
    )

    @property
    def scorer(self) -> Scorer:
        """Beam search."""
        return Search(self.beams, self.length)

    @property
    def answering(self) -> Answering:
        """A translation per line."""
        return Translations()

    @property
    def forced(self) -> Metric:
        """Perplexity of the references."""
        return Perplexity()

    def encode(self, tokenizer: Tokenizer, example: Pair, length: int) -> Encoded:
        """Both sides, each cut to `length` tokens; `labels` of the decoder.

        Raises:
            BackboneError: the tokenizer has no token for the target language.
        """
        return next(self.encode_all(tokenizer, [example], length))

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Pair], length: int
    ) -> Iterator[Encoded]:
        """Each pair as `encode` gives it, many at a time, which a tokenizer does in parallel.

        A token such as `</s>` or `<2de>` that is written in a text does not count.

        Raises:
            BackboneError: the tokenizer has no token for a target language.
        """
        most, end = length - 2, tokenizer.eos_token_id
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            sources = _ids(tokenizer, [pair.first for pair in part])
            targets = _ids(tokenizer, [pair.second for pair in part])
            for pair, source, target in zip(part, sources, targets, strict=True):
                first = _id_of(tokenizer, pair.languages[1])
                yield Encoded(
                    [first, *source[:most], end],
                    {"labels": [*target[:most], end]},
                    decoder_ids=[first, *target[:most]],
                    uncut=len(source) <= most,
                    target_uncut=len(target) <= most,
                )

    def admits(self, encoded: Encoded) -> bool:
        """Whether both sides are whole, and their lengths within `ratio`.

        Baziotis et al. (2022), section 4: at most 250 tokens, a ratio of 2.5.
        """
        if self.ratio is None:
            return True
        source, target = len(encoded.ids) - 2, len(encoded.targets["labels"]) - 1
        longer, shorter = max(source, target), min(source, target)
        uncut = encoded.uncut and encoded.target_uncut
        return uncut and longer <= self.ratio * shorter

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`labels` (example, token of the decoder), padded with -100."""
        labels = [one.targets["labels"] for one in encoded]
        return {"labels": padded(labels, max(map(len, labels)))}, None


@final
class TranslationSettings(TaskSettings):
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
    beams: Annotated[Positive, Field(le=100)] = 5
    length: Positive = 128
    ratio: Annotated[Number, Field(ge=1)] | None = None

    takes: ClassVar[tuple[type, ...]] = (Pair,)
    lack: ClassVar[str] = "have one side only"
    holds_out: ClassVar[bool] = True
    decodes: ClassVar[bool] = True

    def route(self, text: str) -> Route:
        """A direction, or a route through other languages."""
        return Route.parse(text)

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; it reads no corpus."""
        return Translation(name, METRICS[self.metric], self.beams, self.length, self.ratio)

    def tokens(self, route: Route) -> tuple[str, ...]:
        """The token of each language as a target."""
        return tuple(map(target_token, route.languages))

    def unreached(self, route: Route, trained: Sequence[Route]) -> str | None:
        """A hop into a language that no trained direction leads into."""
        targets = {one.languages[-1] for one in trained}
        lost = [name for name in route.languages[1:] if name not in targets]
        return f"nothing is trained to translate into `{lost[0]}`" if lost and targets else None


def _ids(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Sequence[int]]:
    """The token ids of each text, without control tokens; those of a text that was asked for lately
    are remembered, because a sentence in English stands in many directions.
    """
    known = _remembered(tokenizer, len(tokenizer))
    if len(known) > _REMEMBERED:
        known.clear()
    new = [text for text in dict.fromkeys(texts) if text not in known]
    if new:
        control = special_ids(tokenizer, len(tokenizer)) - {tokenizer.unk_token_id}
        found = tokenizer(new, add_special_tokens=False, verbose=False)["input_ids"]
        for text, ids in zip(new, found, strict=True):
            known[text] = array("i", [token for token in ids if token not in control])
    return [known[text] for text in texts]


@lru_cache(maxsize=1)
def _remembered(tokenizer: Tokenizer, size: int) -> dict[str, Sequence[int]]:
    """Of one tokenizer; `size` in the key notices tokens that were added since."""
    return {}


def _id_of(tokenizer: Tokenizer, language: str) -> int:
    token = target_token(language)
    found = tokenizer.convert_tokens_to_ids(token)
    if found is None or found == tokenizer.unk_token_id:
        raise BackboneError(
            f"the tokenizer has no token `{token}`",
            expected="one for every target language",
            cause="the language was in no training direction when the vocabulary was learned",
            remedy=f"train a direction into `{language}`, or take it out of the run file",
        )
    return int(found)
