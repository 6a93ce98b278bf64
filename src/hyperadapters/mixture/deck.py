"""How a stream deals its examples, and how many of them a batch holds."""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray

from hyperadapters.errors import TrainingError

__all__ = ["Budget", "Deck", "Examples", "Tokens", "by_width", "generator_of"]

Numbers = NDArray[Any]
"""Whole numbers in a row."""

Places = range | Numbers
"""Where some examples are in a corpus."""

_POOL = 32
_STEPS = 8
_NARROWEST = 8


class Budget(ABC):
    """How much a batch holds. Examples of one width class share batches; all have equal blocks."""

    @abstractmethod
    def width(self, length: int) -> int:
        """The width class of an example of `length` tokens."""

    @abstractmethod
    def block(self, longest: int, blocks: int) -> int:
        """Examples in each of a batch's blocks, for a width class.

        Args:
            longest: tokens of the longest example of the class.
            blocks: of a batch.

        Raises:
            TrainingError: the batch does not fall into so many blocks.
        """


@final
@dataclass(frozen=True)
class Examples(Budget):
    """So many examples, whatever their length: there is one width class."""

    number: int

    def width(self, length: int) -> int:
        """The only class."""
        return 0

    def block(self, longest: int, blocks: int) -> int:
        """An equal number for each."""
        if blocks < 1 or self.number < blocks or self.number % blocks:
            raise TrainingError(
                "the rows of a micro-batch cannot have blocks of equal size",
                expected="`contexts_per_batch` that divides `batch / accumulate`",
                found=f"{blocks} rows for {self.number} examples",
                remedy="change `recipe.batch`, `recipe.accumulate` or `recipe.contexts_per_batch`",
            )
        return self.number // blocks


@final
@dataclass(frozen=True)
class Tokens(Budget):
    """As many examples of one width class as fit: their number times the longest of the class.

    Widths are an eighth of a power of two apart, so padding within a class is a ninth at most.

    Args:
        number: tokens, padding included.
        least: examples that every batch must have: one for each process at least.
    """

    number: int
    least: int = 1

    def width(self, length: int) -> int:
        """The next width that holds it: 8, 9, 10, ... 16, 18, 20, ... 32, 36, 40, ..."""
        step = max(1 << max((length - 1).bit_length() - 1, 0), _NARROWEST) // _STEPS
        return max(-(-length // step) * step, _NARROWEST)

    def block(self, longest: int, blocks: int) -> int:
        """What fits, the same for each."""
        each = self.number // longest // blocks
        if each * blocks < max(self.least, 1):
            raise TrainingError(
                "a batch cannot hold the longest examples",
                expected=f"room for {max(blocks, self.least)} examples of {longest} tokens",
                found=f"{self.number} tokens",
                remedy="raise `recipe.batch_tokens`, lower `recipe.length`, "
                "or lower `recipe.accumulate` or `recipe.contexts_per_batch`",
            )
        return each


@final
class Deck:
    """Some examples of a stream in an endless order; `dealt` of them are out.

    Every epoch is a permutation. Within it, pools of many blocks are sorted by length, and the
    blocks of a pool shuffled. An epoch first completes the block that the last one left unfinished.

    Args:
        corpus: the places of its examples in the corpus.
        lengths: tokens of each of them.
        block: examples that are dealt at once.
        seed: of their order.
    """

    def __init__(self, corpus: Places, lengths: Numbers, block: int, seed: str) -> None:
        self.dealt = 0
        self._corpus = corpus
        self._lengths = lengths
        self._block = block
        self._seed = seed
        self._epoch = -1
        self._places: Numbers = np.zeros(0, dtype=np.int32)

    def deal(self) -> list[int]:
        """The places of the next block in the corpus."""
        places = []
        for number in range(self.dealt, self.dealt + self._block):
            epoch, place = divmod(number, len(self._lengths))
            if epoch != self._epoch:
                self._epoch, self._places = epoch, self._shuffled(epoch)
            places.append(int(self._corpus[self._places[place]]))
        self.dealt += self._block
        return places

    def _shuffled(self, epoch: int) -> Numbers:
        examples, block = len(self._lengths), self._block
        generator = generator_of(f"{self._seed}/{epoch}")
        places = torch.randperm(examples, generator=generator, dtype=torch.int32).numpy()
        first = min(-epoch * examples % block, examples)
        end = first + (examples - first) // block * block
        for start in range(first, end, block * _POOL):
            stop = min(start + block * _POOL, end)
            pool = places[start:stop]
            ascending = pool[np.argsort(self._lengths[pool], kind="stable")]
            blocks = torch.randperm(len(pool) // block, generator=generator).numpy()
            places[start:stop] = ascending.reshape(-1, block)[blocks].reshape(-1)
        return places


def generator_of(seed: str) -> torch.Generator:
    """A generator that gives the same for the same text."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") >> 1
    return torch.Generator().manual_seed(number)


def by_width(lengths: Numbers, budget: Budget) -> dict[int, Places]:
    """Width class -> the places of its examples in the corpus, in order.

    Args:
        lengths: tokens of each example.
    """
    if not len(lengths):
        return {}
    widths = {int(length): budget.width(int(length)) for length in np.unique(lengths)}
    every = sorted(set(widths.values()))
    if len(every) == 1:
        return {every[0]: range(len(lengths))}
    classes = np.zeros(max(widths) + 1, dtype=np.min_scalar_type(len(every)))
    for length, width in widths.items():
        classes[length] = every.index(width)
    own = classes[lengths]
    return {
        width: np.flatnonzero(own == number).astype(np.int32) for number, width in enumerate(every)
    }
