"""What a fault is: a replacement in the source, and the test that must notice it."""

from dataclasses import dataclass

__all__ = ["Fault"]


@dataclass(frozen=True)
class Fault:
    """One mistake, planted by replacing a piece of source text.

    Args:
        name: the mistake.
        file: under `src/hyperadapters`.
        old: stands exactly once in the file.
        new: takes its place.
        test: the id of the test that must fail, as pytest prints it.
    """

    name: str
    file: str
    old: str
    new: str
    test: str
