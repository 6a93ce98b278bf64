"""Masked language modelling, and translation language modelling where the examples are pairs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, final

import torch
from jaxtyping import Bool, Int
from pydantic import Field, Strict
from torch import Tensor

from hyperadapters.data import Corpus
from hyperadapters.data.reading import read, special_ids
from hyperadapters.errors import BackboneError
from hyperadapters.examples import Pair, Tagged, Text, Tree
from hyperadapters.metrics import Metric, Perplexity
from hyperadapters.tasks.base import Head, Task, Tokenizer
from hyperadapters.tasks.batch import IGNORED, Encoded
from hyperadapters.tasks.plain import Plain
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.tokens import TokenTask, at_labels

__all__ = ["MaskedLM", "MlmSettings"]


@final
@dataclass(frozen=True)
class MaskedLM(TokenTask):
    """Guess the hidden tokens of a sentence, or of two parallel sentences in one sequence.

    A share of `probability` of the ordinary tokens is chosen, at least one per example where there
    is one; of the chosen, 80% are masked, 10% replaced by a random ordinary token, 10% left (Devlin
    et al., 2019, section 3.1). Special tokens, the unknown token among them, are neither chosen nor
    drawn. Scores come from the backbone's own output layer, at the chosen places only. The second
    sentence of a pair has the positions of the first, which helps to align them, and no segment
    ids (Conneau and Lample, 2019, section 3.3).

    Args:
        name: the task in the run file.
        probability: in (0, 1].
    """

    name: str
    probability: float = 0.15
    metric: Metric = field(default=Perplexity(), init=False, repr=False, compare=False)
    heads: Mapping[str, Head] = field(
        default_factory=dict, init=False, repr=False, hash=False, compare=False
    )

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise ValueError(f"task `{self.name}`: `probability` must be in (0, 1]")

    def encode(
        self, tokenizer: Tokenizer, example: Text | Pair | Tagged | Tree, length: int
    ) -> Encoded:
        """Token ids, and in `vocabulary` what masking must know of the tokenizer.

        Two sentences that are too long together lose tokens from the longer one first.

        Raises:
            BackboneError: the tokenizer has no mask token.
        """
        texts = (example.first, example.second) if isinstance(example, Pair) else (example.text,)
        vocabulary = _vocabulary(tokenizer, len(tokenizer))
        found = read(tokenizer, *texts, length=length)
        return Encoded(
            found.ids,
            {"vocabulary": vocabulary},
            positions=_restarted(found.parts) if isinstance(example, Pair) else None,
            uncut=found.uncut,
        )

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Int[Tensor, "example token"]]:
        """The masked ids, and `labels` (example, token): original ids where chosen, elsewhere -100.

        What is drawn depends on the generator and the examples, not on the padding.
        """
        vocabulary = tuple(encoded[0].targets["vocabulary"])
        mask_id, ordinary = vocabulary[1], _ordinary(vocabulary)
        original = torch.cat([torch.tensor(one.ids) for one in encoded])
        owner = torch.repeat_interleave(torch.tensor([len(one) for one in encoded]))
        chosen = self._chosen(original, owner, vocabulary, generator)
        kind = torch.rand(len(original), generator=generator)
        random = ordinary[torch.randint(len(ordinary), original.shape, generator=generator)]
        masked = torch.where(chosen & (kind < 0.8), mask_id, original)
        masked = torch.where(chosen & (kind >= 0.9), random, masked)
        real = torch.arange(tokens) < torch.bincount(owner).unsqueeze(1)
        labels = torch.full(real.shape, IGNORED).masked_scatter(
            real, torch.where(chosen, original, IGNORED)
        )
        return {"labels": labels}, torch.zeros_like(labels).masked_scatter(real, masked)

    def _chosen(
        self,
        ids: Int[Tensor, " token"],
        owner: Int[Tensor, " token"],
        vocabulary: Sequence[int],
        generator: torch.Generator,
    ) -> Bool[Tensor, " token"]:
        special = torch.isin(ids, torch.tensor(vocabulary[2:]))
        draw = torch.rand(len(ids), generator=generator).masked_fill(special, 2.0)
        # The smallest draw of an example is chosen whatever its size, so that no example is idle.
        smallest = torch.full((int(owner.max()) + 1,), 2.0).scatter_reduce(0, owner, draw, "amin")
        return ~special & ((draw < self.probability) | (draw == smallest[owner]))


@final
class MlmSettings(TaskSettings):
    """Guessing masked tokens, of sentences or of pairs of parallel sentences.

    Args:
        probability: share of masked tokens, in (0, 1).
        data: one source, or several: the first that has a split of a language gives it, so train
            and test may come from different ones.
    """

    kind: Literal["mlm"]
    probability: Annotated[float, Strict(), Field(gt=0, lt=1)] = 0.15

    takes: ClassVar[tuple[type, ...]] = (Text, Pair, Tagged, Tree)
    scored: ClassVar[bool] = False
    plain: ClassVar[Plain | None] = Plain(
        "AutoModelForMaskedLM",
        at_labels,
    )

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; it reads no corpus."""
        return MaskedLM(name, self.probability)


@lru_cache(maxsize=8)
def _vocabulary(tokenizer: Tokenizer, size: int) -> tuple[int, ...]:
    """(size, mask id, special ids ...); `size` in the key notices tokens that were added since."""
    if tokenizer.mask_token_id is None:
        raise BackboneError(
            "the tokenizer of this backbone has no mask token",
            expected="the tokenizer of an encoder trained with masked language modelling",
            remedy="leave the tasks of kind `mlm` out of the run file",
        )
    return (size, tokenizer.mask_token_id, *sorted(special_ids(tokenizer, size)))


@lru_cache(maxsize=8)
def _ordinary(vocabulary: tuple[int, ...]) -> Int[Tensor, " token_id"]:
    """Every id that is not special."""
    size, _, *special = vocabulary
    every = torch.arange(size)
    return every[~torch.isin(every, torch.tensor(special))]


def _restarted(sentences: Sequence[int | None]) -> list[int]:
    """Positions that start again at the second sentence, its first token at 1 as the first's."""
    start = sentences.index(1) - 1 if 1 in sentences else 0
    return [place if place <= start else place - start for place in range(len(sentences))]
