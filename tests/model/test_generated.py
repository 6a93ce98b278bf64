"""What generated weights differ by, against weights whose parts are known."""

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.model.generated import moved, spreads

ROWS = [Row(task=task, language=language) for task in "ab" for language in "xyz"]


def weights(common: float, layers: float, tasks: float, languages: float) -> torch.Tensor:
    """(site, row, weight): effects of known size that add up to nothing over their names."""

    def effect(number: int, size: float, seed: int) -> torch.Tensor:
        drawn = torch.randn(number, 5000, generator=torch.Generator().manual_seed(seed))
        drawn -= drawn.mean(0)
        return drawn * size / drawn.square().mean().sqrt()

    task, language = effect(2, tasks, 1), effect(3, languages, 2)
    of_rows = torch.stack([task[number // 3] + language[number % 3] for number in range(6)])
    same = torch.randn(5000, generator=torch.Generator().manual_seed(3))
    same *= common / same.square().mean().sqrt()
    return same + effect(4, layers, 4)[:, None] + of_rows[None]


def test_shares_are_those_of_the_effects_that_made_the_weights() -> None:
    found = spreads({"down": weights(2.0, 1.0, 0.5, 0.25)}, ROWS)["down"]
    total = 4 + 1 + 0.25 + 0.0625
    assert found.size == pytest.approx(total**0.5, rel=0.02)
    assert found.common == pytest.approx(4 / total, rel=0.02)
    assert found.layers == pytest.approx(1 / total, rel=0.03)
    assert found.tasks == pytest.approx(0.25 / total, rel=0.03)
    assert found.languages == pytest.approx(0.0625 / total, rel=0.03)
    assert found.rest == pytest.approx(0.0, abs=0.03)


def test_what_only_a_combination_has_is_the_rest() -> None:
    drawn = torch.randn(40, 6, 500, generator=torch.Generator().manual_seed(0))
    found = spreads({"down": drawn}, ROWS)["down"]
    assert found.rest > 0.6
    shares = (found.common, found.layers, found.tasks, found.languages, found.rest)
    assert sum(shares) == pytest.approx(1.0)


def test_weights_of_zero_have_no_shares() -> None:
    found = spreads({"down": torch.zeros(2, 6, 3)}, ROWS)["down"]
    assert found.as_json() == dict.fromkeys(
        ("size", "common", "layers", "tasks", "languages", "rest"), 0.0
    )


def test_a_change_is_measured_per_slot() -> None:
    before = {"down": torch.zeros(2, 6, 4), "up": torch.ones(2, 6, 4)}
    after = {"down": torch.full((2, 6, 4), 3.0), "up": torch.ones(2, 6, 4)}
    assert moved(before, after) == {"down": 3.0, "up": 0.0}
