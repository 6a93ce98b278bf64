"""A method, a backbone, tasks and rows become an adapted model."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from hyperadapters.backbones import places_of
from hyperadapters.context import Factor, Row, names_of
from hyperadapters.errors import ConfigError
from hyperadapters.forms import Form
from hyperadapters.method import Adapter, Method
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Embedding, Hypernetwork, Provider, Table, table, written
from hyperadapters.providers.plans import EmbeddingPlan
from hyperadapters.sites import Site
from hyperadapters.slots import Slots
from hyperadapters.tasks.base import Task

__all__ = ["adapt", "materialised"]

Model = Any


def adapt(
    backbone: Model, method: Method, *, tasks: Sequence[Task], rows: Sequence[Row]
) -> AdaptedModel:
    """An adapted model with fresh adapters and heads.

    Args:
        backbone: a `transformers` model with its language-model head; it is not copied.
        method: which adapters, where, and whose weights.
        tasks: the tasks whose heads it has.
        rows: the rows that training will run under; they name what tables and embeddings hold.

    Raises:
        UnknownName: the backbone's type is not in the table.
        BackboneError: an adapter asks for a position that the backbone does not have.
        ConfigError: two hypernetworks want different embeddings of one factor.
    """
    embeddings = _embeddings(method, rows)
    heads = {task.name: _head_slots(task, backbone) for task in tasks if task.head is not None}
    on_heads = {a.where.positions[0]: a for a in method.adapters if a.where.tower == "head"}
    hooked = [adapter for adapter in method.adapters if adapter.where.tower != "head"]
    return AdaptedModel(
        backbone,
        adapters={
            adapter.name: (
                adapter.form,
                adapter.weights.build(_slots(adapter, backbone), rows, embeddings),
            )
            for adapter in hooked
        },
        tasks=tasks,
        heads={
            task: (on_heads[task].weights if task in on_heads else table()).build(
                slots, [row for row in rows if row.get("task", task) == task], embeddings
            )
            for task, slots in heads.items()
        },
        phases=method.phases,
    )


def _slots(adapter: Adapter, backbone: Model) -> Slots:
    places = places_of(backbone)
    chosen = {site: places[site] for site in adapter.where.select(places)}
    return {
        site: adapter.form.slots(place.width_in, place.width_out, bias=place.bias)
        for site, place in chosen.items()
    }


def _head_slots(task: Task, backbone: Model) -> Slots:
    width = int(backbone.config.hidden_size)
    assert task.head is not None
    return {Site("head", None, task.name): task.head.slots(width, width)}


def _embeddings(method: Method, rows: Sequence[Row]) -> Mapping[Factor, Embedding]:
    """One embedding per context factor, shared by all adapters of the method; both languages of a
    pair share one.
    """
    plans: dict[Factor, EmbeddingPlan] = {}
    for adapter in method.adapters:
        for factor, plan in adapter.weights.embeddings.items():
            if plans.setdefault(names_of(factor), plan) != plan:
                raise ConfigError(
                    f"two hypernetworks want different embeddings of `{factor}`",
                    where=f"adapter `{adapter.name}`",
                    remedy="give both the same dimension; a method has one embedding per factor",
                )
    made = {factor: plan.build(factor, _names(factor, rows)) for factor, plan in plans.items()}
    wanted = {f for adapter in method.adapters for f in adapter.weights.embeddings}
    return {factor: made[names_of(factor)] for factor in wanted}


def _names(kind: Factor, rows: Sequence[Row]) -> list[str]:
    """Every name that some factor of this kind takes, in order of first appearance."""
    found = (name for row in rows for factor, name in row.items() if names_of(factor) == kind)
    return list(dict.fromkeys(found))


@contextmanager
def materialised(model: AdaptedModel, rows: Sequence[Row]) -> Iterator[None]:
    """Inside a `with`, every hypernetwork of a model is a table of what it writes for some rows.

    The model then answers for these rows only, as it does otherwise, without generating anything:
    also what the form does with the weights alone is done once, here.
    """
    networks = {
        name: provider
        for name, provider in model.adapters.items()
        if rows and any(isinstance(part, Hypernetwork) for part in provider.modules())
    }
    forms = dict(model.forms)
    try:
        for name, provider in networks.items():
            assert isinstance(provider, Provider)
            projected = tuple(dict.fromkeys(row.of(provider.factors) for row in rows))
            model.forms[name], model.adapters[name] = _settled(forms[name], provider, projected)
        yield
    finally:
        model.forms.update(forms)
        for name, provider in networks.items():
            model.adapters[name] = provider


def _settled(form: Form, provider: Provider, rows: Sequence[Row]) -> tuple[Form, Table]:
    """A form and a table that compute what `form` does with the weights of `provider`."""
    given = written(provider, rows, list(provider.slots)).weights
    settled = {site: form.settled(weights) for site, weights in given.items()}
    weights = {site: own for site, (_, own) in settled.items()}
    plain = next(own for own, _ in settled.values())
    return plain, Table.of(provider.factors, rows, provider.slots, weights).eval()
