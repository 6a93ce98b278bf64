"""The softmax layer against its equation."""

import torch

from hyperadapters.forms import Linear


def test_it_scores_every_label() -> None:
    form = Linear(labels=3)
    hidden = torch.randn(2, 4, 5)
    weight, bias = torch.randn(2, 3, 5), torch.randn(2, 3)
    expected = torch.einsum("rtd,rld->rtl", hidden, weight) + bias[:, None]
    torch.testing.assert_close(form.apply(hidden, {"weight": weight, "bias": bias}), expected)
    assert {s: w.shape for s, w in form.slots(5, 5).items()} == {"weight": (3, 5), "bias": (3,)}
