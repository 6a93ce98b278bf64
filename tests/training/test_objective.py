"""What is minimised depends on something that is trained."""

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.errors import TrainingError
from hyperadapters.method import Phase
from hyperadapters.training.objective import check_reached

_ROWS = [Row(task="ner", language="sw"), Row(task="ner", language="en")]


def test_a_loss_that_nothing_trained_is_in_is_refused() -> None:
    phase = Phase(trains=frozenset({"language=zu"}), name="more")
    check_reached(torch.zeros((), requires_grad=True), phase, _ROWS)
    said = "(?s)phase `more`.*language=zu.*language=en,task=ner, language=sw,task=ner"
    with pytest.raises(TrainingError, match=said):
        check_reached(torch.zeros(()), phase, _ROWS)
