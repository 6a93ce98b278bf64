"""Work that is shared out among processes once it has proved to be much."""

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar, final

__all__ = ["ALL_CORES", "Workers", "cores", "each_of"]

Work = TypeVar("Work")
Done = TypeVar("Done")

_LOG = logging.getLogger(__name__)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processes(number: int, do: Callable[[Any], Any]) -> Executor:
    """Processes that begin empty: none inherits the threads of this one, and none runs the script
    that this one runs.
    """
    from joblib.externals.loky import ProcessPoolExecutor

    executor: Executor = ProcessPoolExecutor(number, initializer=_begin, initargs=(do,))
    return executor


@final
@dataclass(frozen=True)
class Workers:
    """Who does work that is much.

    Args:
        number: of workers; with one, this process does it all.
        alone: seconds that this process works alone before there are workers: about what starting
            them costs, so that little work never waits for them.
        start: gives an executor with so many workers for some work.
    """

    number: int = 0
    alone: float = 20.0
    start: Callable[[int, Callable[[Any], Any]], Executor] = _processes


ALL_CORES = Workers()
"""A worker for each."""


def each_of(work: Iterable[Work], do: Callable[[Work], Done], workers: Workers) -> Iterator[Done]:
    """What is done with each piece of work, in order.

    What a worker fails at is done in this process, which raises what there is to raise.
    """
    pieces, since, number = iter(work), time.monotonic(), workers.number or cores()
    for piece in pieces:
        yield do(piece)
        if number > 1 and time.monotonic() - since > workers.alone:
            break
    following = next(pieces, None)
    if following is not None:
        with workers.start(number, do) as executor:
            yield from _shared(chain((following,), pieces), do, executor, 2 * number)


def _shared(
    pieces: Iterator[Work], do: Callable[[Work], Done], executor: Executor, ahead: int
) -> Iterator[Done]:
    waiting: deque[tuple[Work, Future[Done]]] = deque()
    for piece in pieces:
        waiting.append((piece, executor.submit(_done, piece)))
        if len(waiting) > ahead:
            yield _result(*waiting.popleft(), do)
    while waiting:
        yield _result(*waiting.popleft(), do)


def _result(piece: Work, future: "Future[Done]", do: Callable[[Work], Done]) -> Done:
    try:
        return future.result()
    except Exception as error:  # whatever a process can die of; `do` says what is to be said
        _LOG.warning("a process that encodes text failed, and this one does its work: %r", error)
        return do(piece)


_WORK: list[Callable[[Any], Any]] = []
"""In a worker, what it does with each piece."""


def _begin(do: Callable[[Any], Any]) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # a core each
    _WORK[:] = [do]


def _done(piece: Any) -> Any:
    return _WORK[0](piece)
