"""The laws of heads, written and free."""

from dataclasses import dataclass
from typing import final

import pytest
import torch
from torch import Tensor

import systems
import tiny
from hyperadapters.backbones import read
from hyperadapters.context import BASE, Context, Row
from hyperadapters.errors import BackboneError, ConfigError, ContextError
from hyperadapters.forms import Bottleneck, Form, Linear, Weights
from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase
from hyperadapters.model.adapt import adapt, remembering
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Gaussian, Mlp, Provider, hypernetwork, table
from hyperadapters.sites import Site, Where
from hyperadapters.slots import Slot
from hyperadapters.tasks.base import Head
from hyperadapters.tasks.batch import Batch, Share

ROWS = [Row(task=task, language=name) for task in ("ner", "pos") for name in ("en", "tr")]
PLACES = {"ner": [0, 3, 5], "pos": [1, 2, 4]}
MIXED = [ROWS[0], ROWS[2], ROWS[3], ROWS[1], ROWS[2], ROWS[0]]
TASKS = [
    tiny.Probe("ner", heads=tiny.HEADS),
    tiny.Probe("pos", heads={"labels": Head(Linear(4)), "more": Head(Linear(4))}),
]
WRITTEN = hypernetwork({"task": Gaussian(4), "language": Gaussian(4)}, encoder=Mlp((6, 6)))


def method(*adapters: Adapter) -> Method:
    return Method("m", adapters, (Phase(trains=frozenset(a.name for a in adapters) | {HEADS}),))


def made(*adapters: Adapter, tasks: list[tiny.Probe] = TASKS) -> AdaptedModel:
    model = adapt(tiny.backbone("bert"), method(*adapters), tasks=tasks, rows=ROWS)
    model = model.double().eval()
    tiny.redraw(model, seed=1, scale=0.4)
    for parameter in model.heads.parameters():
        torch.nn.init.normal_(parameter)
    return model


def of_both() -> Batch:
    whole = tiny.batch("bert", 6)
    shares = {task: Share(torch.tensor(places), {}) for task, places in PLACES.items()}
    return Batch(whole.inputs, shares, whole.observed)


def of_one(task: str, places: list[int]) -> Batch:
    part = tiny.take(tiny.batch("bert", 6), places)
    return Batch(part.inputs, {task: Share(torch.arange(len(places)), {})}, part.observed)


def loss(logits: Tensor) -> Tensor:
    return TASKS[0].loss(logits, Share(torch.arange(len(logits)), {})).total


HOOKED = Adapter("hooked", Bottleneck(width=3), Where("ffn"), WRITTEN)
SOFTMAX = Adapter("softmax", None, Where(tower="head"), WRITTEN)
KEYED = Adapter("softmax", None, Where(tower="head"), table("language"))
SHARED = Adapter("softmax", None, Where(tower="head"), table())
PART = Adapter("softmax", None, Where("ner:labels", "pos:more", tower="head"), WRITTEN)
EVERY = {"free": (), "written": (SOFTMAX,), "keyed": (KEYED,), "shared": (SHARED,), "part": (PART,)}


@pytest.mark.parametrize("adapters", EVERY.values(), ids=EVERY)
def test_tasks_that_share_a_batch_have_the_heads_that_they_have_apart(
    adapters: tuple[Adapter, ...],
) -> None:
    model = made(HOOKED, *adapters)
    model.train_only({*model.adapters, HEADS})
    outputs = model(Context.of_examples(MIXED), of_both())
    torch.stack([loss(own) for own in outputs.logits.values()]).sum().backward()
    together = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    for name, places in PLACES.items():
        assert outputs.logits[name].shape == (3, 6, 7 if name == "ner" else 8)
        for row in dict.fromkeys(MIXED[place] for place in places):
            own = [place for place in places if MIXED[place] == row]
            alone = model(Context.uniform(row, len(own)), of_one(name, own)).logits[name]
            within = outputs.logits[name][[places.index(place) for place in own]]
            torch.testing.assert_close(within, alone, rtol=0, atol=1e-9)
            loss(alone).backward()
    apart = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert together.keys() == apart.keys()
    for name, gradient in together.items():
        torch.testing.assert_close(gradient, apart[name], rtol=1e-7, atol=1e-8, msg=name)


