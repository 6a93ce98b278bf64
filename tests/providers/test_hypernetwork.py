"""Hypernetworks against the papers' equations, and the laws of what they share."""

import math
from collections.abc import Mapping

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import relu

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.providers import Hypernetwork, Learned, LinearHeads, Mlp, Residual, hypernetwork
from hyperadapters.providers.heads import Per
from hyperadapters.providers.plans import Plan
from hyperadapters.sites import Site
from hyperadapters.slots import Normal, Slot

SITES = [Site("encoder", layer, position) for layer in (0, 1) for position in ("attention", "ffn")]
SLOTS = {site: {"w": Slot((3, 4)), "b": Slot((3,))} for site in SITES}
ROWS = [Row(task=task, language=name) for task in ("ner", "pos") for name in ("en", "tr")]


def build(plan: Plan, slots: Mapping[Site, Mapping[str, Slot]] = SLOTS) -> Hypernetwork:
    torch.manual_seed(0)
    embeddings = {
        factor: wanted.build(factor, sorted({row[factor] for row in ROWS}))
        for factor, wanted in plan.embeddings.items()
    }
    provider = plan.build(slots, ROWS, embeddings).double()
    assert isinstance(provider, Hypernetwork)
    for parameter in provider.parameters():
        torch.nn.init.normal_(parameter)
    return provider


def test_it_is_the_equation_of_hyper_x() -> None:
    """[task; language; layer] → W₂·ReLU(W₁·s + b₁) + b₂ → H·p + b, one head for all sites."""
    plan = hypernetwork({"task": 2, "language": 3}, site={"layer": 2}, encoder=Mlp((5, 6)))
    network = build(plan)
    weights = network(ROWS, SITES).weights
    first, second = network.encoder[0], network.encoder[2]
    heads = network.heads[0]
    for site in SITES:
        for place, row in enumerate(ROWS):
            source = torch.cat(
                [
                    network.embeddings["task"].vectors[f"task={row['task']}"],
                    network.embeddings["language"].vectors[f"language={row['language']}"],
                    network.embeddings["layer"].centres()[site.layer_name.replace(".", "-")],
                ]
            )
            code = second.weight @ relu(first.weight @ source + first.bias) + second.bias
            expected = (heads.weight["w"][0] @ code + heads.bias["w"][0]).reshape(3, 4)
            torch.testing.assert_close(weights[site]["w"][place], expected)


def test_training_and_use_generate_the_same() -> None:
    plan = hypernetwork({"task": 3, "language": 3}, site={"layer": 3}, encoder=Mlp((5,)))
    network = build(plan)
    trained = network.train()(ROWS, SITES).weights
    with torch.no_grad():
        used = network.eval()(ROWS, SITES).weights
    for site in SITES:
        assert all(torch.equal(trained[site][slot], used[site][slot]) for slot in ("w", "b"))


@pytest.mark.parametrize(("per", "heads"), [("all", 1), ("position", 2), ("site", 4)])
def test_heads_are_shared_as_the_plan_says(per: Per, heads: int) -> None:
    plan = hypernetwork({"task": 2}, encoder=Mlp((5,)), heads=LinearHeads(per=per))
    network = build(plan)
    weights = network([Row(task="ner")], SITES).weights
    distinct = {tuple(weights[site]["w"].flatten().tolist()) for site in SITES}
    assert len(distinct) == heads
    assert network.heads[0].weight["w"].shape[0] == heads
    if per == "position":
        assert torch.equal(weights[SITES[0]]["w"], weights[SITES[2]]["w"]), "same position"


@settings(deadline=None, max_examples=10)
@given(st.sampled_from([16, 64, 256]))
def test_rescaling_makes_the_scale_of_weights_independent_of_the_code(width: int) -> None:
    def spread(rescale: bool) -> float:
        heads = LinearHeads(rescale=rescale, initial=Normal(1.0))
        network = build(hypernetwork({"task": 4}, encoder=Mlp((width,)), heads=heads))
        code = torch.randn(1, 50, width, dtype=torch.float64)
        for bias in network.heads[0].bias.values():
            torch.nn.init.zeros_(bias)
        return float(network.heads[0](code.expand(4, 50, width))["w"].detach().std())

    assert spread(True) == pytest.approx(1.0, rel=0.25)
    assert spread(False) == pytest.approx(math.sqrt(width), rel=0.25)


