"""A method, a backbone and tasks become an adapted model."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple, cast

import torch

from hyperadapters.backbones import Model, places_of
from hyperadapters.context import Factor, Row, names_of
from hyperadapters.errors import ConfigError
from hyperadapters.forms import Form
from hyperadapters.method import Adapter, Method
from hyperadapters.model.adapted import AdaptedModel, Attached
from hyperadapters.providers import (
    Embedding,
    Hypernetwork,
    Provider,
    Remembered,
    Table,
    table,
    written,
)
from hyperadapters.providers.plans import EmbeddingPlan
from hyperadapters.sites import Site
from hyperadapters.slots import Slot
from hyperadapters.tasks.base import Task

__all__ = ["REMEMBERED", "adapt", "remembering"]

REMEMBERED = 2**30
"""Bytes of generated weights that are remembered, where nothing else is said."""

Rows = Mapping[str, Sequence[Row]]
"""Per adapter, the rows that it acts for."""


class _Need(NamedTuple):
    """What is computed at a site, and the weights that this takes."""

    form: Form
    slots: Mapping[str, Slot]


Needs = Mapping[Site, _Need]


def adapt(
    backbone: Model, method: Method, *, tasks: Sequence[Task], rows: Sequence[Row] = ()
) -> AdaptedModel:
    """An adapted model with fresh adapters and heads.

    The tables and embeddings of an adapter hold the names of the rows of those phases in which it
    acts.

    Args:
        backbone: a `transformers` model with its language-model head; it is not copied.
        method: which adapters, where, and whose weights.
        tasks: the tasks whose heads it has.
        rows: more rows that every adapter acts for: all of them, where phases have no cells.

    Raises:
        UnknownName: the backbone's type is not in the table.
        BackboneError: an adapter asks for a position that the backbone does not have, or for a head
            that no task has.
        ConfigError: two hypernetworks want different embeddings of one factor, or two adapters the
            same head.
    """
    own = {adapter.name: _rows(adapter, method, rows) for adapter in method.adapters}
    embeddings = _embeddings(method, own)
    heads = {task.name: _head_needs(task, int(backbone.config.hidden_size)) for task in tasks}
    needs = {adapter.name: _needs(adapter, backbone, heads) for adapter in method.adapters}
    taken = _taken(method, needs)
    free = {
        task: {site: need for site, need in parts.items() if site not in taken}
        for task, parts in heads.items()
    }
    return AdaptedModel(
        backbone,
        adapters={
            adapter.name: _attached(
                needs[adapter.name],
                adapter.weights.build(
                    _slots(needs[adapter.name]), own[adapter.name], embeddings[adapter.name]
                ),
            )
            for adapter in method.adapters
        },
        heads={
            task: _attached(parts, table().build(_slots(parts), (), {}))
            for task, parts in free.items()
            if parts
        },
        tasks=tasks,
        phases=method.phases,
    )


def _rows(adapter: Adapter, method: Method, rows: Sequence[Row]) -> list[Row]:
    acting = (phase for phase in method.phases if phase.lets_act(adapter.name))
    every = (*(row for phase in acting for row in phase.rows()), *rows)
    return list(dict.fromkeys(part for row in every for _, part in row.parts))


def _head_needs(task: Task, width: int) -> dict[Site, _Need]:
    return {
        Site.of_head(task.name, part): _Need(
            head.form, head.form.slots(head.width_in or width, width)
        )
        for part, head in task.heads.items()
    }


def _needs(adapter: Adapter, backbone: Model, heads: Mapping[str, Needs]) -> Needs:
    if adapter.form is None:
        parts = {site: need for own in heads.values() for site, need in own.items()}
        return {site: parts[site] for site in adapter.where.select(parts)}
    places, form = places_of(backbone), adapter.form
    chosen = {site: places[site] for site in adapter.where.select(places)}
    return {
        site: _Need(form, form.slots(place.width_in, place.width_out, bias=place.bias))
        for site, place in chosen.items()
    }


def _taken(method: Method, needs: Mapping[str, Needs]) -> Mapping[Site, str]:
    """The heads that adapters take over, with the name of each one's adapter."""
    taken: dict[Site, str] = {}
    for adapter in method.adapters:
        for site in needs[adapter.name] if adapter.at_heads else ():
            if taken.setdefault(site, adapter.name) != adapter.name:
                raise ConfigError(
                    f"two adapters take over the head `{site.name}`",
                    found=f"`{taken[site]}` and `{adapter.name}`",
                    remedy="name the parts of heads in the `Where` of each",
                )
    return taken


