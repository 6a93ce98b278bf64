"""What acts where the encoder begins, in systems that have it: the invertible adapters of MAD-X."""

from collections.abc import Callable, Mapping
from typing import Literal

from hyperadapters.forms import Coupling
from hyperadapters.method import Adapter
from hyperadapters.providers.plans import Plan
from hyperadapters.sites import Where

__all__ = ["Invertible", "entrance"]

Invertible = Literal["coupling", "none"]
"""What acts where the encoder begins: a coupling per language, or nothing."""

_ENTRANCES: Mapping[Invertible, Callable[[Coupling, Plan], tuple[Adapter, ...]]] = {
    "coupling": lambda form, weights: (
        Adapter("invertible", form, Where("embeddings", tower="encoder"), weights),
    ),
    "none": lambda form, weights: (),
}


def entrance(invertible: Invertible, form: Coupling, weights: Plan) -> tuple[Adapter, ...]:
    """The adapter that goes below all others, if there is one.

    Args:
        invertible: whether there is.
        form: what it computes.
        weights: whose weights it has.
    """
    return _ENTRANCES[invertible](form, weights)
