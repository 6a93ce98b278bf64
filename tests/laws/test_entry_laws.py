"""The law of what acts where a tower begins: the backbone's own head undoes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import pytest
import torch
from torch import Tensor

import tiny
from hyperadapters.backbones import project, transform
from hyperadapters.context import BASE, Context, Row
from hyperadapters.errors import BackboneError, ConfigError
from hyperadapters.forms import Bottleneck, Form, Weights
from hyperadapters.method import Adapter, Method, Phase
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import table
from hyperadapters.sites import Site, Where
from hyperadapters.slots import Slot
from hyperadapters.tasks.base import View
from hyperadapters.tasks.batch import Batch, Share

ROWS = [Row(task=task, language=name) for task in ("ner", "pos") for name in ("en", "tr")]


def method(*adapters: Adapter) -> Method:
    return Method("m", adapters, (Phase(trains=frozenset(a.name for a in adapters)),))


@final
@dataclass(frozen=True)
class Scaled(Form):
    """e^s ⊙ x + b, less x: two of them do not commute."""

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        return {"scale": Slot((width_out,)), "shift": Slot((width_out,))}

    def apply(self, hidden: Tensor, weights: Weights) -> Tensor:
        scale, shift = (weights[slot].unsqueeze(1) for slot in ("scale", "shift"))
        return hidden * scale.expm1() + shift

    def inverse(self, hidden: Tensor, weights: Weights) -> Tensor:
        scale, shift = (weights[slot].unsqueeze(1) for slot in ("scale", "shift"))
        return (hidden - shift) * (-scale).exp()


ENTRY = [
    Adapter("first", Scaled(), Where("embeddings"), table("language")),
    Adapter("second", Scaled(), Where("embeddings"), table("task")),
]


@dataclass(frozen=True)
class Scored(tiny.Probe):
    """Scores over the vocabulary at some vectors of the batch, in any order."""

    def logits(self, view: View, hidden: Tensor, share: Share) -> Tensor:
        vectors = share.targets["vectors"]
        return view.unembed(hidden[vectors[:, 0], vectors[:, 1]], share.examples[vectors[:, 0]])


def scored(
    vectors: list[list[int]], family: str = "bert", places: list[int] | None = None
) -> Batch:
    batch = tiny.take(tiny.batch(family, 4), places or range(4))
    targets = {"vectors": torch.tensor(vectors, dtype=torch.long).reshape(-1, 2)}
    share = Share(torch.arange(len(batch)), targets)
    return Batch(batch.inputs, {"scored": share}, batch.observed)


VECTORS = [[3, 1], [0, 2], [1, 0], [0, 1], [2, 3], [3, 0]]
FOUR = [ROWS[0], ROWS[3], BASE, ROWS[1]]


@pytest.mark.parametrize("family", ["bert", "roberta", "t5"])
def test_the_output_layer_undoes_what_acts_where_the_tower_begins(family: str) -> None:
    model = adapt(tiny.backbone(family), method(*ENTRY), tasks=[Scored("scored")], rows=ROWS)
    model = model.double().eval()
    tiny.redraw(model, seed=1, scale=0.4)
    with torch.no_grad():
        got = model(Context.of_examples(FOUR), scored(VECTORS, family)).logits["scored"]
        for vector, (example, token) in enumerate(VECTORS):
            row, alone = FOUR[example], scored([[0, token]], family, [example])
            apart = model(Context.uniform(row, 1), alone).logits["scored"]
            torch.testing.assert_close(got[[vector]], apart, rtol=0, atol=1e-9)
        states = [_states(model, row, family, place) for place, row in enumerate(FOUR)]
        for vector, (example, token) in enumerate(VECTORS):
            expected = transform(model.backbone, states[example][token])
            for name in ("second", "first"):
                expected = _undone(model, name, FOUR[example], expected, family)
            expected = project(model.backbone, expected)
            torch.testing.assert_close(got[vector], expected, rtol=0, atol=1e-9)
    plain = project(model.backbone, transform(model.backbone, states[0][2]))
    assert (got[1] - plain).abs().max() > 0.1, "what is undone must matter"
    assert model(Context.of_examples(FOUR), scored([], family)).logits["scored"].shape == (0, 40)


def _states(model: AdaptedModel, row: Row, family: str, place: int) -> Tensor:
    """The last states of one example, seen by a task that shows them."""
    model.tasks["probe"] = tiny.Probe()
    states = model(Context.uniform(row, 1), tiny.take(tiny.batch(family, 4), [place]))
    return states.logits["probe"][0]


def _undone(model: AdaptedModel, name: str, row: Row, vector: Tensor, family: str) -> Tensor:
    if row.is_base:
        return vector
    provider = model.adapters[name]
    site = Site("decoder" if family == "t5" else "encoder", None, "embeddings")
    weights = provider([row.of(provider.factors)], [site]).weights[site]
    return (vector - weights["shift"][0]) / weights["scale"][0].exp()


def test_a_form_without_an_inverse_is_refused_where_it_would_be_undone() -> None:
    plain = Adapter("plain", Bottleneck(width=2), Where("embeddings"), table("language"))
    model = adapt(tiny.backbone("bert"), method(plain), tasks=[Scored("scored")], rows=ROWS)
    with pytest.raises(ConfigError, match="the form `Bottleneck` has no inverse(.|\n)*embeddings"):
        model.double()(Context.of_examples(FOUR), scored(VECTORS))


def test_generation_is_refused_where_nothing_would_undo_what_enters_the_decoder() -> None:
    inputs = {"input_ids": tiny.batch("t5", 1).inputs["input_ids"], "max_new_tokens": 2}
    for tower, refused in (("encoder", False), ("decoder", True)):
        entry = Adapter("entry", Scaled(), Where("embeddings", tower=tower), table("language"))
        model = tiny.adapted(method(entry), ROWS, family="t5")
        assert model.generate(Context.uniform(BASE, 1), **inputs).shape[0] == 1
        if refused:
            with pytest.raises(BackboneError, match="cannot generate(.|\n)*enters its decoder"):
                model.generate(Context.uniform(ROWS[0], 1), **inputs)
        else:
            model.generate(Context.uniform(ROWS[0], 1), **inputs)
