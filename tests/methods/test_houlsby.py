"""Adapters, Adapters† and fine-tuning: what tasks share, how they start, and their recipes."""

from collections.abc import Callable

import pytest
import torch

import tiny
from hyperadapters.context import BASE, Context, Row
from hyperadapters.method import BACKBONE, HEADS, Method
from hyperadapters.methods import METHODS, adapters_dagger, houlsby_adapters
from hyperadapters.model.adapt import adapt

ROWS = [Row(task=task, language="en") for task in ("mnli", "rte")]
NAMES = ("t5", "adapters", "hyperformer")


def differ(method: Method) -> dict[str, set[str]]:
    """Per adapter, the slots whose weights two tasks do not share."""
    model = tiny.adapted(method, ROWS, family="t5")
    found = {}
    for name, provider in model.adapters.items():
        rows = list(dict.fromkeys(row.of(provider.factors) for row in ROWS))
        weights = next(iter(provider(rows, list(provider.slots)).weights.values()))
        own = {slot for slot, value in weights.items() if not torch.equal(value[0], value[-1])}
        found[name] = own
    return found


def test_what_tasks_have_of_their_own() -> None:
    projections = {"down", "down_bias", "up", "up_bias"}
    assert differ(houlsby_adapters(reduction=4)) == {
        "adapters": projections | {"scale", "shift"},
        "norms": {"scale"},
    }
    assert differ(adapters_dagger(reduction=4)) == {"adapters": projections, "norms": set()}


def test_how_adapters_start_and_where_they_act() -> None:
    """N(0, 0.01²), biases at zero, and a plain norm; never at cross-attention."""
    torch.manual_seed(0)
    model = adapt(
        tiny.backbone("t5"), houlsby_adapters(reduction=1), tasks=[tiny.Probe()], rows=ROWS
    )
    provider = model.adapters["adapters"]
    assert {site.position for site in provider.slots} == {"attention", "ffn"}
    assert len(provider.slots) == 8, "two of each layer of both towers"
    entry = provider.entries[str(Row(task="rte"))]
    for slot in ("down", "up"):
        assert float(entry[slot].detach().std()) == pytest.approx(0.01, rel=0.1)
    assert torch.equal(entry["scale"], torch.ones_like(entry["scale"]))
    for slot in ("down_bias", "up_bias", "shift"):
        assert not entry[slot].any()


@pytest.mark.parametrize("method", [houlsby_adapters, adapters_dagger])
def test_with_no_gain_adapters_add_nothing_at_first_and_learn(
    method: Callable[..., Method],
) -> None:
    torch.manual_seed(0)
    made = method(reduction=4, gain=0.0)
    model = adapt(tiny.backbone("bert"), made, tasks=[tiny.Probe()], rows=ROWS).double().eval()
    batch = tiny.batch("bert", 2)
    ours, plain = (
        model(Context.of_examples(rows), batch).logits["probe"] for rows in (ROWS, [BASE] * 2)
    )
    torch.testing.assert_close(ours, plain, rtol=0, atol=1e-9)
    ours.square().sum().backward()
    scales = [p for name, p in model.adapters["adapters"].named_parameters() if "scale" in name]
    assert scales
    assert all(p.grad is not None and p.grad.any() for p in scales)


@pytest.mark.parametrize("name", [name for name in METHODS if name.startswith(NAMES)])
def test_recipes_are_those_of_the_paper_and_of_its_code(name: str) -> None:
    paper, released = (METHODS[name](recipe=own).phases[0].recipe for own in ("paper", "released"))
    assert (paper.steps, paper.batch) == (262_144, 64 if "small" in name else 32)
    assert (paper.decay, paper.warmup, paper.smoothing) == ("constant", 0, 0.0)
    assert (released.steps, released.batch) == (65_536, 128)
    assert (released.decay, released.warmup, released.smoothing) == ("linear", 500, 0.1)
    for recipe in (paper, released):
        assert (recipe.learning_rate, recipe.temperature) == (3e-4, 10.0)
        assert (recipe.evaluate_every, recipe.criterion) == (1000, "metric")
        assert (recipe.contexts_per_batch, recipe.length, recipe.weight_decay) == (1, 128, 0.0)
    assert METHODS[name]().phases[0].recipe == paper


def test_twelve_names_and_what_they_train() -> None:
    named = [name for name in METHODS if name.startswith(NAMES)]
    assert len(named) == 12
    for name in named:
        trains = METHODS[name]().phases[0].trains
        tuned = name.startswith("t5-")
        assert trains == ({BACKBONE, HEADS} if tuned else {"adapters", "norms", HEADS})
