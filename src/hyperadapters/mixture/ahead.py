"""Batches that are made while the model computes."""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, final

from hyperadapters.mixture.mixture import Draw, Mixture

__all__ = ["Ahead"]


@final
class Ahead:
    """What one rank computes of the batches of a mixture, made by a thread of its own before it is
    asked for.

    The draws are those of the mixture. Its state is that after the last draw that was asked for,
    whatever has been made since. What fails in the thread is raised where it is asked for.

    Args:
        mixture: nobody else draws from it meanwhile.
        number: of batches that are made ahead.
    """

    def __init__(self, mixture: Mixture, rank: int, ranks: int, number: int = 2) -> None:
        self._mixture = mixture
        self._rank = rank
        self._ranks = ranks
        self._number = number
        self._made: deque[Future[Draw]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._state: dict[str, Any] | None = None

    def draw(self) -> Draw:
        """The next one."""
        state = self.state()
        while len(self._made) <= self._number:
            make = self._mixture.draw_part
            self._made.append(self._thread.submit(make, self._rank, self._ranks))
        drawn = self._made.popleft().result()
        state["draws"] += 1
        for stream, deck in drawn.dealt:
            state["dealt"][stream][deck] += drawn.block
        self._state = state
        return drawn

    def state(self) -> dict[str, Any]:
        """Where the mixture stood after the last draw; see `Mixture.state`."""
        return self._mixture.state() if self._state is None else self._state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on where `state` was taken, as `Mixture.restore` does; before the first draw."""
        self._mixture.restore(state)

    def close(self) -> None:
        """Makes no more."""
        self._thread.shutdown(cancel_futures=True)
