"""Heads of few parameters: they are their equations, and start as whole heads do."""

import pytest
import torch
from torch import Tensor

from hyperadapters.providers import BasisHeads, LinearHeads, LowRankHeads
from hyperadapters.providers.base import Group
from hyperadapters.providers.heads import Heads, Maps
from hyperadapters.sites import Site
from hyperadapters.slots import Normal, Slot, Xavier

SITES = tuple(Site("encoder", layer, "ffn") for layer in range(3))
GROUP = Group(SITES, {"down": Slot((4, 6)), "shift": Slot((6,))})
WIDE = Group(SITES, {"down": Slot((24, 40)), "shift": Slot((400,))})
CODE = 16


def made(plan: Heads, group: Group = GROUP, *, seed: int = 0) -> Maps:
    torch.manual_seed(seed)
    maps = plan.build(group, CODE).double()
    for name, parameter in maps.named_parameters():
        if name.startswith("bias"):
            torch.nn.init.normal_(parameter)
    return maps


def codes(seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(3, 2, CODE, generator=generator, dtype=torch.float64)


def test_heads_of_low_rank_are_whole_heads_whose_matrix_is_a_product() -> None:
    maps, whole = made(LowRankHeads(rank=2)), made(LinearHeads())
    with torch.no_grad():
        for slot in GROUP.slots:
            product = torch.einsum("or,rc->oc", maps.weight[slot], maps.read[slot])
            assert int(torch.linalg.matrix_rank(product)) == 2
            whole.weight[slot].copy_(product.unsqueeze(0))
            whole.bias[slot].copy_(maps.bias[slot].unsqueeze(0))
    expected = whole(codes())
    for slot, value in maps(codes()).items():
        torch.testing.assert_close(value, expected[slot], rtol=0, atol=1e-12)


def test_heads_with_a_basis_are_their_equation() -> None:
    """U_s · diag(H·c + b) · V_s, and U_s · (H·c + b)."""
    maps, code = made(BasisHeads(rank=3)), codes()
    given = maps(code)
    for slot in GROUP.slots:
        numbers = torch.einsum("kc,src->srk", maps.weight[slot], code) + maps.bias[slot]
        if slot == "down":
            bases = maps.left[slot], maps.right[slot]
            expected = torch.einsum("srk,sok,skd->srod", numbers, *bases)
            assert int(torch.linalg.matrix_rank(given[slot]).max()) == 3
        else:
            expected = torch.einsum("srk,sok->sro", numbers, maps.left[slot])
        torch.testing.assert_close(given[slot], expected, rtol=0, atol=1e-12)


def test_sites_with_a_basis_differ_under_one_code() -> None:
    code = codes()[:1].expand(3, -1, -1)
    given = made(BasisHeads(rank=3))(code)["down"]
    assert not torch.allclose(given[0], given[1])
    shared = made(LowRankHeads(rank=3))(code)["down"]
    assert torch.equal(shared[0], shared[1])


@pytest.mark.parametrize("initial", [Normal(0.3), Xavier()], ids=["normal", "xavier"])
@pytest.mark.parametrize("kind", [LowRankHeads, BasisHeads])
@pytest.mark.parametrize("rank", [2, 8])
def test_what_is_generated_starts_at_the_scale_of_whole_heads(
    kind: type[LowRankHeads] | type[BasisHeads], rank: int, initial: Normal | Xavier
) -> None:
    """Over drawings of the heads: expected squares are equal, whatever the rank."""

    def squares(plan: Heads) -> dict[str, float]:
        drawn: dict[str, list[Tensor]] = {}
        for seed in range(60):
            torch.manual_seed(seed)
            with torch.no_grad():
                for slot, value in plan.build(WIDE, CODE)(codes(seed).float()).items():
                    drawn.setdefault(slot, []).append(value.square().mean())
        return {slot: float(torch.stack(own).mean()) for slot, own in drawn.items()}

    whole, few = squares(LinearHeads(initial=initial)), squares(kind(rank=rank, initial=initial))
    for slot, size in whole.items():
        assert few[slot] == pytest.approx(size, rel=0.3), slot


def test_at_full_rank_a_product_spreads_exactly_as_whole_heads() -> None:
    """B is then a rotation: codes keep their length, each of them."""
    read = made(LowRankHeads(rank=CODE)).read["down"]
    identity = torch.eye(CODE, dtype=torch.float64)
    torch.testing.assert_close(read @ read.t(), identity, rtol=0, atol=1e-6)


def test_numbers_of_parameters() -> None:
    def size(plan: Heads) -> int:
        return sum(p.numel() for p in plan.build(GROUP, CODE).parameters())

    assert size(LinearHeads()) == (CODE + 1) * (24 + 6)
    assert size(LowRankHeads(rank=2)) == 2 * (CODE + 24) + 24 + 2 * (CODE + 6) + 6
    assert size(BasisHeads(rank=2)) == 2 * 2 * (CODE + 1) + 3 * 2 * (4 + 6) + 3 * 2 * 6


@pytest.mark.parametrize("kind", [LowRankHeads, BasisHeads])
def test_a_rank_out_of_range_is_refused(kind: type[LowRankHeads] | type[BasisHeads]) -> None:
    with pytest.raises(ValueError, match="the rank of heads is 1 or more, not 0"):
        kind(rank=0)


def test_a_rank_above_the_code_is_refused() -> None:
    with pytest.raises(ValueError, match="heads that read 16 features have no rank of 17"):
        LowRankHeads(rank=17).build(GROUP, CODE)


def test_a_slot_of_three_axes_has_no_basis() -> None:
    with pytest.raises(ValueError, match="slot `cube` of 3 axes is no sum of matrices"):
        BasisHeads(rank=2).build(Group(SITES, {"cube": Slot((2, 2, 2))}), CODE)
