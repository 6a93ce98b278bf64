"""The benchmark of a stack compares the same: what is trained, and how much torch has to do."""

import pytest
import torch
from benchmarks.setting import TINY
from benchmarks.stacks import SIDES, operators, step_of

pytest.importorskip("adapters", reason="`adapters` is not installed: `make test-interop`")
pytestmark = pytest.mark.filterwarnings("default")


def test_both_sides_train_as_many_weights_and_ours_runs_fewer_operators() -> None:
    trained, counted = {}, {}
    for name, side in SIDES.items():
        trained[name], step = step_of(side, TINY)
        step()
        counted[name] = operators(step)
    assert trained["here"] == trained["adapters"] > 0
    assert counted["here"] < counted["adapters"]


def test_the_same_is_frozen_in_both() -> None:
    """A task's adapter at every layer, of width 1 here, and a head."""
    adapter = 2 * TINY.width + TINY.width + 1
    head = TINY.labels * (TINY.width + 1)
    for side in SIDES.values():
        parameters, loss = side(TINY, TINY.batch())
        assert sum(one.numel() for one in parameters) == TINY.layers * adapter + head
        torch.autograd.backward(loss())
        assert all(one.grad is not None for one in parameters)
