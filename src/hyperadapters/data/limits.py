"""What a run file says of splits: their names elsewhere, their lines, and their most examples."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, cast

from pydantic import Field

from hyperadapters.examples import Example

__all__ = ["Count", "Limit", "Lines", "SplitNames", "limited", "split_name"]

_Split = Literal["train", "dev", "test"]

Count = Annotated[int, Field(strict=True, ge=0)]
"""A number of examples; text, booleans and what is below 0 are refused in a run file."""
Limit = Count | Mapping[_Split, Count] | None
"""Most examples, of every split or by split."""
SplitNames = Mapping[_Split, str]
"""What our splits are called elsewhere."""
Lines = Mapping[_Split, tuple[int, int]]
"""First and last line of each split, 1-based."""


def split_name(names: SplitNames, split: str) -> str | None:
    """What a split is called elsewhere; None where that is not said."""
    return cast(Mapping[str, str], names).get(split)


def limited(examples: Sequence[Example], limit: Limit, split: str) -> Sequence[Example]:
    """The first examples, as many as the limit of the split allows."""
    if isinstance(limit, Mapping):
        limit = cast(Mapping[str, int], limit).get(split)
    return tuple(examples[:limit])
