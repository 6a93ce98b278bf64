"""Every published system that is built in, side by side, as values."""

from hyperadapters.methods.hyper_x import full_fine_tuning, hyper_x
from hyperadapters.methods.psf import psf
from hyperadapters.methods.published import METHODS, SETTINGS
from hyperadapters.methods.settings import Setting
from hyperadapters.methods.translation import (
    hyper_adapters,
    language_adapters,
    pair_adapters,
    transformer,
)

__all__ = [
    "METHODS",
    "SETTINGS",
    "Setting",
    "full_fine_tuning",
    "hyper_adapters",
    "hyper_x",
    "language_adapters",
    "pair_adapters",
    "psf",
    "transformer",
]
