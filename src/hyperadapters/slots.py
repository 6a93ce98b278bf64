"""What a form asks a provider for: named weights of a shape, and how free ones start."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from hyperadapters.sites import Site

__all__ = ["Slot", "Slots", "check_std"]


@dataclass(frozen=True)
class Slot:
    """One weight of a form at one site.

    Free weights start from N(`mean`, `std`²). A hypernetwork draws its own parameters instead; its
    heads may be matched to `std`.
    """

    shape: tuple[int, ...]
    std: float = 0.0
    mean: float = 0.0


Slots = Mapping[Site, Mapping[str, Slot]]
"""For every site of an adapter, the slots of its form there."""


def check_std(std: float) -> None:
    """Raises unless a number can be a standard deviation.

    Raises:
        ValueError: it is negative or not finite.
    """
    if not (math.isfinite(std) and std >= 0):
        raise ValueError(f"a standard deviation is 0 or more, not {std}")
