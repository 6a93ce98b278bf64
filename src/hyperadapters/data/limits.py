"""What a run file says of splits: their names elsewhere, their lines, and their most examples."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar, cast

from pydantic import Field

__all__ = ["Count", "Limit", "Lines", "SplitNames", "most", "of_split"]

_Split = Literal["train", "dev", "test"]
T = TypeVar("T")

Count = Annotated[int, Field(strict=True, ge=0)]
"""A number of examples; text, booleans and what is below 0 are refused in a run file."""
Limit = Count | Mapping[_Split, Count] | None
"""Most examples, of every split or by split."""
SplitNames = Mapping[_Split, str]
"""What our splits are called elsewhere."""
Lines = Mapping[_Split, tuple[int, int]]
"""First and last line of each split, 1-based."""


def of_split(said: Mapping[_Split, T], split: str) -> T | None:
    """What is said of a split; None where nothing is."""
    return cast(Mapping[str, T], said).get(split)


def most(limit: Limit, split: str) -> int | None:
    """How many examples the limit of a split allows; None for all."""
    return of_split(limit, split) if isinstance(limit, Mapping) else limit
