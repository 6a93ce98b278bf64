"""What a run file says of a translation task."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, ClassVar, Literal, final

from pydantic import Field

from hyperadapters.data import Corpus
from hyperadapters.document.values import Number, Positive
from hyperadapters.examples import Pair
from hyperadapters.metrics import METRICS
from hyperadapters.routes import Route
from hyperadapters.tasks.base import Task, Tokenizer
from hyperadapters.tasks.cutting import Tokenize
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.translation import Translation, target_token

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
        data: parallel text; of several sources the first that has a split of a direction gives it.
    """

    kind: Literal["translation"]
    metric: Literal["bleu", "chrf"] = "bleu"
    beams: Annotated[Positive, Field(le=100)] = 5
    length: Positive = 128
    ratio: Annotated[Number, Field(ge=1)] | None = None
    tokenize: Tokenize = "auto"

    takes: ClassVar[tuple[type, ...]] = (Pair,)
    lack: ClassVar[str] = "have one side only"
    holds_out: ClassVar[bool] = True
    decodes: ClassVar[bool] = True
    directed: ClassVar[bool] = True

    def route(self, text: str) -> Route:
        """A direction, or a route through other languages."""
        return Route.parse(text)

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; it reads no corpus."""
        own = (METRICS[self.metric], self.beams, self.length, self.ratio, self.tokenize)
        return Translation(name, *own)

    def tokens(self, route: Route) -> tuple[str, ...]:
        """The token of each language as a target."""
        return tuple(map(target_token, route.languages))

    def tokens_read(self, tokenizer: Tokenizer, tokens: Sequence[int]) -> int:
        """Of the longer side, with its target token and its end."""
        return max(tokens) + 2

    def unreached(self, route: Route, trained: Sequence[Route]) -> str | None:
        """A hop into a language that no trained direction leads into."""
        targets = {one.languages[-1] for one in trained}
        lost = [name for name in route.languages[1:] if name not in targets]
        return f"nothing is trained to translate into `{lost[0]}`" if lost and targets else None
