"""The last layer of a hypernetwork: what its scale depends on."""

import pytest
import torch

from hyperadapters.providers import DrawnHeads, LinearHeads
from hyperadapters.providers.base import Group, by_shape
from hyperadapters.sites import Site
from hyperadapters.slots import Normal, Slot

GROUP = Group((Site("encoder", 0, "ffn"), Site("encoder", 1, "ffn")), {"up": Slot((40, 50))})


def spread(plan: LinearHeads, width: int) -> float:
    """Standard deviation of what heads generate from codes of unit variance."""
    torch.manual_seed(0)
    heads = plan.build(GROUP, width)
    with torch.no_grad():
        return float(heads(torch.randn(2, 3, width))["up"].std())


@pytest.mark.parametrize("width", [64, 576])
def test_rescaling_makes_the_scale_independent_of_the_width(width: int) -> None:
    """Hyper-adapters (2022), section 3: without 1/√d_h the scale grows as √d_h."""
    assert spread(LinearHeads(rescale=True, initial=Normal(0.3)), width) == pytest.approx(
        0.3, rel=0.15
    )
    plain = spread(LinearHeads(initial=Normal(0.3)), width)
    assert plain == pytest.approx(0.3 * width**0.5, rel=0.15)


def test_rescaling_divides_the_bias_too() -> None:
    heads = LinearHeads(rescale=True).build(GROUP, 16)
    torch.nn.init.ones_(heads.bias["up"])
    assert heads(torch.zeros(2, 1, 16))["up"].unique().tolist() == [0.25]


def test_keys_share_their_sites_equally() -> None:
    uneven = Group((*GROUP.sites, Site("encoder", 0, "attention")), GROUP.slots)
    with pytest.raises(ValueError, match="every key of a head must have the same number of sites"):
        LinearHeads(per="position").build(uneven, 4)


@pytest.mark.parametrize("std", [-0.1, float("nan"), float("inf")])
def test_a_spread_out_of_range_is_refused(std: float) -> None:
    with pytest.raises(ValueError, match="a standard deviation is 0 or more"):
        LinearHeads(initial=Normal(std))


def test_nothing_can_be_matched_to_zero() -> None:
    assert LinearHeads(initial=Normal(0.0)).initial == Normal(0.0)
    with pytest.raises(ValueError, match="`matched` needs a std > 0"):
        LinearHeads(initial=Normal(0.0), matched=True)


SOFTMAX = Group(
    (Site.of_head("ner", "labels"), Site.of_head("ner", "more")),
    {"weight": Slot((50, 40)), "bias": Slot((50,))},
)


def test_drawn_heads_give_a_mean_and_a_spread_of_some_slots() -> None:
    """mean(code) + ε·softplus(spread(code)) in training, the mean in use; biases are the mean."""
    torch.manual_seed(0)
    heads = DrawnHeads(std=0.3).build(SOFTMAX, 16).double()
    code = torch.randn(2, 1, 16).double()
    with torch.no_grad():
        means, spread = heads.mean(code), heads.spread(code)["weight"]
        draws = [heads(code) for _ in range(600)]
        used = heads.eval()(code)
    assert all(torch.equal(used[slot], means[slot]) for slot in SOFTMAX.slots)
    assert all(torch.equal(drawn["bias"], means["bias"]) for drawn in draws)
    weights = torch.stack([drawn["weight"] for drawn in draws])
    noise = (weights - means["weight"]) / torch.nn.functional.softplus(spread)
    assert float(noise.mean()) == pytest.approx(0.0, abs=0.01)
    assert float(noise.std()) == pytest.approx(1.0, abs=0.01)
    assert float(noise.std(0).std()) < 0.05, "each weight has its own spread"


def test_every_site_has_maps_of_its_own() -> None:
    heads = DrawnHeads().build(SOFTMAX, 16)
    sizes = {name: tuple(p.shape) for name, p in heads.named_parameters()}
    assert sizes["mean.weight.weight"] == sizes["spread.weight.weight"] == (2, 2000, 16)
    assert sizes["mean.weight.bias"] == (2, 50, 16)
    assert not any(name.startswith("spread.weight.bias") for name in sizes)


def test_a_form_with_nothing_to_draw_is_generated_as_it_is() -> None:
    heads = DrawnHeads().build(GROUP, 16)
    code = torch.randn(2, 1, 16)
    assert torch.equal(heads.train()(code)["up"], heads(code)["up"])


def test_heads_of_different_tasks_are_never_in_one_group() -> None:
    slots = {Site.of_head(task, "labels"): SOFTMAX.slots for task in ("ner", "pos")}
    assert [group.sites for group in by_shape(slots)] == [(site,) for site in slots]
    assert len(by_shape(dict.fromkeys(GROUP.sites, GROUP.slots))) == 1


def test_a_spread_out_of_range_is_refused_of_drawn_heads_too() -> None:
    with pytest.raises(ValueError, match="a standard deviation is 0 or more"):
        DrawnHeads(std=-1.0)
