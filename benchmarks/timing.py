"""Times of many things side by side, in rounds: a slow minute hits all alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch

__all__ = ["CLOCKS", "Clock", "Spread", "interleaved", "spread"]

Clock = Callable[[], float]
CLOCKS: Mapping[str, Clock] = {"wall": time.perf_counter, "processor": time.process_time}
"""`processor` is this process's own time, summed over threads: for a machine that is not alone."""


class Spread(NamedTuple):
    """Median, smallest and largest of some numbers."""

    median: float
    least: float
    most: float


def spread(numbers: list[float]) -> Spread:
    """The spread of at least one number."""
    return Spread(statistics.median(numbers), min(numbers), max(numbers))


def seconds(run: Callable[[], object], device: torch.device, clock: Clock) -> float:
    """Time of one run, until the device has finished."""
    _wait(device)
    start = clock()
    run()
    _wait(device)
    return clock() - start


def interleaved(
    pairs: Mapping[str, tuple[Callable[[], object], Callable[[], object]]],
    rounds: int,
    device: torch.device,
    done: Callable[[int], object] = lambda number: None,
    clock: Clock = time.perf_counter,
) -> dict[str, list[tuple[float, float]]]:
    """Seconds of each run, and of what it is divided by, run right before it.

    One more round comes first, to warm up. Whatever is timed has just run once untimed, as a step
    of training follows a step: memory and caches are then its own.

    Args:
        pairs: per name, the run and what it is divided by.
        rounds: measurements of each pair.
        device: to wait for.
        done: told the number of rounds that are finished.
        clock: gives seconds.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pairs}
    for number in range(rounds + 1):
        for name, (run, over) in pairs.items():
            unit, own = (_second(work, device, clock) for work in (over, run))
            taken[name].append((own, unit))
        done(number)
    return {name: pairs_[1:] for name, pairs_ in taken.items()}


def _second(run: Callable[[], object], device: torch.device, clock: Clock) -> float:
    run()
    return seconds(run, device, clock)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
