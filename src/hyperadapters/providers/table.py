"""Free weights, stored under the names they belong to."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.context import Factor, Row
from hyperadapters.errors import UnknownName
from hyperadapters.providers.base import Group, Provider, Supply, by_shape, hand_out
from hyperadapters.sites import Site
from hyperadapters.slots import Slots

__all__ = ["Table"]


@final
class Table(Provider):
    """One set of weights per row: the regular adapter.

    A row of a mix has Σ wₙ·entryₙ, unless it has an entry of its own, as in a materialised table.

    Each entry is parameters of its own, named after its row, so that adding a row adds keys, and an
    optimiser never moves a row that was not in the batch. Sites of equal shape share one parameter
    of shape (site, *shape).

    Args:
        factors: the context factors that tell entries apart; none for one entry shared by all rows.
        rows: the entries, projected on `factors`.
        slots: the weights needed at each site.
    """

    def __init__(self, *, factors: Sequence[Factor], rows: Sequence[Row], slots: Slots) -> None:
        super().__init__()
        self.factors = tuple(factors)
        self.slots = slots
        self._groups = by_shape(slots)
        self.entries = nn.ModuleDict({str(row): self._entry() for row in rows})

    @classmethod
    def of(
        cls,
        factors: Sequence[Factor],
        rows: Sequence[Row],
        slots: Slots,
        weights: Mapping[Site, Mapping[str, Float[Tensor, "row ..."]]],
    ) -> "Table":
        """A table that holds copies of given weights."""
        with torch.device("meta"):  # nothing is drawn that is thrown away
            table = cls(factors=factors, rows=rows, slots=slots)
        with torch.no_grad():
            for place, row in enumerate(rows):
                for number, group in enumerate(table._groups):
                    for slot in group.slots:
                        given = [weights[site][slot][place] for site in group.sites]
                        entry = torch.stack(given).detach().clone()
                        table._find(row)[table._name(slot, number)] = nn.Parameter(entry)
        return table

    def forward(self, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
        """The entries of `rows`; without a copy where there is one row."""
        chosen = [_sum([(w, self._find(part)) for w, part in self._parts(row)]) for row in rows]
        weights: dict[Site, dict[str, Tensor]] = {}
        for number, group in enumerate(self._groups):
            if set(sites).isdisjoint(group.sites):
                continue
            stacked = {
                slot: _stack([entry[self._name(slot, number)] for entry in chosen])
                for slot in group.slots
            }
            weights |= hand_out(group, stacked, sites)
        return Supply(weights, torch.zeros((), device=next(self.parameters()).device))

    def check(self, row: Row) -> None:
        """Raises unless there is an entry, or one for each name of a mix."""
        for _, part in self._parts(row):
            self._find(part)

    def _entry(self) -> nn.ParameterDict:
        return nn.ParameterDict(
            {
                self._name(slot, number): _drawn(group, slot)
                for number, group in enumerate(self._groups)
                for slot in group.slots
            }
        )

    def _name(self, slot: str, group: int) -> str:
        return slot if len(self._groups) == 1 else f"{slot}_{group}"

    def _parts(self, row: Row) -> tuple[tuple[float, Row], ...]:
        return ((1.0, row),) if str(row) in self.entries else row.parts

    def _find(self, row: Row) -> nn.ParameterDict:
        if str(row) not in self.entries:
            cause = "a table has weights only for the rows that training ran under"
            raise UnknownName("row of a table", str(row), self.entries, cause=cause)
        return cast(nn.ParameterDict, self.entries[str(row)])


def _drawn(group: Group, slot: str) -> nn.Parameter:
    wanted = group.slots[slot]
    values = torch.empty(len(group.sites), *wanted.shape)
    if values.is_meta:  # a model that is only counted; `torch` takes a millisecond to draw nothing
        return nn.Parameter(values)
    return nn.Parameter(wanted.law(values, wanted.mean, wanted.std))


def _sum(parts: Sequence[tuple[float, nn.ParameterDict]]) -> Mapping[str, Tensor]:
    """Σ weight · entry of each tensor; an entry alone is itself, without a copy."""
    (weight, first), *others = parts
    if not others:
        return dict(first.items())
    return {key: sum((w * own[key] for w, own in others), weight * first[key]) for key in first}


def _stack(entries: Sequence[Tensor]) -> Float[Tensor, "site row ..."]:
    return entries[0].unsqueeze(1) if len(entries) == 1 else torch.stack(list(entries), dim=1)