def test_a_blind_tower_does_not_see_the_factor() -> None:
    sites = [Site("encoder", 0, "layer"), Site("decoder", 0, "layer")]
    slots = {site: {"w": Slot((3,))} for site in sites}
    plan = hypernetwork(
        {"task": 2, "language": 2},
        blind={"decoder": {"language"}},
        encoder=Residual(5, blocks=1),
    )
    weights = build(plan, slots)(ROWS, sites).weights
    assert (weights[sites[0]]["w"][0] - weights[sites[0]]["w"][1]).abs().max() > 0.1
    torch.testing.assert_close(weights[sites[1]]["w"][0], weights[sites[1]]["w"][1])
    assert (weights[sites[1]]["w"][0] - weights[sites[1]]["w"][2]).abs().max() > 0.1, "task is seen"


def test_sites_of_different_shapes_are_served_in_groups() -> None:
    slots = {**SLOTS, Site("encoder", 2, "ffn"): {"w": Slot((2, 2))}}
    plan = hypernetwork({"task": 2}, site={"layer": 2}, encoder=Mlp((5,)))
    weights = build(plan, slots)([Row(task="pos")], list(slots)).weights
    assert {site: tuple(given["w"].shape) for site, given in weights.items()} == {
        site: (1, *wanted["w"].shape) for site, wanted in slots.items()
    }


def test_a_name_without_an_embedding_is_refused_with_the_nearest() -> None:
    network = build(hypernetwork({"language": 2}, encoder=Mlp((5,))))
    with pytest.raises(UnknownName, match="unknown language `trr`(.|\n)*mean `tr`"):
        network([Row(language="trr")], SITES)


def test_names_that_are_no_factors_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\['layer'\] are not factors here"):
        hypernetwork({"layer": 2}, encoder=Mlp((5,)))


def test_embeddings_start_with_the_spread_asked_for() -> None:
    torch.manual_seed(0)
    embedding = Learned(400, std=0.1).build("language", ["en"])
    assert float(embedding.centres()["en"].std()) == pytest.approx(0.1, rel=0.15)


@pytest.mark.parametrize("rescale", [False, True])
@pytest.mark.parametrize("hidden", [8, 128])
@pytest.mark.parametrize("names", [1.0, 0.1])
def test_matched_heads_start_as_free_weights_do(hidden: int, rescale: bool, names: float) -> None:
    """Hyper-adapters (2022), appendix B.1: whatever the width, the division, the scale of names and
    what a tower sees.
    """
    heads = LinearHeads(rescale=rescale, initial=Normal(0.7), matched=True)
    plan = hypernetwork(
        {"task": Learned(16, names), "language": Learned(16, names)},
        site={"layer": Learned(16, names)},
        blind={"encoder": ["language"]},
        encoder=Residual(hidden),
        heads=heads,
    )
    slots = {
        site: {"w": Slot((30, 40), std=0.02), "b": Slot((30,)), "scale": Slot((30,), mean=1.0)}
        for site in SITES
    }
    rows = [Row(task=f"t{n}", language=f"l{n}") for n in range(20)]
    torch.manual_seed(1)
    embeddings = {
        factor: wanted.build(factor, [row[factor] for row in rows])
        for factor, wanted in plan.embeddings.items()
    }
    network = plan.build(slots, rows, embeddings)
    weights = network(rows, SITES).weights
    spread = torch.stack([weights[site]["w"] for site in SITES]).std()
    assert float(spread.detach()) == pytest.approx(0.02, rel=0.2)
    for site in SITES:
        assert weights[site]["b"].count_nonzero() == 0
        assert weights[site]["scale"].sub(1.0).abs().max() < 1e-6
    assert network.training
