"""Which code this is: what other code made is not taken for its own."""

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

__all__ = ["code", "code_of"]

_PACKAGE = Path(__file__).parents[1]
_READS = ("tokenizers", "transformers", "Babel")
"""Packages whose versions may change how text is read."""


@cache
def code() -> str:
    """A digest of the sources of this library, and of the versions of what it reads text with."""
    found = hashlib.sha256()
    for name in _READS:
        found.update(f"{name} {version(name)}\n".encode())
    for file in sorted(_PACKAGE.rglob("*.py")):
        found.update(f"{file.relative_to(_PACKAGE)}\n".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def code_of(made: type) -> str:
    """A digest of the files that a class and those above it are written in; empty where one of
    them is in no file, as a class of a notebook is.
    """
    files = [getattr(sys.modules.get(one.__module__), "__file__", None) for one in made.__mro__]
    own = [file for file, one in zip(files, made.__mro__, strict=True) if one is not object]
    if None in own:
        return ""
    found = hashlib.sha256()
    for file in own:
        found.update(Path(str(file)).read_bytes())
    return found.hexdigest()
