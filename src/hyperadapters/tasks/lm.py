"""Language modelling: each token of a text from those before it, by a decoder alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, final

import torch
from torch import Tensor

from hyperadapters.data import Corpus
from hyperadapters.data.reading import pieces
from hyperadapters.errors import BackboneError
from hyperadapters.examples import Tagged, Text, Tree
from hyperadapters.metrics import Metric, Perplexity
from hyperadapters.tasks.base import Head, Task, Tokenizer
from hyperadapters.tasks.batch import Encoded, of_part, padded_targets
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.tokens import TokenTask

__all__ = ["LanguageModelling", "LmSettings"]

_AT_ONCE = 1000
"""Texts that are tokenized in one call."""


@final
@dataclass(frozen=True)
class LanguageModelling(TokenTask):
    """The next token of a text, and its end, from all before it.

    Before the text stands the token that texts begin with, and where a tokenizer has none, as that
    of Qwen, the one that they end with, which stood between texts in pre-training. So every token
    of a text is predicted, the first one too.

    Args:
        name: the task in the run file.
    """

    name: str
    metric: Metric = field(default=Perplexity(), init=False, repr=False, compare=False)
    heads: Mapping[str, Head] = field(
        default_factory=dict, init=False, repr=False, hash=False, compare=False
    )

    def encode(self, tokenizer: Tokenizer, example: Text | Tagged | Tree, length: int) -> Encoded:
        """The token that texts begin with and those of the text, and as `labels` the one behind
        each, the last of which is the end; cut to `length`.

        Raises:
            BackboneError: the tokenizer has no token for the end of a text.
        """
        return next(self.encode_all(tokenizer, [example], length))

    def encode_all(
        self, tokenizer: Tokenizer, examples: Sequence[Text | Tagged | Tree], length: int
    ) -> Iterator[Encoded]:
        """Each text as `encode` gives it, many at a time."""
        first, end = _ends(tokenizer)
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            for ids in pieces(tokenizer, [one.text for one in part]):
                labels = [*ids, end][:length]
                read = [first, *labels[:-1]]
                yield Encoded(read, {"labels": labels}, uncut=len(ids) < length)

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`labels` (example, token): the one behind each that is read, padded with -100."""
        return padded_targets(encoded, {"labels": tokens}), None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None


def _ends(tokenizer: Tokenizer) -> tuple[int, int]:
    """The tokens that a text begins and ends with."""
    first, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    if end is None:
        raise BackboneError(
            "the tokenizer of this backbone has no token for the end of a text",
            expected="the tokenizer of a decoder",
            remedy="leave the tasks of kind `lm` out of the run file",
        )
    return (int(end) if first is None else int(first)), int(end)


@final
class LmSettings(TaskSettings):
    """Guessing each token of a text from those before it, by a decoder alone.

    Args:
        data: one source, or several: the first that has a split of a language gives it, so train
            and test may come from different ones.
    """

    kind: Literal["lm"]

    takes: ClassVar[tuple[type, ...]] = (Text, Tagged, Tree)
    scored: ClassVar[bool] = False
    decodes: ClassVar[bool] = True
    alone: ClassVar[bool] = True

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; it reads no corpus."""
        return LanguageModelling(name)

    def tokens_read(self, tokenizer: Tokenizer, tokens: Sequence[int]) -> int:
        """Of the text with its end."""
        return sum(tokens) + 1
