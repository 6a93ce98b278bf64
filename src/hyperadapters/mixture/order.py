"""In which order streams have their turn: drawn by temperature, or one after the other."""

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from hyperadapters.errors import TrainingError

__all__ = ["Alternate", "Order", "Temperature"]


class Order(ABC):
    """In which order streams have their turn."""

    @abstractmethod
    def weights(self, sizes: Sequence[int]) -> list[float]:
        """The share that each stream is to have of all examples, up to a factor.

        Args:
            sizes: examples of each stream.
        """

    @abstractmethod
    def choose(self, weights: Sequence[float], turn: int, chance: random.Random) -> int:
        """The index of the stream whose turn it is.

        Args:
            weights: of each stream; 0 for one that has nothing to give in this turn.
            turn: how many turns came before (0-based counter).
            chance: what a random order draws from; the same for the same turn.
        """


@final
@dataclass(frozen=True)
class Temperature(Order):
    """A stream of n examples is drawn with p ∝ n^(1/T): 1 is by size, infinity uniform.

    Raises:
        TrainingError: the temperature is not positive.
    """

    temperature: float

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise TrainingError(
                "the `temperature` of a mixture must be positive",
                expected="a number above 0; 1 draws by size, .inf uniformly",
                found=str(self.temperature),
            )

    def weights(self, sizes: Sequence[int]) -> list[float]:
        """(n / largest n)^(1/T)."""
        largest = max(sizes)
        return [(size / largest) ** (1 / self.temperature) for size in sizes]

    def choose(self, weights: Sequence[float], turn: int, chance: random.Random) -> int:
        """A stream drawn with replacement."""
        return chance.choices(range(len(weights)), weights)[0]


@final
@dataclass(frozen=True)
class Alternate(Order):
    """The streams take turns, whatever their sizes (BAD-X)."""

    def weights(self, sizes: Sequence[int]) -> list[float]:
        """The same for all."""
        return [1.0] * len(sizes)

    def choose(self, weights: Sequence[float], turn: int, chance: random.Random) -> int:
        """The next stream of those that have something to give."""
        able = [place for place, weight in enumerate(weights) if weight]
        return able[turn % len(able)]
