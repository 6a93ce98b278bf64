"""Norm deltas against their equation."""

import torch

from hyperadapters.forms import Norm


def test_it_scales_and_shifts_by_the_deltas() -> None:
    hidden, scale, shift = torch.randn(2, 3, 4), torch.randn(2, 4), torch.randn(2, 4)
    expected = hidden * scale[:, None] + shift[:, None]
    torch.testing.assert_close(Norm().apply(hidden, {"scale": scale, "shift": shift}), expected)
    torch.testing.assert_close(Norm().apply(hidden, {"scale": scale}), hidden * scale[:, None])


def test_a_norm_without_a_shift_has_no_delta_for_it() -> None:
    assert set(Norm().slots(4, 4)) == {"scale", "shift"}
    assert set(Norm().slots(4, 4, bias=False)) == {"scale"}
