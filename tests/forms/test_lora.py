"""Low-rank updates against their equation."""

import torch

from hyperadapters.forms import LoRA


def test_it_is_alpha_over_rank_times_b_a_x() -> None:
    form = LoRA(rank=2, alpha=6.0)
    x = torch.randn(3, 4, 5)
    a, b = torch.randn(3, 2, 5), torch.randn(3, 7, 2)
    expected = 3.0 * torch.einsum("rtd,rkd,rok->rto", x, a, b)
    torch.testing.assert_close(form.apply(x, {"a": a, "b": b}), expected)


def test_it_starts_as_the_identity_and_fits_between_two_widths() -> None:
    slots = LoRA(rank=2).slots(5, 7)
    assert slots["a"].shape == (2, 5)
    assert slots["b"].shape == (7, 2)
    assert slots["b"].std == 0.0
