"""Weights that come into a model: each by its name, in its shape, and no other."""

import pytest
import torch

from hyperadapters.errors import BundleError
from hyperadapters.run.weights import fill

CAUSE = {"where": "here", "cause": "none"}


def _wanted() -> dict[str, torch.Tensor]:
    return {name: torch.zeros(2, 3) for name in "abcde"}


def test_what_fits_is_copied() -> None:
    wanted, saved = _wanted(), {name: torch.randn(2, 3) for name in "abcde"}
    fill(wanted, saved, **CAUSE)
    assert all(torch.equal(wanted[name], saved[name]) for name in saved)


def test_missing_unexpected_and_misshapen_tensors_are_named_at_once() -> None:
    wanted, saved = _wanted(), {**_wanted(), "b": torch.ones(3, 2), "x": torch.ones(1)}
    del saved["a"]
    with pytest.raises(BundleError) as caught:
        fill(wanted, saved, **CAUSE)
    said = str(caught.value)
    assert "expected: 5 tensors, `a`: (2, 3), `b`: (2, 3), `x`: none\n" in said
    assert "found: 5 tensors, `a`: none, `b`: (3, 2), `x`: (1,)\n" in said
    assert all(not tensor.any() for tensor in wanted.values()), "nothing is copied"


def test_the_first_of_many_are_named() -> None:
    with pytest.raises(BundleError, match="found: 0 tensors, `a`: none.*`c`: none, and 2 more"):
        fill(_wanted(), {}, **CAUSE)
