"""The last layer of a hypernetwork: what its scale depends on."""

import pytest
import torch

from hyperadapters.providers import LinearHeads
from hyperadapters.providers.base import Group
from hyperadapters.sites import Site
from hyperadapters.slots import Slot

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
    assert spread(LinearHeads(rescale=True, std=0.3), width) == pytest.approx(0.3, rel=0.15)
    plain = spread(LinearHeads(std=0.3), width)
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
        LinearHeads(std=std)


def test_nothing_can_be_matched_to_zero() -> None:
    assert LinearHeads(std=0.0).std == 0.0
    with pytest.raises(ValueError, match="`matched` needs a std > 0"):
        LinearHeads(std=0.0, matched=True)
