"""Materialising: evaluation mode, chosen sites, and the provider left as it was."""

import torch

from hyperadapters.context import Row
from hyperadapters.providers import Mlp, Residual, hypernetwork, materialise
from hyperadapters.sites import Site
from hyperadapters.slots import Slot

SITES = [Site("encoder", layer, "ffn") for layer in range(2)]
SLOTS = {site: {"w": Slot((2,))} for site in SITES}
ROWS = [Row(task="ner")]


def test_dropout_inside_the_network_is_off_and_the_network_goes_on_training() -> None:
    plan = hypernetwork({"task": 4}, site={"layer": 2}, encoder=Residual(6, blocks=2, dropout=0.5))
    embeddings = {f: e.build(f, ["ner"]) for f, e in plan.embeddings.items()}
    provider = plan.build(SLOTS, ROWS, embeddings)
    tables = [materialise(provider, ROWS)(ROWS, SITES).weights for _ in range(2)]
    assert provider.training
    for site in SITES:
        assert torch.equal(tables[0][site]["w"], tables[1][site]["w"])
        torch.testing.assert_close(
            tables[0][site]["w"], provider.eval()(ROWS, SITES).weights[site]["w"]
        )


def test_only_the_sites_asked_for() -> None:
    plan = hypernetwork({"task": 4}, site={"layer": 2}, encoder=Mlp((3,)))
    embeddings = {f: e.build(f, ["ner"]) for f, e in plan.embeddings.items()}
    table = materialise(plan.build(SLOTS, ROWS, embeddings), ROWS, SITES[:1])
    assert list(table.slots) == SITES[:1]
