"""Losses are added up exactly, read seldom, and never pass unnoticed when they are not finite."""

import math
from pathlib import Path

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.errors import TrainingError
from hyperadapters.training import checkpoint
from hyperadapters.training.losses import Losses
from hyperadapters.training.progress import Progress

ROW = (Row(task="ner", language="tr"),)


def losses(
    folder: Path, progress: Progress, *, at_once: int = 1, may_overflow: bool = False
) -> Losses:
    return Losses(
        progress, phase="train", checkpoints=folder, at_once=at_once, may_overflow=may_overflow
    )


def note(into: Losses, progress: Progress, nats: float, norm: float = 1.0) -> None:
    progress.step += 1
    into.add(ROW, torch.tensor([nats, 4.0, norm]))


def test_sums_give_the_mean_since_the_last_line(tmp_path: Path) -> None:
    progress = Progress()
    into = losses(tmp_path, progress)
    for nats in (8.0, 4.0, 6.0):
        note(into, progress, nats)
    assert into.last == 1.5
    assert progress.loss() == 18 / 12
    assert (progress.nats, progress.predictions) == (0, 0)


def test_reading_waits_until_enough_are_there(tmp_path: Path) -> None:
    progress = Progress()
    into = losses(tmp_path, progress, at_once=3)
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
    ("nats", "norm", "what"), [(math.nan, 1.0, "loss"), (1.0, math.inf, "gradient")]
)
def test_what_is_not_finite_is_named(tmp_path: Path, nats: float, norm: float, what: str) -> None:
    progress = Progress()
    into = losses(tmp_path, progress, at_once=3)
    note(into, progress, 1.0)
    note(into, progress, nats, norm)
    with pytest.raises(TrainingError, match=f"the {what} is not finite") as caught:
        note(into, progress, 1.0)
    message = str(caught.value)
    assert "phase `train`, update 2" in message
    assert "a batch of language=tr,task=ner" in message
    assert "the last good checkpoint is the model as it began" in message


def test_the_last_good_checkpoint_is_named(tmp_path: Path) -> None:
    path = checkpoint.write(tmp_path, "000-00000005", {}, {})
    progress = Progress()
    with pytest.raises(TrainingError, match="last good checkpoint") as caught:
        note(losses(tmp_path, progress), progress, math.inf)
    assert f"`{path}`" in str(caught.value)


def test_many_rows_are_cut_short(tmp_path: Path) -> None:
    rows = tuple(Row(language=f"l{place}") for place in range(20))
    with pytest.raises(TrainingError, match="language=l15; and 4 more"):
        losses(tmp_path, Progress()).add(rows, torch.tensor([math.nan, 1.0, 1.0]))


def test_a_scaled_gradient_may_overflow(tmp_path: Path) -> None:
    progress = Progress()
    note(losses(tmp_path, progress, may_overflow=True), progress, 2.0, math.inf)
    assert progress.nats == 2
