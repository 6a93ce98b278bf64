"""Step time and parameters as languages are added: only their names grow."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import NamedTuple

import torch

from benchmarks.cases import training_step
from benchmarks.setting import Setting, languages
from benchmarks.systems import SYSTEMS, Systems
from benchmarks.timing import CLOCKS, Clock, Spread, interleaved, spread
from hyperadapters.context import Context
from hyperadapters.model.counting import counts

__all__ = ["NUMBERS", "Grown", "grown", "measure"]

NUMBERS = (10, 100, 1000)


class Grown(NamedTuple):
    """So many languages: Hyper-X's step, its parameters, and those of narrow tables."""

    languages: int
    seconds: Spread
    ratio: Spread
    hyper_x: int
    tables: int


def grown(system: str, setting: Setting, names: int) -> int:
    """Parameters that a system trains without its heads, counted without making them."""
    with torch.device("meta"):
        model = SYSTEMS[system](setting, names)
    trained: int = counts(model)["trained_without_heads"]
    return trained


def measure(
    setting: Setting,
    rounds: int,
    device: torch.device,
    numbers: Sequence[int] = NUMBERS,
    clock: Clock = CLOCKS["wall"],
) -> list[Grown]:
    """Training steps of Hyper-X, each under the next language, over those with the fewest."""
    steps = {number: _step(setting, number, device) for number in numbers}
    fewest = steps[numbers[0]]
    pairs = {str(number): (step, fewest) for number, step in steps.items()}
    taken = interleaved(pairs, rounds, device, clock=clock)
    return [
        Grown(
            number,
            spread([own for own, _ in taken[str(number)]]),
            spread([own / over for own, over in taken[str(number)]]),
            grown("hyper-x", setting, number),
            grown("narrow table", setting, number),
        )
        for number in numbers
    ]


def _step(setting: Setting, number: int, device: torch.device) -> Callable[[], object]:
    rows = cycle(languages(number))
    return training_step(
        Systems(setting, device, number),
        "hyper-x",
        lambda: Context.uniform(next(rows), setting.examples),
    )
