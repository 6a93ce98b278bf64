"""The names of all built-in systems, and the setting of each one's paper."""

from collections.abc import Callable, Mapping
from functools import partial

from hyperadapters.method import Method
from hyperadapters.methods.hyper_x import full_fine_tuning, hyper_x
from hyperadapters.methods.settings import HYPER_X, Setting, ml50
from hyperadapters.methods.translation import (
    Size,
    hyper_adapters,
    language_adapters,
    pair_adapters,
    transformer,
)

__all__ = ["METHODS", "SETTINGS"]

_HIDDEN = {"tiny": 102, "small": 204, "base": 612}


def _translation(size: Size, bottleneck: int) -> dict[str, Callable[..., Method]]:
    """The systems of Baziotis et al. (2022) of one size."""
    adapters = {"language-adapters": language_adapters, "pair-adapters": pair_adapters}
    return {
        f"transformer-{size}": partial(transformer, f"transformer-{size}", size),
        **{
            f"{kind}-{size}": partial(made, f"{kind}-{size}", size, bottleneck=bottleneck)
            for kind, made in adapters.items()
        },
        **{
            f"hyper-adapters-{size}-{network}": partial(
                hyper_adapters,
                f"hyper-adapters-{size}-{network}",
                size,
                hidden=hidden,
                bottleneck=bottleneck,
            )
            for network, hidden in _HIDDEN.items()
        },
    }


_TRANSFER: Mapping[str, Callable[..., Method]] = {
    "full-fine-tuning": full_fine_tuning,
    "hyper-x-small": partial(hyper_x, "hyper-x-small", code=32),
    "hyper-x-base": partial(hyper_x, "hyper-x-base", code=192),
}
_BASE, _BIG = _translation("base", 128), _translation("big", 256)

METHODS: Mapping[str, Callable[..., Method]] = {**_TRANSFER, **_BASE, **_BIG}
"""Every method by name; keyword arguments change one value of the published one."""

SETTINGS: Mapping[str, Setting] = {
    **dict.fromkeys(_TRANSFER, HYPER_X),
    **dict.fromkeys(_BASE, ml50("transformer-base")),
    **dict.fromkeys(_BIG, ml50("transformer-big")),
}
"""For every method, its paper's setting."""
