"""The coupling against its equations; what undoes it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import gelu, relu

from hyperadapters.errors import ConfigError
from hyperadapters.forms import Coupling

SIZES = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5))


def draw(form: Coupling, rows: int, tokens: int, half: int) -> tuple[Tensor, dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(rows + 10 * tokens + 100 * half)
    slots = form.slots(2 * half, 2 * half)
    hidden = torch.randn(rows, tokens, 2 * half, generator=generator, dtype=torch.float64)
    weights = {
        name: torch.randn(rows, *slot.shape, generator=generator, dtype=torch.float64)
        for name, slot in slots.items()
    }
    return hidden, weights


def given_by(turn: int, half: Tensor, w: dict[str, Tensor]) -> Tensor:
    """F of the first turn, G of the second."""
    code = torch.einsum("rth,rwh->rtw", half, w["down"][:, turn]) + w["down_bias"][:, None, turn]
    return torch.einsum("rtw,rhw->rth", relu(code), w["up"][:, turn]) + w["up_bias"][:, None, turn]


@given(SIZES)
def test_two_turns_are_the_invertible_adapter_of_mad_x(sizes: tuple[int, int, int]) -> None:
    form = Coupling(reduction=1)
    hidden, weights = draw(form, *sizes)
    first, second = hidden[..., : sizes[2]], hidden[..., sizes[2] :]
    first = first + given_by(0, second, weights)
    second = second + given_by(1, first, weights)
    got = hidden + form.apply(hidden, weights)
    torch.testing.assert_close(got, torch.cat([first, second], dim=-1))


@given(SIZES, st.integers(1, 5))
def test_the_inverse_undoes_it_and_the_other_way_round(
    sizes: tuple[int, int, int], depth: int
) -> None:
    form = Coupling(reduction=1, depth=depth, activation="gelu")
    hidden, weights = draw(form, *sizes)
    there = hidden + form.apply(hidden, weights)
    # What rounding costs grows with what was added.
    room = 1e-12 * max(1.0, float(there.abs().max()))
    torch.testing.assert_close(form.inverse(there, weights), hidden, rtol=0, atol=room)
    back = form.inverse(hidden, weights)
    room = 1e-12 * max(1.0, float(back.abs().max()))
    torch.testing.assert_close(back + form.apply(back, weights), hidden, rtol=0, atol=room)


def test_a_single_turn_changes_the_first_half_alone() -> None:
    form = Coupling(reduction=1, depth=1)
    hidden, weights = draw(form, 2, 3, 4)
    added = form.apply(hidden, weights)
    assert added[..., :4].abs().min() > 0
    assert torch.equal(added[..., 4:], torch.zeros(2, 3, 4, dtype=torch.float64))


def test_zero_weights_add_nothing_and_undo_nothing() -> None:
    form = Coupling()
    hidden, weights = draw(form, 2, 3, 4)
    zero = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    assert torch.equal(form.apply(hidden, zero), torch.zeros_like(hidden))
    assert torch.equal(form.inverse(hidden, zero), hidden)


def test_the_non_linearity_is_the_one_that_is_named() -> None:
    form = Coupling(reduction=1, depth=1, activation="gelu")
    hidden, w = draw(form, 1, 2, 3)
    code = gelu(hidden[0, :, 3:] @ w["down"][0, 0].T + w["down_bias"][0, 0])
    expected = code @ w["up"][0, 0].T + w["up_bias"][0, 0]
    torch.testing.assert_close(form.apply(hidden, w)[0, :, :3], expected)


def test_its_size_is_that_of_the_reference() -> None:
    """Two bottlenecks 384 → 192 → 384 with biases, at the width of mBERT."""
    slots = Coupling().slots(768, 768)
    assert sum(torch.Size(slot.shape).numel() for slot in slots.values()) == 296_064
    assert slots["down"].shape == (2, 192, 384) and slots["up"].std == 0.02


@pytest.mark.parametrize(("width", "reduction"), [(15, 2), (8, 5), (0, 2)])
def test_what_does_not_fit_is_refused(width: int, reduction: int) -> None:
    with pytest.raises(ConfigError, match=f"reduction` of {reduction} does not fit {width} feat"):
        Coupling(reduction=reduction).slots(width, width)


def test_values_out_of_range() -> None:
    with pytest.raises(ValueError, match="`reduction` of a coupling is above 0"):
        Coupling(reduction=0)
    with pytest.raises(ValueError, match="`depth` of a coupling is 1 or more"):
        Coupling(depth=0)
