"""What a form asks a provider for: named weights of a shape, and how free ones start."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.sites import Site

__all__ = [
    "Initial",
    "Law",
    "Normal",
    "Slot",
    "Slots",
    "Xavier",
    "check_std",
    "cut_normal",
    "normal",
    "uniform",
]

Law = Callable[[Tensor, float, float], Tensor]
"""Draws values in place, given their mean and standard deviation."""


def normal(values: Tensor, mean: float, std: float) -> Tensor:
    """N(`mean`, `std`²)."""
    return nn.init.normal_(values, mean, std)


def uniform(values: Tensor, mean: float, std: float) -> Tensor:
    """Uniform over `mean` ± √3·`std`, whose standard deviation is `std`."""
    return nn.init.uniform_(values, mean - math.sqrt(3.0) * std, mean + math.sqrt(3.0) * std)


def cut_normal(values: Tensor, mean: float, std: float) -> Tensor:
    """N(`mean`, `std`²) without what lies beyond two standard deviations; 0.88·`std` is left."""
    return nn.init.trunc_normal_(values, mean, std, mean - 2.0 * std, mean + 2.0 * std)


@dataclass(frozen=True)
class Slot:
    """One weight of a form at one site.

    Free weights start from a `law` of this mean and standard deviation. A hypernetwork draws its
    own parameters instead; its heads may be matched to `std`.
    """

    shape: tuple[int, ...]
    std: float = 0.0
    mean: float = 0.0
    law: Law = normal


Slots = Mapping[Site, Mapping[str, Slot]]
"""For every site of an adapter, the slots of its form there."""


def check_std(std: float) -> None:
    """Raises unless a number can be a standard deviation.

    Raises:
        ValueError: it is negative or not finite.
    """
    if not (math.isfinite(std) and std >= 0):
        raise ValueError(f"a standard deviation is 0 or more, not {std}")


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
        return Slot(shape, std=math.sqrt(2.0 / sum(shape)), law=uniform)
