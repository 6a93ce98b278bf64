"""First values: their standard deviations, their bounds, and what is refused."""

import pytest
import torch

from hyperadapters.slots import Initial, Law, Normal, Xavier, cut_normal, normal, uniform


@pytest.mark.parametrize(
    ("initial", "expected"),
    [(Normal(0.3), 0.3), (Normal(0.0), 0.0), (Xavier(), (2 / (300 + 500)) ** 0.5)],
)
def test_matrices_have_the_spread_of_their_rule(initial: Initial, expected: float) -> None:
    values = initial.draw(torch.empty(2, 300, 500))
    assert float(values.std()) == pytest.approx(expected, rel=0.02)
    assert initial.slot((300, 500)).std == pytest.approx(expected)


def test_xaviers_rule_is_that_of_torch() -> None:
    ours, theirs = torch.empty(40, 60), torch.empty(40, 60)
    torch.manual_seed(0)
    Xavier().draw(ours)
    torch.manual_seed(0)
    torch.nn.init.xavier_uniform_(theirs)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("law", "reach", "spread"),
    [(normal, 2.5, 1.0), (uniform, 3**0.5, 1.0), (cut_normal, 2.0, 0.880)],
)
def test_laws_have_their_mean_spread_and_reach(law: Law, reach: float, spread: float) -> None:
    values = law(torch.empty(20_000), 5.0, 2.0)
    assert float(values.mean()) == pytest.approx(5.0, abs=0.1)
    assert float(values.std()) == pytest.approx(2 * spread, rel=0.03)
    beyond = float((values - 5.0).abs().max()) > 2 * reach + 1e-5
    assert beyond == (law is normal)


@pytest.mark.parametrize("std", [-0.1, float("nan"), float("inf")])
def test_a_spread_out_of_range_is_refused(std: float) -> None:
    with pytest.raises(ValueError, match="a standard deviation is 0 or more"):
        Normal(std)
