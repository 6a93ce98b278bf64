"""Processes and precision: what `accelerate` is asked for, and each rank's random numbers."""

from datetime import timedelta
from typing import Any

import pytest
import torch
from accelerate import Accelerator

from hyperadapters.errors import TrainingError
from hyperadapters.machine import ranks
from hyperadapters.machine.ranks import (
    accelerator_for,
    launched_alone,
    random_states,
    restore_random_states,
    shared,
)


def test_precisions_may_follow_each_other() -> None:
    assert accelerator_for("bf16").mixed_precision == "bf16"
    assert accelerator_for("no").mixed_precision == "no"


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU can do this")
def test_a_precision_that_the_device_lacks_is_an_error() -> None:
    with pytest.raises(TrainingError, match="cannot train the run as its file says") as caught:
        accelerator_for("fp16")
    assert "precision `fp16`" in str(caught.value)
    assert "a device of type `cpu`" in str(caught.value)
    assert "change `recipe.precision` or `trackers`" in str(caught.value)


def test_work_comes_back_in_order() -> None:
    assert shared(range(5), lambda number: number * number) == [0, 1, 4, 9, 16]
    assert shared([], str) == []


def test_random_states_go_on() -> None:
    accelerator = accelerator_for("no")
    saved = random_states(accelerator)
    drawn = torch.rand(3)
    assert restore_random_states(accelerator, saved)
    assert torch.equal(torch.rand(3), drawn)


class _Second(Accelerator):
    """The second of four processes."""

    num_processes, process_index, device = 4, 1, torch.device("cpu")

    def __init__(self) -> None:
        pass


def test_each_of_several_processes_has_its_own_state_back() -> None:
    states, drawn = [], []
    for seed in range(4):
        torch.manual_seed(seed)
        states.append(torch.get_rng_state())
        drawn.append(torch.rand(3))
    assert restore_random_states(_Second(), {"cpu": torch.stack(states)})
    assert torch.equal(torch.rand(3), drawn[1])


def test_states_of_another_number_of_processes_change_nothing() -> None:
    accelerator = accelerator_for("no")
    saved = {name: states.repeat(2, 1) for name, states in random_states(accelerator).items()}
    torch.rand(3)
    before = torch.get_rng_state()
    assert not restore_random_states(accelerator, saved)
    assert torch.equal(torch.get_rng_state(), before)


def test_processes_wait_long_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    made = ranks.PartialState

    class Spy(made):
        def __init__(self, **settings: Any) -> None:
            given.update(settings)
            super().__init__(**settings)

    monkeypatch.setattr(ranks, "PartialState", Spy)
    ranks.process()
    assert given["timeout"] >= timedelta(hours=6)


@pytest.mark.parametrize(
    ("names", "alone"),
    [
        ((), False),
        (("ACCELERATE_MIXED_PRECISION",), False),
        (("ACCELERATE_MIXED_PRECISION", "MASTER_ADDR"), True),
        (("ACCELERATE_MIXED_PRECISION", "MASTER_ADDR", "WORLD_SIZE"), False),
        (("MASTER_ADDR",), False),
    ],
)
def test_a_launch_of_one_process_is_noticed(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], alone: bool
) -> None:
    for name in ("ACCELERATE_MIXED_PRECISION", "MASTER_ADDR", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    for name in names:
        monkeypatch.setenv(name, "1")
    assert launched_alone() == alone
