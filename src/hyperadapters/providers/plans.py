"""Plans of providers: whose weights, said before there is a backbone or a name."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.context import CONTEXT_FACTORS, SITE_FACTORS, Factor, Row
from hyperadapters.providers.base import Provider
from hyperadapters.providers.embedding import Embedding, Gaussian, Learned
from hyperadapters.providers.encoder import Combine, Concatenate, Encoder
from hyperadapters.providers.heads import Heads, LinearHeads
from hyperadapters.providers.hypernetwork import Hypernetwork, site_names
from hyperadapters.providers.joined import Joined, Summed
from hyperadapters.providers.joint import JointGaussian
from hyperadapters.providers.table import Table
from hyperadapters.providers.towers import Towers
from hyperadapters.providers.vectors import Vectors
from hyperadapters.sites import Site, Tower
from hyperadapters.slots import Slot, Slots

__all__ = [
    "EmbeddingPlan",
    "Plan",
    "each_tower",
    "given",
    "hypernetwork",
    "joined",
    "summed",
    "table",
]

EmbeddingPlan = Learned | Gaussian | JointGaussian | Vectors


class Plan(ABC):
    """What becomes a provider once sites, rows and names are known."""

    @property
    @abstractmethod
    def factors(self) -> tuple[Factor, ...]:
        """The context factors that the provider will depend on."""

    @property
    def embeddings(self) -> Mapping[Factor, EmbeddingPlan]:
        """The embeddings of context factors it needs; the method owns them, one per factor."""
        return {}

    @abstractmethod
    def build(
        self, slots: Slots, rows: Sequence[Row], embeddings: Mapping[Factor, Embedding]
    ) -> Provider:
        """The provider.

        Args:
            slots: what it will be asked for.
            rows: the rows that its adapter acts for in training.
            embeddings: the method's embeddings of context factors.
        """


@final
@dataclass(frozen=True)
class _TablePlan(Plan):
    keyed_by: tuple[Factor, ...]

    @property
    def factors(self) -> tuple[Factor, ...]:
        return self.keyed_by

    def build(
        self, slots: Slots, rows: Sequence[Row], embeddings: Mapping[Factor, Embedding]
    ) -> Provider:
        shared = () if self.keyed_by else (Row(),)  # serves rows that nobody knows yet
        keys = list(dict.fromkeys((*shared, *(row.of(self.keyed_by) for row in rows))))
        return Table(factors=self.keyed_by, rows=keys, slots=slots)


@final
@dataclass(frozen=True)
class _HypernetworkPlan(Plan):
    row: Mapping[Factor, EmbeddingPlan] = field(hash=False)
    site: Mapping[Factor, EmbeddingPlan] = field(hash=False)
    encoder: Encoder
    heads: Heads
    combine: Combine
    blind: Mapping[Tower, Collection[Factor]] = field(hash=False)

    @property
    def factors(self) -> tuple[Factor, ...]:
        return tuple(factor for factor in CONTEXT_FACTORS if factor in self.row)

    @property
    def embeddings(self) -> Mapping[Factor, EmbeddingPlan]:
        return self.row

    def build(
        self, slots: Slots, rows: Sequence[Row], embeddings: Mapping[Factor, Embedding]
    ) -> Provider:
        places = {
            factor: plan.build(factor, list(dict.fromkeys(site_names(factor, slots))))
            for factor, plan in self.site.items()
        }
        return Hypernetwork(
            embeddings={factor: embeddings[factor] for factor in self.row} | places,
            blind=self.blind,
            combine=self.combine,
            encoder=self.encoder,
            heads=self.heads,
            slots=slots,
        )


@final
@dataclass(frozen=True)
class _GivenPlan(Plan):
    keyed_by: tuple[Factor, ...]
    rows: tuple[Row, ...]
    weights: Mapping[Site, Mapping[str, Tensor]] = field(hash=False, compare=False)

    @property
    def factors(self) -> tuple[Factor, ...]:
        return self.keyed_by

    def build(
        self, slots: Slots, rows: Sequence[Row], embeddings: Mapping[Factor, Embedding]
    ) -> Provider:
        absent = {
            site: {name: torch.zeros(len(self.rows), *slot.shape) for name, slot in needed.items()}
            for site, needed in slots.items()
            if site not in self.weights
        }
        return Table.of(self.keyed_by, self.rows, slots, {**absent, **self.weights})


class _SeveralPlan(Plan, ABC):
    @property
    @abstractmethod
    def plans(self) -> tuple[Plan, ...]:
        """Those of the parts."""

    @property
    def factors(self) -> tuple[Factor, ...]:
        named = {factor for plan in self.plans for factor in plan.factors}
        return tuple(factor for factor in CONTEXT_FACTORS if factor in named)

    @property
    def embeddings(self) -> Mapping[Factor, EmbeddingPlan]:
        return {f: e for plan in self.plans for f, e in plan.embeddings.items()}


@final
@dataclass(frozen=True)
class _SummedPlan(_SeveralPlan):
    parts: tuple[Plan, ...]

    @property
    def plans(self) -> tuple[Plan, ...]:
        return self.parts

    def build(
        self, slots: Slots, rows: Sequence[Row], embeddings: Mapping[Factor, Embedding]
    ) -> Provider:
        return Summed([plan.build(slots, rows, embeddings) for plan in self.parts])


@final
@dataclass(frozen=True)
class _JoinedPlan(_SeveralPlan):
    parts: tuple[tuple[frozenset[str], Plan], ...]

    @property
    def plans(self) -> tuple[Plan, ...]:
        return tuple(plan for _, plan in self.parts)

    def build(
        self, slots: Slots, rows: Sequence[Row], embeddings: Mapping[Factor, Embedding]
    ) -> Provider:
        parts = []
        for own, plan in self.parts:
            some = {
                site: {s: needed[s] for s in needed if s in own} for site, needed in slots.items()
            }
            parts.append(plan.build(some, rows, embeddings))
        return Joined(parts)


@final
@dataclass(frozen=True)
class _TowersPlan(Plan):
    plan: Plan

    @property
    def factors(self) -> tuple[Factor, ...]:
        return self.plan.factors

    @property
    def embeddings(self) -> Mapping[Factor, EmbeddingPlan]:
        return self.plan.embeddings

    def build(
        self, slots: Slots, rows: Sequence[Row], embeddings: Mapping[Factor, Embedding]
    ) -> Provider:
        apart: dict[Tower, dict[Site, Mapping[str, Slot]]] = {}
        for site, needed in slots.items():
            apart.setdefault(site.tower, {})[site] = needed
        return Towers(
            {tower: self.plan.build(own, rows, embeddings) for tower, own in apart.items()}
        )


def table(*factors: Factor) -> Plan:
    """Free weights per combination of names; `table()` is one set shared by all rows."""
    return _TablePlan(tuple(factor for factor in CONTEXT_FACTORS if factor in factors))


def given(
    factors: Sequence[Factor],
    rows: Sequence[Row],
    weights: Mapping[Site, Mapping[str, Float[Tensor, "row ..."]]] | None = None,
) -> Plan:
    """Weights that are there already, of certain rows, whatever a run trains on.

    Args:
        factors: those that tell the rows apart.
        rows: projected on `factors`.
        weights: at each site, in the order of the rows; zeros at sites that are not in it.
    """
    keyed_by = tuple(factor for factor in CONTEXT_FACTORS if factor in factors)
    return _GivenPlan(keyed_by, tuple(rows), weights or {})


def hypernetwork(
    row: Mapping[Factor, int | EmbeddingPlan],
    *,
    encoder: Encoder,
    site: Mapping[Factor, int | EmbeddingPlan] | None = None,
    heads: Heads | None = None,
    combine: Combine | None = None,
    blind: Mapping[Tower, Collection[Factor]] | None = None,
) -> Plan:
    """Generated weights.

    Args:
        row: embeddings of context factors; a number is the dimension of a learned one.
        site: embeddings of `layer` and `position`.
        encoder: between the combined embeddings and the heads.
        heads: linear and shared by all sites by default.
        combine: concatenation by default.
        blind: per tower, context factors whose vector is zero there.
    """
    return _HypernetworkPlan(
        row=_plans(row, CONTEXT_FACTORS),
        site=_plans(site or {}, SITE_FACTORS),
        encoder=encoder,
        heads=heads or LinearHeads(),
        combine=combine or Concatenate(),
        blind=blind or {},
    )


def joined(*parts: tuple[Plan, Collection[str]]) -> Plan:
    """Several plans over the same sites, each with the slots named beside it."""
    return _JoinedPlan(tuple((frozenset(slots), plan) for plan, slots in parts))


def summed(*parts: Plan) -> Plan:
    """The sum of the weights of several plans over the same sites and slots."""
    return _SummedPlan(parts)


def each_tower(plan: Plan) -> Plan:
    """One provider of a plan for every tower that has sites; embeddings of names are shared."""
    return _TowersPlan(plan)


def _plans(
    given: Mapping[Factor, int | EmbeddingPlan], legal: Collection[Factor]
) -> dict[Factor, EmbeddingPlan]:
    unknown = set(given) - set(legal)
    if unknown:
        raise ValueError(f"{sorted(unknown)} are not factors here; there are {', '.join(legal)}")
    return {f: Learned(plan) if isinstance(plan, int) else plan for f, plan in given.items()}
