"""Shards: equal parts of a study's runs, by a rule that each part knows alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, final

from hyperadapters.errors import ConfigError

__all__ = ["WHOLE", "Shard", "shard_from"]

Run = TypeVar("Run")


@final
@dataclass(frozen=True)
class Shard:
    """One of several parts.

    Args:
        number: of this one, from 1.
        of: how many there are.
    """

    number: int = 1
    of: int = 1

    def share(self, runs: Sequence[Run]) -> Sequence[Run]:
        """Every `of`-th run, from the `number`-th on."""
        return runs[self.number - 1 :: self.of]

    def __str__(self) -> str:
        """As `shard_from` reads it."""
        return f"{self.number}/{self.of}"


WHOLE = Shard()
"""All runs."""


def shard_from(text: str) -> Shard:
    """The shard that is written `2/8`.

    Raises:
        ConfigError: it is written otherwise, or there is no such part.
    """
    numbers = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    shard = Shard(*map(int, numbers.groups())) if numbers else Shard(0, 0)
    if not 1 <= shard.number <= shard.of:
        raise ConfigError(
            "this is no shard",
            where="--shard",
            expected="`I/N`, the I-th of N parts, from `1/N` to `N/N`",
            found=text,
        )
    return shard
