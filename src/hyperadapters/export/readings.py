"""What is found in a folder of another library, and what is said of what is not understood."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from hyperadapters.errors import BundleError, ConfigError
from hyperadapters.model.binding import Piece
from hyperadapters.sites import Site

__all__ = ["Reading", "check_all_read", "refused"]


class Reading(NamedTuple):
    """What a folder adds to a backbone.

    Args:
        pieces: by name, at each site a form and its weights without an axis of rows.
        head: the weights of a head that is one linear map: `weight` and `bias`.
    """

    pieces: Mapping[str, Mapping[Site, Piece]]
    head: Mapping[str, Tensor]


def check_all_read(names: Collection[str], read: Collection[str], folder: Path) -> None:
    """Raises unless every tensor was understood.

    Raises:
        BundleError: one was not, or there is none at all.
    """
    left = sorted(set(names) - set(read))
    if left or not read:
        raise BundleError(
            "the adapter does not fit the backbone",
            where=str(folder),
            expected="tensors at places that the backbone has",
            found=f"{len(left)} others, such as `{left[0]}`" if left else "none",
            cause="it was trained on a backbone of another type or size, or is of another kind",
        )


def refused(what: str, folder: Path, remedy: str | None = None) -> ConfigError:
    """What is raised where an adapter computes something else than the forms of this library."""
    return ConfigError(
        f"the adapter in `{folder}` cannot be read: it has {what}",
        cause="no form of this library computes that",
        remedy=remedy,
    )
