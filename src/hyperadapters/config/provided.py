"""Run files and study files that come with the library, found by name from anywhere."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hyperadapters.errors import UnknownName

__all__ = ["found", "provided"]

_INSTALLED = Path(__file__).parents[1] / "configs"
_CHECKOUT = Path(__file__).parents[3] / "configs"
"""Where they are in a checkout, whose wheel takes them into the package."""


@cache
def provided() -> Mapping[str, Path]:
    """Every one by its name: `quickstart`, `hyper-x/mixed.study`."""
    folder = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    names = ((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*.yaml"))
    return {name.removesuffix(".yaml"): file for name, file in sorted(names)}


def found(file: Path) -> Path:
    """The file that a command is given: itself, or else the provided one of that name, also where
    it is written `configs/quickstart.yaml`.

    Raises:
        UnknownName: it looks like a name, and there is neither such a file nor such a name.
    """
    name = file.as_posix().removeprefix("configs/").removesuffix(".yaml")
    there = file.exists() and not file.is_dir()
    if there or file.suffix == ".yaml" and name not in provided():
        return file
    if name in provided():
        return provided()[name]
    cause = "there is no such file either, seen from the folder you are in"
    raise UnknownName("run file or study file", name, provided(), cause=cause)
