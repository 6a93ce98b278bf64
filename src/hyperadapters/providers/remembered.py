"""What a provider wrote for the rows that it was asked for last."""

from collections.abc import Callable, Collection, Sequence
from typing import final

from hyperadapters.context import Row
from hyperadapters.providers.base import Provider, Supply
from hyperadapters.providers.table import Table
from hyperadapters.sites import Site

__all__ = ["Remembered"]

Write = Callable[[Sequence[Row]], Table]
"""Writes the weights of rows into a table, all sites of them."""


@final
class Remembered(Provider):
    """A provider that is asked once for each row, as long as its weights are remembered.

    The rows that were asked for longest ago are forgotten where the weights of all take more than
    `size`; those of one call are always there together.

    Args:
        source: what is asked; its weights must not change meanwhile.
        write: how it is asked.
        size: of the weights that are remembered between calls, in bytes.
    """

    def __init__(self, source: Provider, write: Write, size: int) -> None:
        super().__init__()
        self.factors, self.slots = source.factors, source.slots
        self.source = source
        self._write = write
        self._size = size
        self._table = Table(factors=source.factors, rows=(), slots=source.slots)
        self._taken: dict[str, int] = {}  # bytes of each row, the one asked for last at the end

    def forward(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """The weights of `rows`, which are written first where they are not remembered."""
        missing = [row for row in rows if str(row) not in self._taken]
        if missing:
            entries = self._write(missing).entries
            self._table.entries.update(dict(entries.items()))
            self._taken |= {
                name: sum(one.numel() * one.element_size() for one in entry.parameters())
                for name, entry in entries.items()
            }
        for row in rows:
            self._taken[str(row)] = self._taken.pop(str(row))
        self._forget(len(rows))
        return self._table(rows, sites)

    def check(self, row: Row) -> None:
        """As the provider that is asked."""
        self.source.check(row)

    def _forget(self, needed: int) -> None:
        """Forgets rows from the longest ago on, but the last `needed`."""
        total = sum(self._taken.values())
        for name in list(self._taken)[: len(self._taken) - needed]:
            if total <= self._size:
                return
            total -= self._taken.pop(name)
            del self._table.entries[name]
