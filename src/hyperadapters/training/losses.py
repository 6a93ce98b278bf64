"""Losses on their way from the device, and the watch for those that are not finite."""

import math
from collections.abc import Callable, Mapping
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from hyperadapters.context import Row
from hyperadapters.errors import TrainingError
from hyperadapters.training.progress import Progress

__all__ = ["Losses"]


@final
class Losses:
    """The numbers of each update, read from the device many at once: each reading waits for it.

    Args:
        progress: of the run; what is read is added to its sums.
        phase: its name, for messages.
        remedy: what to do where something is not finite, for messages, by the number of updates
            after which the weights were still good: a finite loss was computed with them.
        at_once: updates that may wait to be read.
        may_overflow: whether gradients may be infinite: a loss scaler leaves out such updates.
    """

    def __init__(
        self,
        progress: Progress,
        *,
        phase: str,
        remedy: Callable[[int], str],
        at_once: int,
        may_overflow: bool,
    ) -> None:
        self.last = math.nan
        self._progress = progress
        self._phase = phase
        self._remedy = remedy
        self._at_once = at_once
        self._may_overflow = may_overflow
        self._unread: list[tuple[int, tuple[Row, ...], Tensor]] = []

    def add(self, rows: tuple[Row, ...], numbers: Float[Tensor, "3"]) -> None:
        """An update is done, on examples of some rows: its nats, predictions and gradient norm.

        Raises:
            TrainingError: a loss or a gradient that was waiting is not finite.
        """
        self._unread.append((self._progress.step, rows, numbers))
        if len(self._unread) >= self._at_once:
            self.read()

    def read(self) -> None:
        """Adds everything that waits to the sums; `last` is then the newest loss, in nats.

        Raises:
            TrainingError: a loss or a gradient is not finite.
        """
        if not self._unread:
            return
        read = torch.stack([numbers for _, _, numbers in self._unread]).tolist()
        for (step, rows, _), (nats, predictions, norm) in zip(self._unread, read, strict=True):
            if not math.isfinite(nats):
                raise self._error("loss is", step, _told(rows), good=step - 2)
            if not (math.isfinite(norm) or self._may_overflow):
                raise self._error("gradient is", step, _told(rows), good=step - 1)
            self._progress.nats += nats
            self._progress.predictions += predictions
            self.last = nats / max(predictions, 1.0)
        self._unread.clear()

    def check(self, weights: Mapping[str, Tensor]) -> None:
        """Nothing if weights are finite, after the last update too, whose loss is not known yet.

        Raises:
            TrainingError: one of them is not.
        """
        self.read()
        broken = next((name for name, w in weights.items() if not w.isfinite().all()), None)
        if broken is not None:
            step = self._progress.step
            raise self._error("weights are", step, f"`{broken}`, after this update", good=step - 1)

    def _error(self, what: str, step: int, found: str, *, good: int) -> TrainingError:
        return TrainingError(
            f"the {what} not finite",
            where=f"phase `{self._phase}`, update {step}",
            found=found,
            cause="a learning rate that is too high, or a precision that is too low",
            remedy=self._remedy(good),
        )


def _told(rows: tuple[Row, ...]) -> str:
    more = "" if len(rows) <= 16 else f"; and {len(rows) - 16} more"
    return f"a batch of {'; '.join(map(str, rows[:16]))}{more}"
