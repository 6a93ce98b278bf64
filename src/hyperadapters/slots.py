"""What a form asks a provider for: named weights of a shape, and how free ones start."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from hyperadapters.sites import Site

__all__ = ["Law", "Slot", "Slots", "check_std", "cut_normal", "normal", "uniform"]

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
