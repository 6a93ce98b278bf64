"""How matrices of weights start: from a normal distribution, or as Xavier's rule has it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import final

from jaxtyping import Float
from torch import Tensor

from hyperadapters.slots import Slot, check_std, uniform

__all__ = ["Initial", "Normal", "Xavier"]


class Initial(ABC):
    """A rule for the first values of a matrix, given its shape."""

    @abstractmethod
    def slot(self, shape: tuple[int, int]) -> Slot:
        """A matrix of shape (features out, features in) that starts so."""

    def draw(self, values: Float[Tensor, "... out in"]) -> Tensor:
        """Draws the values of one or several matrices, in place."""
        out, read = values.shape[-2:]
        slot = self.slot((out, read))
        return slot.law(values, slot.mean, slot.std)


@final
@dataclass(frozen=True)
class Normal(Initial):
    """N(0, `std`²), whatever the shape.

    Raises:
        ValueError: `std` is negative or not finite.
    """

    std: float = 0.02

    def __post_init__(self) -> None:
        check_std(self.std)

    def slot(self, shape: tuple[int, int]) -> Slot:
        """The standard deviation does not depend on the shape."""
        return Slot(shape, std=self.std)


@final
@dataclass(frozen=True)
class Xavier(Initial):
    """Uniform over ±√(6 / (features in + features out)) (Glorot and Bengio, 2010)."""

    def slot(self, shape: tuple[int, int]) -> Slot:
        """The standard deviation is √(2 / (features in + features out))."""
        return Slot(shape, std=sqrt(2.0 / sum(shape)), law=uniform)
