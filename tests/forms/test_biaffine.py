"""The biaffine scorer against its equation, pair by pair."""

import torch

from hyperadapters.forms import Biaffine, paired


def test_it_scores_every_pair_under_every_label() -> None:
    form = Biaffine(labels=3)
    assert {name: slot.shape for name, slot in form.slots(4, 4).items()} == {
        "weight": (15, 4),
        "bias": (15,),
    }
    generator = torch.Generator().manual_seed(0)
    drawn = {"weight": (2, 15, 4), "bias": (2, 15), "x": (2, 6, 4), "y": (2, 7, 4)}
    made = {
        name: torch.randn(shape, generator=generator, dtype=torch.float64)
        for name, shape in drawn.items()
    }
    x, y = made.pop("x"), made.pop("y")
    scores = paired(form.apply(y, made), x)
    assert scores.shape == (2, 6, 7, 3)
    for row in range(2):
        maps = torch.cat([made["weight"][row], made["bias"][row][:, None]], 1).reshape(3, 5, 5)
        for word in range(6):
            for place in range(7):
                left = torch.cat([x[row, word], torch.ones(1)])
                right = torch.cat([y[row, place], torch.ones(1)])
                expected = torch.stack([left @ one @ right for one in maps])
                torch.testing.assert_close(scores[row, word, place], expected)


def test_every_pair_has_the_score_zero_at_first() -> None:
    assert {(slot.std, slot.mean) for slot in Biaffine(2).slots(4, 4).values()} == {(0.0, 0.0)}
    assert Biaffine(2, std=0.5).slots(4, 4)["weight"].std == 0.5
