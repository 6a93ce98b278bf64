"""Losses are added up exactly, read seldom, and never pass unnoticed when they are not finite."""

import math

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.errors import TrainingError
from hyperadapters.training.losses import Losses
from hyperadapters.training.progress import Progress

ROW = (Row(task="ner", language="tr"),)


def losses(progress: Progress, *, at_once: int = 1, may_overflow: bool = False) -> Losses:
    return Losses(
        progress,
        phase="train",
        remedy=lambda good: f"go slower from {good} on",
        at_once=at_once,
        may_overflow=may_overflow,
    )


def note(into: Losses, progress: Progress, nats: float, norm: float = 1.0) -> None:
    progress.step += 1
    into.add(ROW, torch.tensor([nats, 4.0, norm]))


def test_sums_give_the_mean_since_the_last_line() -> None:
    progress = Progress()
    into = losses(progress)
    for nats in (8.0, 4.0, 6.0):
        note(into, progress, nats)
    assert into.last == 1.5
    assert progress.loss() == 18 / 12
    assert (progress.nats, progress.predictions) == (0, 0)


def test_reading_waits_until_enough_are_there() -> None:
    progress = Progress()
    into = losses(progress, at_once=3)
    note(into, progress, 8.0)
    note(into, progress, 4.0)
    assert progress.nats == 0
    note(into, progress, 6.0)
    assert progress.nats == 18
    note(into, progress, 1.0)
    into.read()
    assert progress.nats == 19
    into.read()
    assert progress.nats == 19


@pytest.mark.parametrize(
    ("nats", "norm", "what", "good"),
    [(math.nan, 1.0, "loss", 0), (1.0, math.inf, "gradient", 1)],
)
def test_what_is_not_finite_is_named(nats: float, norm: float, what: str, good: int) -> None:
    """With the weights that the last finite loss was computed with."""
    progress = Progress()
    into = losses(progress, at_once=3)
    note(into, progress, 1.0)
    note(into, progress, nats, norm)
    with pytest.raises(TrainingError, match=f"the {what} is not finite") as caught:
        note(into, progress, 1.0)
    message = str(caught.value)
    assert "phase `train`, update 2" in message
    assert "a batch of language=tr,task=ner" in message
    assert f"remedy: go slower from {good} on" in message


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_that_the_last_update_broke_are_named(value: float) -> None:
    """No loss has shown it yet; a checkpoint of them would be the last good one."""
    progress = Progress()
    into = losses(progress, at_once=3)
    note(into, progress, 1.0)
    into.check({"a": torch.ones(2), "b": torch.zeros(2)})
    with pytest.raises(TrainingError, match="the weights are not finite") as caught:
        into.check({"a": torch.ones(2), "b": torch.tensor([0.0, value])})
    assert "phase `train`, update 1" in str(caught.value) and "`b`" in str(caught.value)
    assert "from 0 on" in str(caught.value)
    assert progress.nats == 1.0


def test_many_rows_are_cut_short() -> None:
    rows = tuple(Row(language=f"l{place}") for place in range(20))
    with pytest.raises(TrainingError, match="language=l15; and 4 more"):
        losses(Progress()).add(rows, torch.tensor([math.nan, 1.0, 1.0]))


def test_a_scaled_gradient_may_overflow() -> None:
    progress = Progress()
    note(losses(progress, may_overflow=True), progress, 2.0, math.inf)
    assert progress.nats == 2