@pytest.mark.parametrize("task", ["ner", "pos"])
def test_a_head_is_its_form_at_the_weights_of_its_site(task: str) -> None:
    model = made(PART)
    batch, row = of_one(task, [0, 1]), next(row for row in ROWS if row["task"] == task)
    with torch.no_grad():
        hidden = read(model.backbone, batch.inputs)
        got = model(Context.uniform(row, 2), batch).logits[task]
    written, free = model.adapters["softmax"], model.heads[f"task={task}"]
    expected = []
    for part, head in model.tasks[task].heads.items():
        site = Site.of_head(task, part)
        own = written([row], [site]) if site in written.slots else free([Row()], [site])
        weights = own.weights[site]
        vectors = torch.cat([hidden] * ((head.width_in or 16) // 16), dim=-1)
        expected.append(vectors @ weights["weight"][0].T + weights["bias"][0])
    torch.testing.assert_close(got, torch.cat(expected, dim=-1), rtol=0, atol=1e-9)


def test_the_divergences_of_all_that_acts_are_summed() -> None:
    model = made(HOOKED, SOFTMAX)
    context = Context.of_examples(MIXED)
    supplies = [p(context.rows, list(p.slots)) for p in model.adapters.values()]
    total = sum(supply.divergence for supply in supplies)
    assert all(supply.divergence > 0.1 for supply in supplies)
    torch.testing.assert_close(model(context, of_both()).divergence, total)


def test_every_provider_is_asked_once_and_for_no_head_of_an_absent_task() -> None:
    model = made(HOOKED, SOFTMAX)
    asked: list[tuple[Provider, set[Site]]] = []
    for provider in (*model.adapters.values(), *model.heads.values()):
        provider.register_forward_pre_hook(lambda own, given: asked.append((own, set(given[1]))))
    model(Context.uniform(ROWS[0], 3), of_one("ner", PLACES["ner"]))
    assert [own for own, _ in asked] == [model.adapters["hooked"], model.adapters["softmax"]]
    assert asked[1][1] == {Site.of_head("ner", part) for part in tiny.HEADS}


def test_only_the_rows_of_a_task_are_computed_with_and_weights_are_settled_once() -> None:
    seen: list[int] = []
    settled: list[int] = []

    @final
    @dataclass(frozen=True)
    class Counted(Form):
        def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> dict[str, Slot]:
            return {"weight": Slot((2, width_in))}

        def apply(self, hidden: Tensor, weights: Weights) -> Tensor:
            seen.append(len(hidden))
            return hidden @ weights["weight"].transpose(1, 2)

        def settled(self, weights: Weights) -> tuple[Form, Weights]:
            settled.append(len(weights["weight"]))
            return self, weights

    tasks = [tiny.Probe(name, heads={"labels": Head(Counted())}) for name in ("ner", "pos")]
    for adapters, rows in (((), [1, 1]), ((SOFTMAX,), [2, 2])):
        seen.clear()
        settled.clear()
        made(*adapters, tasks=tasks)(Context.of_examples(MIXED), of_both())
        assert seen == rows
        assert settled == [1 if not adapters else 4] * 2


@pytest.mark.parametrize("adapters", [(), (SHARED,), (SOFTMAX,)], ids=["free", "shared", "psf"])
def test_nothing_of_a_head_moves_whose_task_is_not_in_the_batch(
    adapters: tuple[Adapter, ...],
) -> None:
    """Also where heads of two tasks have equal shapes: a gradient of zero would move it by
    momentum.
    """
    model = made(*adapters)
    model.train_only({*model.adapters, HEADS})
    loss(model(Context.uniform(ROWS[0], 3), of_one("ner", PLACES["ner"])).logits["ner"]).backward()
    moved = {n for n, p in model.named_parameters() if p.grad is not None}
    loss(model(Context.uniform(ROWS[2], 3), of_one("pos", PLACES["pos"])).logits["pos"]).backward()
    more = {n for n, p in model.named_parameters() if p.grad is not None} - moved
    assert [name for name in more if "embeddings" not in name], "the head of `pos` is its own"


def test_free_heads_and_heads_of_all_rows_serve_the_base_row() -> None:
    for adapters in ((), (SHARED,)):
        model = made(HOOKED, *adapters)
        mixed = [BASE, *MIXED[1:]]
        logits = model(Context.of_examples(mixed), of_both()).logits["ner"]
        plain = model(Context.uniform(BASE, 1), of_one("ner", [0])).logits["ner"]
        torch.testing.assert_close(logits[:1], plain, rtol=0, atol=1e-9)
        assert logits[0].abs().max() > 0.1


@pytest.mark.parametrize("adapter", [SOFTMAX, KEYED], ids=["written", "keyed"])
def test_written_heads_refuse_the_base_row_and_others_may_have_it(adapter: Adapter) -> None:
    tasks = [*TASKS, tiny.Probe("states")]
    model = made(adapter, tasks=tasks)
    with pytest.raises(ContextError, match="the head of `ner` is generated and has no base row"):
        model(Context.of_examples([*MIXED[:3], BASE, *MIXED[4:]]), of_both())
    batch = of_both()
    shares = {"ner": batch.shares["ner"], "states": batch.shares["pos"]}
    rows = [BASE if place in PLACES["pos"] else row for place, row in enumerate(MIXED)]
    logits = model(Context.of_examples(rows), Batch(batch.inputs, shares, batch.observed)).logits
    alone = model(Context.uniform(ROWS[0], 1), of_one("ner", [0])).logits["ner"]
    torch.testing.assert_close(logits["ner"][:1], alone, rtol=0, atol=1e-9)


def test_a_head_that_an_adapter_takes_over_is_its_part() -> None:
    model = made(HOOKED, PART)
    own = {id(p) for p in model.adapters["softmax"].parameters()}
    assert {id(p) for p in model.parameters_of("softmax")} == own
    free = {f"head.{task}:{part}" for task, part in (("ner", "pairs"), ("pos", "labels"))}
    left = [str(site) for provider in model.heads.values() for site in provider.slots]
    assert set(left) == free
    assert sum(p.numel() for p in model.parameters_of(HEADS)) == (3 * 32 + 3) + (4 * 16 + 4)
    model.train_only({"softmax"})
    trained = {id(p) for p in model.parameters() if p.requires_grad}
    assert trained == own
    everything = {id(p) for p in model.parameters()}
    lm = {id(p) for p in model.backbone.cls.parameters()}
    parts = [model.parameters_of(part) for part in (BACKBONE, HEADS, "hooked")]
    assert {id(p) for own in parts for p in own} | own | lm == everything
    assert {name.split(".")[1] for name in model.kept() if name.startswith("adapters.")} == {
        "hooked",
        "softmax",
    }
    assert set(model.embeddings()["language"]) == {"en", "tr"}


def test_remembered_heads_answer_the_same() -> None:
    model = made(HOOKED, SOFTMAX)
    context, batch = Context.of_examples(MIXED), of_both()
    before = model(context, batch).logits
    with remembering(model):
        after = model(context, batch).logits
    for task in PLACES:
        torch.testing.assert_close(after[task], before[task], rtol=0, atol=1e-9)


def test_heads_have_one_owner_and_one_that_acts() -> None:
    twice = Adapter("twice", None, Where("pos:labels", tower="head"), table())
    with pytest.raises(ConfigError, match="two adapters take over the head `pos:labels`"):
        made(SOFTMAX, twice)
    with pytest.raises(BackboneError, match="no site at `pos:label` in the head(.|\n)*no task has"):
        made(Adapter("softmax", None, Where("pos:label", tower="head"), table()))
    model = made(SOFTMAX)
    model.enter(Phase(trains=frozenset({HEADS}), acts=frozenset()))
    with pytest.raises(
        ContextError, match=r"nothing gives `head.ner:\w+` weights in phase `train`"
    ):
        model(Context.uniform(ROWS[0], 3), of_one("ner", PLACES["ner"]))


def test_psf_draws_in_training_and_not_in_use() -> None:
    model = tiny.adapted(systems.PSF, ROWS)
    context, batch = Context.of_examples([ROWS[0], ROWS[3]]), tiny.batch("bert", 2)
    used = [model(context, batch).logits["probe"] for _ in range(2)]
    assert torch.equal(*used)
    model.train()
    drawn = [model(context, batch).logits["probe"] for _ in range(2)]
    assert (drawn[0] - drawn[1]).abs().max() > 0.1
