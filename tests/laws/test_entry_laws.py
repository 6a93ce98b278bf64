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
from hyperadapters.forms import Bottleneck, Coupling, Form, Weights
from hyperadapters.method import Adapter, Method, Phase
from hyperadapters.methods import hyper_x, mad_x
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.binding import Act, layouts_of
from hyperadapters.providers import Mlp, hypernetwork, table
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


@final
@dataclass(frozen=True)
class Unchanged(Form):
    """Nothing is added, whatever the weights."""

    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        return {}

    def apply(self, hidden: Tensor, weights: Weights) -> Tensor:
        return torch.zeros_like(hidden)

    def inverse(self, hidden: Tensor, weights: Weights) -> Tensor:
        return hidden


START = Where("embeddings")
GENERATED = hypernetwork({"task": 4, "language": 4}, site={"layer": 4}, encoder=Mlp((6, 6)))
ENTRY = {
    "scaled": [
        Adapter("first", Scaled(), START, table("language")),
        Adapter("second", Scaled(), START, table("task")),
    ],
    "coupled": [
        Adapter("first", Coupling(), START, table("language")),
        Adapter("second", Coupling(depth=3), START, GENERATED),
    ],
}
WHOLE = [mad_x(task_reduction=4), hyper_x(code=6, bottleneck=5, invertible="coupling")]


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


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta", "distilbert", "t5"])
@pytest.mark.parametrize("entry", ENTRY)
def test_the_output_layer_undoes_what_acts_where_the_tower_begins(entry: str, family: str) -> None:
    """The last one first; under a mixed batch each example by the weights of its own row."""
    acting = method(*ENTRY[entry])
    model = adapt(tiny.backbone(family), acting, tasks=[Scored("scored")], rows=ROWS)
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
    given = provider([row.of(provider.factors)], [site]).weights[site]
    weights = {slot: weight[0] for slot, weight in given.items()}
    if "scale" in weights:
        return (vector - weights["shift"]) / weights["scale"].exp()
    halves = list(vector.split(8))
    for turn in reversed(range(len(weights["down"]))):
        own = {slot: weight[turn] for slot, weight in weights.items()}
        code = (own["down"] @ halves[1 - turn % 2] + own["down_bias"]).relu()
        halves[turn % 2] = halves[turn % 2] - own["up"] @ code - own["up_bias"]
    return torch.cat(halves)


@pytest.mark.parametrize("entry", ENTRY)
def test_every_row_of_a_mixed_batch_is_undone_by_what_did_it(entry: str) -> None:
    model = adapt(tiny.backbone("bert"), method(*ENTRY[entry]), tasks=[], rows=ROWS).double()
    tiny.redraw(model, seed=1, scale=0.4)
    site = Site("encoder", None, "embeddings")
    states = torch.randn(len(ROWS), 3, 16, dtype=torch.float64)
    for name, provider in model.adapters.items():
        context = Context.of_examples(ROWS).of(provider.factors)
        weights = provider(context.rows, [site]).weights[site]
        act = Act(model.forms[name][site], weights, layouts_of(context, repeats=False))
        changed = states + act.update(states)
        assert (changed - states).abs().amax((1, 2)).min() > 0.1, "every row must matter"
        torch.testing.assert_close(act.undo(changed), states, rtol=0, atol=1e-9)


@pytest.mark.parametrize("whole", WHOLE, ids=lambda whole: whole.name)
def test_scores_of_a_mixed_batch_are_those_of_its_rows_alone(whole: Method) -> None:
    """Free couplings and generated ones, through a whole model with its output layer."""
    model = adapt(tiny.backbone("bert"), whole, tasks=[Scored("scored")], rows=ROWS).double().eval()
    tiny.redraw(model, seed=1, scale=0.3)
    with torch.no_grad():
        got = model(Context.of_examples(FOUR), scored(VECTORS)).logits["scored"]
        for vector, (example, token) in enumerate(VECTORS):
            alone = scored([[0, token]], places=[example])
            apart = model(Context.uniform(FOUR[example], 1), alone).logits["scored"]
            torch.testing.assert_close(got[[vector]], apart, rtol=0, atol=1e-9)
        model.forms["invertible"] = dict.fromkeys(model.forms["invertible"], Unchanged())
        plain = model(Context.of_examples(FOUR), scored(VECTORS)).logits["scored"]
    assert (plain - got).abs().max() > 0.1, "the coupling must matter"


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
