"""Encoders against their equations."""

import pytest
import torch
from torch.nn.functional import relu

from hyperadapters.providers import Rectified


def test_every_layer_is_followed_by_relu_the_last_one_too() -> None:
    torch.manual_seed(0)
    plan = Rectified((5, 4))
    network = plan.build(3).double().eval()
    first, second = network[0], network[3]
    source = torch.randn(2, 7, 3).double()
    expected = relu(relu(source @ first.weight.T + first.bias) @ second.weight.T + second.bias)
    torch.testing.assert_close(network(source), expected)
    assert plan.code == 4 and float(network(source).detach().min()) == 0.0
    assert all(layer.bias.count_nonzero() == 0 for layer in (first, second))


def test_dropout_acts_behind_every_layer_in_training_alone() -> None:
    torch.manual_seed(0)
    network = Rectified((400, 400), dropout=0.5, std=1.0).build(400)
    source = torch.randn(1, 1, 400)
    hidden = network[:3](source)
    assert float((hidden == 0).float().mean()) == pytest.approx(0.75, abs=0.1)
    assert float((network(source) == 0).float().mean()) == pytest.approx(0.75, abs=0.1)
    network.eval()
    assert torch.equal(network(source), network(source))


def test_weights_start_with_the_spread_asked_for() -> None:
    weight = Rectified((300,), std=0.02).build(300)[0].weight
    assert float(weight.detach().std()) == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"widths": ()}, r"widths are at least 1, not \(\)"),
        ({"widths": (3, 0)}, r"widths are at least 1, not \(3, 0\)"),
        ({"widths": (3,), "dropout": 1.0}, r"dropout is in \[0, 1\), not 1.0"),
        ({"widths": (3,), "std": -1.0}, "a standard deviation is 0 or more"),
    ],
)
def test_values_out_of_range_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rectified(**settings)
