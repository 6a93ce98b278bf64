"""A provider for each tower: sites of one never ask the other."""

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.providers import Learned, Mlp, Towers, each_tower, hypernetwork, table
from hyperadapters.sites import Site
from hyperadapters.slots import Slot

SITES = [Site(tower, layer, "ffn") for tower in ("encoder", "decoder") for layer in (0, 1)]
SLOTS = {site: {"w": Slot((3,), std=1.0)} for site in SITES}
ROWS = [Row(task=name) for name in ("ner", "pos")]


def test_each_tower_gets_what_its_own_provider_gives() -> None:
    torch.manual_seed(0)
    plan = hypernetwork({"task": 2}, site={"layer": 3}, encoder=Mlp((4,)))
    embedding = Learned(2).build("task", ["ner", "pos"])
    provider = each_tower(plan).build(SLOTS, ROWS, {"task": embedding})
    assert isinstance(provider, Towers)
    assert provider.factors == each_tower(plan).factors == ("task",)
    assert each_tower(plan).embeddings == plan.embeddings
    weights = provider(ROWS, SITES).weights
    for tower, part in provider.parts.items():
        own = [site for site in SITES if site.tower == tower]
        assert sorted(part.embeddings["layer"].centres()) == [f"{tower}-0", f"{tower}-1"]
        alone = part(ROWS, own).weights
        assert all(torch.equal(weights[site]["w"], alone[site]["w"]) for site in own)
    assert weights.keys() == set(SITES)


def test_a_tower_without_sites_is_not_asked() -> None:
    provider = each_tower(table("task")).build(SLOTS, ROWS, {})
    provider.parts["decoder"].register_forward_pre_hook(lambda *_: pytest.fail("asked"))
    assert list(provider(ROWS, SITES[:1]).weights) == SITES[:1]


def test_unknown_rows_are_refused() -> None:
    provider = each_tower(table("task")).build(SLOTS, ROWS, {})
    provider.check(ROWS[0])
    with pytest.raises(UnknownName, match="task=xx"):
        provider.check(Row(task="xx"))
