"""How a stream deals its examples: each once before one comes again, blocks of similar length."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, final

import torch

from hyperadapters.errors import TrainingError

__all__ = ["MULTIPLE", "Budget", "Deck", "Examples", "Tokens", "generator_of"]

_POOL = 32
MULTIPLE = 8
"""Blocks that are measured in tokens hold a multiple of so many examples."""


class Deck(ABC):
    """The examples of one stream in an endless order.

    Nothing that was drawn is kept: `dealt`, a plain JSON value, is all of its state.
    """

    dealt: Any

    @abstractmethod
    def deal(self) -> list[int]:
        """The places of the next block in the corpus."""


class Budget(ABC):
    """How much a batch, or a block of one row in it, holds."""

    @abstractmethod
    def shared(self, blocks: int) -> "Budget":
        """What each of `blocks` equal parts holds.

        Raises:
            TrainingError: it does not fall into such parts.
        """

    @abstractmethod
    def deck(self, lengths: Sequence[int], seed: str) -> Deck:
        """The deck of a stream, a block of this size at a time.

        Args:
            lengths: tokens of each of its examples.
            seed: of their order.
        """


@final
@dataclass(frozen=True)
class Examples(Budget):
    """So many examples, whatever their length."""

    number: int

    def shared(self, blocks: int) -> "Examples":
        """An equal number for each."""
        if blocks < 1 or self.number < blocks or self.number % blocks:
            raise TrainingError(
                "the rows of a micro-batch cannot have blocks of equal size",
                expected="`contexts_per_batch` that divides `batch / accumulate`",
                found=f"{blocks} rows for {self.number} examples",
                remedy="change `recipe.batch`, `recipe.accumulate` or `recipe.contexts_per_batch`",
            )
        return Examples(self.number // blocks)

    def deck(self, lengths: Sequence[int], seed: str) -> Deck:
        """Blocks of one size; the last of an epoch is completed from the next."""
        return _CountedDeck(lengths, self.number, seed)


@final
@dataclass(frozen=True)
class Tokens(Budget):
    """As many examples as fit: their number times the length of the longest, so that padding
    counts.

    Blocks are multiples of eight examples, so that they can be shared among ranks; an epoch whose
    examples are no multiple deals up to seven of them twice.
    """

    number: int

    def shared(self, blocks: int) -> "Tokens":
        """An equal part for each, rounded down."""
        return Tokens(self.number // blocks)

    def deck(self, lengths: Sequence[int], seed: str) -> Deck:
        """Blocks within the budget.

        Raises:
            TrainingError: eight of the longest examples do not fit.
        """
        if max(lengths) * MULTIPLE > self.number:
            raise TrainingError(
                "a block of a batch cannot hold the longest examples",
                expected=f"room for {MULTIPLE} examples of {max(lengths)} tokens",
                found=f"{self.number} tokens per block",
                remedy="raise `recipe.batch_tokens`, lower `recipe.length`, "
                "or lower `recipe.accumulate` or `recipe.contexts_per_batch`",
            )
        return _MeasuredDeck(lengths, self.number, seed)


@final
class _CountedDeck(Deck):
    """`dealt` examples are out.

    Every epoch is a permutation. Within it, pools of many blocks are sorted by length, and the
    blocks of a pool shuffled. An epoch first completes the block that the last one left unfinished.
    """

    def __init__(self, lengths: Sequence[int], block: int, seed: str) -> None:
        self.dealt = 0
        self._lengths = lengths
        self._block = block
        self._seed = seed
        self._epoch = -1
        self._places: list[int] = []

    def deal(self) -> list[int]:
        """As many places as a block has."""
        places = []
        for number in range(self.dealt, self.dealt + self._block):
            epoch, place = divmod(number, len(self._lengths))
            if epoch != self._epoch:
                self._epoch, self._places = epoch, self._shuffled(epoch)
            places.append(self._places[place])
        self.dealt += self._block
        return places

    def _shuffled(self, epoch: int) -> list[int]:
        examples, block = len(self._lengths), self._block
        generator = generator_of(f"{self._seed}/{epoch}")
        places: list[int] = torch.randperm(examples, generator=generator).tolist()
        first = min(-epoch * examples % block, examples)
        end = first + (examples - first) // block * block
        dealt = places[:first]
        for start in range(first, end, block * _POOL):
            stop = min(start + block * _POOL, end)
            pool = sorted(places[start:stop], key=self._lengths.__getitem__)
            blocks = torch.randperm(len(pool) // block, generator=generator).tolist()
            dealt += [place for b in blocks for place in pool[b * block : (b + 1) * block]]
        return dealt + places[end:]


@final
class _MeasuredDeck(Deck):
    """`dealt` is the epoch, and how many of its blocks are out.

    An epoch is a permutation, cut into pools; a pool is sorted by length and cut into blocks that
    fill the budget, and the blocks of the epoch are shuffled.
    """

    def __init__(self, lengths: Sequence[int], budget: int, seed: str) -> None:
        self.dealt = [0, 0]
        self._lengths = lengths
        self._budget = budget
        self._seed = seed
        self._epoch = -1
        self._blocks: list[list[int]] = []

    def deal(self) -> list[int]:
        """The next block."""
        epoch, block = self.dealt
        if epoch != self._epoch:
            self._epoch, self._blocks = epoch, self._cut(epoch)
        last = block + 1 == len(self._blocks)
        self.dealt = [epoch + 1, 0] if last else [epoch, block + 1]
        return self._blocks[block]

    def _cut(self, epoch: int) -> list[list[int]]:
        generator = generator_of(f"{self._seed}/{epoch}")
        examples = len(self._lengths)
        drawn: list[int] = torch.randperm(examples, generator=generator).tolist()
        places = list(islice(cycle(drawn), examples + -examples % MULTIPLE))
        mean = max(sum(self._lengths) // examples, 1)
        pool = max(self._budget // mean // MULTIPLE, 1) * MULTIPLE * _POOL
        blocks = [
            block
            for start in range(0, len(places), pool)
            for block in self._filled(sorted(places[start : start + pool], key=self._length))
        ]
        order = torch.randperm(len(blocks), generator=generator).tolist()
        return [blocks[place] for place in order]

    def _length(self, place: int) -> int:
        return self._lengths[place]

    def _filled(self, places: Sequence[int]) -> list[list[int]]:
        """Greedily, from the shortest to the longest."""
        blocks: list[list[int]] = [[]]
        for start in range(0, len(places), MULTIPLE):
            more = list(places[start : start + MULTIPLE])
            if (len(blocks[-1]) + MULTIPLE) * self._lengths[more[-1]] > self._budget:
                blocks.append([])
            blocks[-1] += more
        return [block for block in blocks if block]


def generator_of(seed: str) -> torch.Generator:
    """A generator that gives the same for the same text."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") >> 1
    return torch.Generator().manual_seed(number)
