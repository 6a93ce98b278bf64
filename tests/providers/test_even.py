"""Codes whose heads move as free weights do: the laws of `Even`, whatever the widths."""

import pytest
import torch
from torch import Tensor

from hyperadapters.context import Row
from hyperadapters.forms import Bottleneck
from hyperadapters.providers import (
    Encoder,
    Even,
    Hypernetwork,
    Learned,
    LinearHeads,
    Mlp,
    Provider,
    hypernetwork,
)
from hyperadapters.sites import Site
from hyperadapters.slots import Normal

SITES = [Site("encoder", layer, "ffn") for layer in range(4)]
ROWS = [Row(task=task, language=language) for task in "ab" for language in "xyz"]
WIDTHS = [(code, bottleneck) for code in (32, 128, 512) for bottleneck in (32, 256)]
RATE = 1e-3


def made(code: int, bottleneck: int, encoder: Encoder, heads: LinearHeads) -> Provider:
    torch.manual_seed(0)
    slots = {site: Bottleneck(width=bottleneck).slots(64, 64) for site in SITES}
    names = {"task": ["a", "b"], "language": ["x", "y", "z"]}
    plan = hypernetwork(
        {"task": Learned(64), "language": Learned(64)},
        site={"layer": Learned(64)},
        encoder=encoder,
        heads=heads,
    )
    embeddings = {f: one.build(f, names[f]) for f, one in plan.embeddings.items()}
    return plan.build(slots, ROWS, embeddings)


def even(code: int, bottleneck: int, pace: float = 1.0) -> Provider:
    heads = LinearHeads(initial=Normal(1.0), matched=True)
    return made(code, bottleneck, Even((code, code), pace=pace), heads)


def down(provider: Provider) -> Tensor:
    weights = provider(ROWS, SITES).weights
    return torch.stack([weights[site]["down"] for site in SITES])


def first_step(provider: Provider) -> tuple[Tensor, Tensor]:
    """Weights before and after one update of Adam towards weights that are all drawn anew."""
    before = down(provider)
    wanted = torch.randn(before.shape, generator=torch.Generator().manual_seed(1))
    adam = torch.optim.Adam(provider.parameters(), lr=RATE)
    (before - wanted).square().sum().backward()
    adam.step()
    return before.detach(), down(provider).detach()


@pytest.mark.parametrize(("code", "bottleneck"), WIDTHS)
def test_generated_weights_start_as_free_ones(code: int, bottleneck: int) -> None:
    provider = even(code, bottleneck)
    assert float(down(provider).detach().std()) == pytest.approx(0.02, rel=0.05)
    site = provider(ROWS, SITES).weights[SITES[0]]
    assert float(site["up_bias"].detach().abs().max()) == 0.0


def test_an_update_moves_them_as_far_at_every_width() -> None:
    """With the plain head it is many times the rate, and the farther the wider the code is."""
    moves, plain = [], []
    for code, bottleneck in WIDTHS:
        before, after = first_step(even(code, bottleneck))
        moves.append(float((after - before).square().mean().sqrt()) / RATE)
        network = made(code, bottleneck, Mlp((code, code), initial=Normal(1.0)), LinearHeads())
        before, after = first_step(network)
        plain.append(float((after - before).square().mean().sqrt()) / RATE)
    assert all(0.3 < move < 2.5 for move in moves), moves
    assert max(moves) / min(moves) < 1.3
    assert max(plain) / min(plain) > 8


@pytest.mark.parametrize("width", [32, 512])
def test_codes_add_up_to_the_same_whatever_the_width(width: int) -> None:
    torch.manual_seed(0)
    code = Even((width, width)).build(192)(torch.randn(500, 192)).detach()
    assert float(code.square().mean().sqrt()) == pytest.approx(1 / width, rel=0.02)
    assert float(code.abs().sum(1).mean()) == pytest.approx(0.8, abs=0.08)


def test_the_pace_is_that_of_the_features_inside() -> None:
    def moved(pace: float) -> float:
        torch.manual_seed(0)
        layer = Even((64, 64), pace=pace).build(64)[0]
        read = torch.randn(50, 64)
        adam = torch.optim.Adam(layer.parameters(), lr=RATE)
        before = layer(read)
        (before * torch.randn(50, 64)).sum().backward()
        adam.step()
        return float((layer(read) - before).detach().square().mean().sqrt())

    assert moved(8.0) / moved(1.0) == pytest.approx(8.0, rel=0.05)


@pytest.mark.parametrize("settings", [{"widths": ()}, {"widths": (3,), "pace": 0.0}])
def test_values_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="widths are at least 1|pace of features is above 0"):
        Even(**settings)


def test_a_hypernetwork_of_it_trains_all_its_parts() -> None:
    provider = even(32, 32)
    assert isinstance(provider, Hypernetwork)
    weights = provider(ROWS, SITES).weights
    sum(own.square().sum() for slots in weights.values() for own in slots.values()).backward()
    assert [name for name, one in provider.named_parameters() if one.grad is None] == []
