"""A layer norm beside a sub-layer."""

import torch
from torch.nn.functional import layer_norm

from hyperadapters.forms import Normalised


def test_it_is_a_layer_norm_with_weights_of_the_row() -> None:
    hidden = torch.randn(2, 3, 5, dtype=torch.float64)
    weights = {slot: torch.randn(2, 5, dtype=torch.float64) for slot in ("scale", "shift")}
    given = Normalised().apply(hidden, weights)
    for row in range(2):
        expected = layer_norm(hidden[row], (5,), weights["scale"][row], weights["shift"][row])
        torch.testing.assert_close(given[row], expected)


def test_free_weights_start_as_a_plain_norm_and_zero_weights_add_nothing() -> None:
    slots = Normalised().slots(5, 5)
    assert (slots["scale"].mean, slots["shift"].mean) == (1.0, 0.0)
    zero = {slot: torch.zeros(1, 5) for slot in slots}
    assert not Normalised().apply(torch.randn(1, 3, 5), zero).any()
