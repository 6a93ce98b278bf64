"""What a run file says of a translation task."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, final

from pydantic import Field

from hyperadapters.data import Corpus
from hyperadapters.document.values import Number, Positive, Text
from hyperadapters.examples import Pair
from hyperadapters.metrics import METRICS
from hyperadapters.routes import Route
from hyperadapters.tasks.base import Task, Tokenizer
from hyperadapters.tasks.cutting import Tokenize
from hyperadapters.tasks.directions import LanguageTokens, Marking, TargetToken
from hyperadapters.tasks.plain import Plain
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.tokens import at_labels
from hyperadapters.tasks.translation import Translation

__all__ = ["TranslationSettings"]


@final
class TranslationSettings(TaskSettings):
    """From a sentence in one language to the same in another; its cells are directions: `de-en`.

    Args:
        metric: `bleu` or `chrf`, as `sacrebleu` counts them.
        beams: of the search, when the matrix is scored and by `predict`.
        length: most tokens of a translation.
        ratio: training leaves out pairs one of whose sides has more than so many times the tokens
            of the other, and pairs longer than `recipe.length`; when absent, long ones are cut.
        tokenize: how `sacrebleu` cuts texts into the words that BLEU counts; `auto` by the target
            language: `zh`, `ja-mecab`, `ko-mecab` (else `char`), `char` for Thai, Lao, Khmer,
            Burmese and Tibetan script, `13a` for the others.
        language_tokens: language -> its token in the vocabulary of a pre-trained model for
            translation: `{en: eng_Latn, sw: swh_Latn}` for NLLB, `{en: en_XX, sw: sw_KE}` for
            mBART-50. When absent, the vocabulary has a token `<2en>` per target language, as those
            have that are learned from a run's own text.
        data: parallel text; of several sources the first that has a split of a direction gives it.
    """

    kind: Literal["translation"]
    metric: Literal["bleu", "chrf"] = "bleu"
    beams: Annotated[Positive, Field(le=100)] = 5
    length: Positive = 128
    ratio: Annotated[Number, Field(ge=1)] | None = None
    tokenize: Tokenize = "auto"
    language_tokens: Annotated[Mapping[Text, Text], Field(min_length=1)] | None = None

    takes: ClassVar[tuple[type, ...]] = (Pair,)
    lack: ClassVar[str] = "have one side only"
    holds_out: ClassVar[bool] = True
    decodes: ClassVar[bool] = True
    directed: ClassVar[bool] = True
    plain: ClassVar[Plain | None] = Plain("AutoModelForSeq2SeqLM", at_labels)

    def route(self, text: str) -> Route:
        """A direction, or a route through other languages."""
        return Route.parse(text)

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; it reads no corpus."""
        own = (METRICS[self.metric], self.beams, self.length, self.ratio, self.tokenize)
        return Translation(name, *own, self._marking)

    @property
    def _marking(self) -> Marking:
        return (
            TargetToken() if self.language_tokens is None else LanguageTokens(self.language_tokens)
        )

    def tokens(self, route: Route) -> tuple[str, ...]:
        """The token of each language as a target."""
        return self._marking.tokens(route.languages)

    def tokens_read(self, tokenizer: Tokenizer, tokens: Sequence[int]) -> int:
        """Of the longer side, with the tokens of its languages and its end."""
        return max(tokens) + 2

    def refuses(self, route: Route) -> str | None:
        """A language for which no token is named."""
        known = self.language_tokens
        lost = [name for name in route.languages if known is not None and name not in known]
        return f"`language_tokens` of the task names none for `{lost[0]}`" if lost else None

    def unreached(self, route: Route, trained: Sequence[Route]) -> str | None:
        """A hop into a language that no trained direction leads into."""
        targets = {one.languages[-1] for one in trained}
        lost = [name for name in route.languages[1:] if name not in targets]
        return f"nothing is trained to translate into `{lost[0]}`" if lost and targets else None