def _slots(needs: Needs) -> dict[Site, Mapping[str, Slot]]:
    return {site: need.slots for site, need in needs.items()}


def _attached(needs: Needs, provider: Provider) -> Attached:
    return Attached({site: need.form for site, need in needs.items()}, provider)


def _embeddings(method: Method, own: Rows) -> Mapping[str, Mapping[Factor, Embedding]]:
    """Per adapter, the embeddings of context factors that it uses.

    There is one per factor, shared by all adapters of the method, with the names of all rows that
    these act for; both languages of a pair share one.

    Raises:
        ConfigError: two hypernetworks want different ones.
    """
    plans: dict[Factor, EmbeddingPlan] = {}
    rows: dict[Factor, list[Row]] = {}
    for adapter in method.adapters:
        for factor, plan in adapter.weights.embeddings.items():
            if plans.setdefault(names_of(factor), plan) != plan:
                raise ConfigError(
                    f"two hypernetworks want different embeddings of `{factor}`",
                    where=f"adapter `{adapter.name}`",
                    remedy="give both the same dimension; a method has one embedding per factor",
                )
            rows.setdefault(names_of(factor), []).extend(own[adapter.name])
    made = {kind: plan.build(kind, _names(kind, rows[kind])) for kind, plan in plans.items()}
    return {
        adapter.name: {factor: made[names_of(factor)] for factor in adapter.weights.embeddings}
        for adapter in method.adapters
    }


def _names(kind: Factor, rows: Sequence[Row]) -> list[str]:
    """Every name that some factor of this kind takes, in order of first appearance."""
    found = (name for row in rows for factor, name in row.items() if names_of(factor) == kind)
    return list(dict.fromkeys(found))


@contextmanager
def remembering(model: AdaptedModel, size: int = REMEMBERED) -> Iterator[None]:
    """Inside a `with`, every hypernetwork of a model writes the weights of a row once.

    Answers are the same as otherwise. What the forms do with the weights alone is done once, too.
    The weights of the model must not change inside.

    Args:
        size: of the weights of each hypernetwork that are remembered, in bytes.
    """
    networks = {
        name: cast(Provider, provider)
        for name, provider in model.adapters.items()
        if not isinstance(provider, Remembered)
        and any(isinstance(part, Hypernetwork) for part in provider.modules())
    }
    forms = {name: model.forms[name] for name in networks}
    try:
        for name, provider in networks.items():
            model.forms[name] = _settled_forms(forms[name], provider)
            write = partial(_settled, forms[name], provider)
            model.adapters[name] = Remembered(provider, write, size)
        yield
    finally:
        model.forms.update(forms)
        for name, provider in networks.items():
            model.adapters[name] = provider


def _settled_forms(forms: Mapping[Site, Form], provider: Provider) -> Mapping[Site, Form]:
    """The forms that compute with settled weights; these depend on no number."""
    shaped = {
        site: {name: torch.empty(1, *slot.shape, device="meta") for name, slot in slots.items()}
        for site, slots in provider.slots.items()
    }
    return {site: forms[site].settled(weights)[0] for site, weights in shaped.items()}


def _settled(forms: Mapping[Site, Form], provider: Provider, rows: Sequence[Row]) -> Table:
    """What a provider writes for some rows, with what `forms` do with the weights alone done."""
    given = written(provider, rows, list(provider.slots)).weights
    settled = {site: forms[site].settled(weights)[1] for site, weights in given.items()}
    return Table.of(provider.factors, rows, provider.slots, settled).eval()
