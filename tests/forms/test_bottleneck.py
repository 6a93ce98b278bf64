"""The bottleneck against its equations, row by row."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, relu, silu

from hyperadapters.forms import Bottleneck
from hyperadapters.forms.bottleneck import InnerNorm, activate

SIZES = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(1, 4))


def draw(
    form: Bottleneck, rows: int, tokens: int, d_model: int
) -> tuple[Tensor, dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(rows + 10 * tokens + 100 * d_model)
    shapes = {slot: wanted.shape for slot, wanted in form.slots(d_model, d_model).items()}
    hidden = torch.randn(rows, tokens, d_model, generator=generator, dtype=torch.float64)
    weights = {
        slot: torch.randn(rows, *shape, generator=generator, dtype=torch.float64)
        for slot, shape in shapes.items()
    }
    return hidden, weights


def equation(z: Tensor, w: dict[str, Tensor]) -> Tensor:
    code = relu(torch.einsum("rtd,rwd->rtw", z, w["down"]) + w["down_bias"][:, None])
    return torch.einsum("rtw,rdw->rtd", code, w["up"]) + w["up_bias"][:, None]


@given(SIZES)
def test_without_a_norm_it_is_equation_1_of_hyper_x(sizes: tuple[int, int, int, int]) -> None:
    rows, tokens, d_model, width = sizes
    form = Bottleneck(width=width)
    hidden, weights = draw(form, rows, tokens, d_model)
    torch.testing.assert_close(form.apply(hidden, weights), equation(hidden, weights))


@given(SIZES, st.booleans())
def test_the_norm_comes_before_or_after(sizes: tuple[int, int, int, int], unit: bool) -> None:
    rows, tokens, d_model, width = sizes
    before = Bottleneck(width=width, norm="before", unit_scale=unit)
    after = Bottleneck(width=width, norm="after", unit_scale=unit)
    hidden, w = draw(before, rows, tokens, d_model)

    def norm(x: Tensor) -> Tensor:
        scale = w["scale"] + (1.0 if unit else 0.0)
        return layer_norm(x, (d_model,)) * scale[:, None] + w["shift"][:, None]

    torch.testing.assert_close(before.apply(hidden, w), equation(norm(hidden), w))
    torch.testing.assert_close(after.apply(hidden, w), norm(equation(hidden, w)))


@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_scaling_multiplies_what_the_up_projection_gives(norm: InnerNorm) -> None:
    """As He et al. (2022); a norm behind it would undo it, were it not for its small constant."""
    hidden, weights = draw(Bottleneck(width=3, norm=norm), 2, 3, 4)
    folded = {**weights, "up": 4.0 * weights["up"], "up_bias": 4.0 * weights["up_bias"]}
    got = Bottleneck(width=3, norm=norm, scaling=4.0).apply(hidden, weights)
    torch.testing.assert_close(got, Bottleneck(width=3, norm=norm).apply(hidden, folded))


@pytest.mark.parametrize("norm", ["none", "before", "after"])
@pytest.mark.parametrize("unit", [False, True])
def test_zero_weights_add_nothing(norm: InnerNorm, unit: bool) -> None:
    form = Bottleneck(width=3, norm=norm, unit_scale=unit)
    hidden, weights = draw(form, 2, 3, 4)
    zero = {slot: torch.zeros_like(weight) for slot, weight in weights.items()}
    assert torch.equal(form.apply(hidden, zero), torch.zeros_like(hidden))


def test_reduction_divides_the_width() -> None:
    assert Bottleneck(reduction=16).slots(768, 768)["down"].shape == (48, 768)
    assert Bottleneck(width=5).slots(768, 768)["up"].shape == (768, 5)


def test_free_norms_start_as_the_identity() -> None:
    assert Bottleneck(width=2, norm="after").slots(4, 4)["scale"].mean == 1.0
    assert Bottleneck(width=2, norm="after", unit_scale=True).slots(4, 4)["scale"].mean == 0.0


def test_small_scales_count_in_half_precision() -> None:
    """Next to 1, numbers of bfloat16 lie 1/128 apart."""
    form = Bottleneck(width=2, norm="after", unit_scale=True)
    scale = torch.tensor([[0.001, -0.002]], dtype=torch.bfloat16)
    _, settled = form.settled({"scale": scale})
    assert torch.equal(settled["scale"], 1.0 + scale.float())


def test_width_and_reduction_exclude_each_other() -> None:
    for arguments in ({}, {"width": 4, "reduction": 2}):
        with pytest.raises(ValueError, match="exactly one of `width` and `reduction`"):
            Bottleneck(**arguments)


def test_activations_are_those_of_torch() -> None:
    x = torch.linspace(-3, 3, 7)
    assert torch.equal(activate(x, "gelu_tanh"), gelu(x, approximate="tanh"))
    assert torch.equal(activate(x, "silu"), silu(x))
    assert torch.equal(activate(x, "tanh"), x.tanh())


@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_settled_weights_give_the_same(norm: InnerNorm) -> None:
    form = Bottleneck(width=3, norm=norm, unit_scale=True)
    hidden, weights = draw(form, 2, 4, 5)
    plain, settled = form.settled(weights)
    assert isinstance(plain, Bottleneck) and (plain.unit_scale is (norm == "none"))
    torch.testing.assert_close(plain.apply(hidden, settled), form.apply(hidden, weights))
