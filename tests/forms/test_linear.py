"""The layers of heads against their equations."""

import torch

from hyperadapters.forms import Dense, Linear


def test_it_scores_every_label() -> None:
    form = Linear(labels=3)
    hidden = torch.randn(2, 4, 5)
    weight, bias = torch.randn(2, 3, 5), torch.randn(2, 3)
    expected = torch.einsum("rtd,rld->rtl", hidden, weight) + bias[:, None]
    torch.testing.assert_close(form.apply(hidden, {"weight": weight, "bias": bias}), expected)
    assert {s: w.shape for s, w in form.slots(5, 5).items()} == {"weight": (3, 5), "bias": (3,)}


def test_the_layer_before_is_as_wide_as_the_backbone() -> None:
    slots = Dense().slots(10, 5)
    assert {slot: wanted.shape for slot, wanted in slots.items()} == {
        "weight": (5, 10),
        "bias": (5,),
    }
    hidden = torch.randn(2, 4, 10)
    weight, bias = torch.randn(2, 5, 10), torch.randn(2, 5)
    expected = (torch.einsum("rtd,rwd->rtw", hidden, weight) + bias[:, None]).tanh()
    found = Dense().apply(hidden, {"weight": weight, "bias": bias})
    torch.testing.assert_close(found, expected)


def test_it_starts_at_the_scale_of_bert() -> None:
    """What a first token of unit features gives has the same spread at any width."""
    spreads = [Dense().slots(width, width)["weight"].std * width**0.5 for width in (768, 16)]
    assert spreads[0] == spreads[1] == 0.02 * 768**0.5
