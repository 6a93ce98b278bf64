"""`python -m benchmarks.precision`: training steps in bf16 beside the same in float32.

Both run in turns in one process, on the same model and batch. A line has the ratio of a step in
bf16 to one in float32, as median, smallest and largest of all rounds: with the attention that
`torch` chooses, and with the one that training takes here.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import torch
from rich.console import Console

from benchmarks import machine
from benchmarks.cases import CASES, Case, work_of
from benchmarks.setting import BERT_BASE, Setting
from benchmarks.systems import Systems
from benchmarks.timing import CLOCKS, Clock, Spread, interleaved, spread
from hyperadapters.machine.memory import keep_freed_memory
from hyperadapters.machine.precision import attention_of, native_bf16

__all__ = ["SMALL", "Attention", "Beside", "Work", "in_bf16", "measure"]

SMALL = replace(BERT_BASE, layers=3, width=128, heads=4, ffn=512, examples=32, tokens=24)
"""The encoder of the quickstart and a batch of its size."""
SETTINGS = {"BERT-base size": BERT_BASE, "3 layers × 128": SMALL}
NAMES = (
    "training step, full fine-tuning",
    "training step, one adapter of width 48",
    "training step, Hyper-X Base",
)
ROUNDS = 9

Work = Callable[[], object]
Attention = Callable[[], AbstractContextManager[None]]


class Beside(NamedTuple):
    """A case, and the ratios of its rounds with either attention."""

    name: str
    chosen: Spread
    ours: Spread


def measure(
    cases: list[Case], setting: Setting, rounds: int, device: torch.device, clock: Clock
) -> Iterator[Beside]:
    """Each case in bf16 over itself in float32, in turns."""
    ours = partial(attention_of, "bf16", device, setting.tokens)
    attentions: dict[str, Attention] = {"chosen": nullcontext, "ours": ours}
    for case in cases:
        work = work_of(case, Systems(setting, device, case.rows))
        pairs = {
            name: (in_bf16(work, device, attention), work) for name, attention in attentions.items()
        }
        taken = interleaved(pairs, rounds, device, clock=clock)
        ratios = {name: spread([own / over for own, over in taken[name]]) for name in pairs}
        yield Beside(case.name, **ratios)


def in_bf16(work: Work, device: torch.device, attention: Attention) -> Work:
    """A piece of work that is computed in bf16, with an attention."""

    def done() -> None:
        with torch.autocast(device.type, torch.bfloat16), attention():
            work()

    return done


def main() -> None:
    """Measures, prints, and saves where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.precision", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements of each case")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="what times are read from")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    arguments = parser.parse_args()
    keep_freed_memory()
    device, console = machine.device(), Console(width=110)
    result = {"machine": machine.facts(device), "native bf16": native_bf16(device)}
    result |= {"rounds": arguments.rounds, "clock": arguments.clock}
    cases = [case for case in CASES if case.name in NAMES]
    for size, setting in SETTINGS.items():
        lines = measure(cases, setting, arguments.rounds, device, CLOCKS[arguments.clock])
        for one in lines:
            ratios = {"chosen": one.chosen._asdict(), "ours": one.ours._asdict()}
            result[f"{size}, {one.name}"] = ratios
            console.print(f"{size}, {one.name}: {_shown(one.chosen)}, ours {_shown(one.ours)}")
    if arguments.save:
        machine.save(result, arguments.save)


def _shown(ratios: Spread) -> str:
    return f"{ratios.median:.2f} ({ratios.least:.2f}..{ratios.most:.2f})"


if __name__ == "__main__":
    main()
