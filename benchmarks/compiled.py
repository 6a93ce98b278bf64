"""`python -m benchmarks.compiled`: the backbone as a compiled graph beside operator after operator.

Both run in turns in one process, on the same model and batch. A ratio is the time of the compiled
one over that of the other; the table has the median over all rounds, the smallest and the largest,
and the seconds that it took to make the graphs.
"""

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import torch
from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.cases import CASES, Case, work_of
from benchmarks.setting import BERT_BASE, Setting
from benchmarks.systems import Systems
from benchmarks.timing import CLOCKS, Clock, Spread, interleaved, spread
from hyperadapters.machine.memory import keep_freed_memory
from hyperadapters.model.compiled import Compiled

__all__ = ["Beside", "measure"]

NAMES = (
    "plain forward",
    "inference, 16 rows of width 48",
    "inference, Hyper-X Base, 16 rows",
    "training step, Hyper-X Base",
    "training step, Hyper-X Base, 4 rows",
)
ROUNDS = 9


class Beside(NamedTuple):
    """A case, the ratios of its rounds, and what its graphs cost."""

    name: str
    ratio: Spread
    seconds: Spread
    made: float


def measure(
    cases: list[Case],
    setting: Setting,
    rounds: int,
    device: torch.device,
    clock: Clock = CLOCKS["wall"],
    *,
    backend: str = "inductor",
) -> list[Beside]:
    """Each case compiled over itself, in turns."""
    systems = Systems(setting, device, max(case.rows for case in cases))
    return [_beside(case, systems, rounds, clock, backend) for case in cases]


def _beside(case: Case, systems: Systems, rounds: int, clock: Clock, backend: str) -> Beside:
    compiled = work_of(case, systems, Compiled(backend=backend))
    start = perf_counter()
    compiled()
    made = perf_counter() - start
    pairs = {case.name: (compiled, work_of(case, systems))}
    taken = interleaved(pairs, rounds, systems.device, clock=clock)[case.name]
    ratios = spread([own / over for own, over in taken])
    return Beside(case.name, ratios, spread([own for own, _ in taken]), made)


def main() -> None:
    """Measures, prints, and saves where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compiled", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements of each case")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="what times are read from")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    arguments = parser.parse_args()
    keep_freed_memory()
    device, console = machine.device(), Console(width=100)
    facts = machine.facts(device)
    cases = [case for case in CASES if case.name in NAMES]
    clock = CLOCKS[arguments.clock]
    found = measure(cases, BERT_BASE, arguments.rounds, device, clock)
    table = Table("case", "ratio", "least..most", "ms", "graphs made in", title="compiled / plain")
    for one in found:
        scatter = f"{one.ratio.least:.3f}..{one.ratio.most:.3f}"
        milliseconds = f"{1000 * one.seconds.median:,.0f}"
        table.add_row(
            one.name, f"{one.ratio.median:.3f}", scatter, milliseconds, f"{one.made:.0f} s"
        )
    console.print(table)
    if arguments.save:
        result = {"machine": facts, "rounds": arguments.rounds, "clock": arguments.clock}
        file = Path(__file__).parent / "results" / f"{arguments.save}.json"
        compared = [
            {
                "name": one.name,
                "ratio": one.ratio._asdict(),
                "seconds": one.seconds._asdict(),
                "made": one.made,
            }
            for one in found
        ]
        file.write_text(json.dumps({**result, "compiled": compared}, indent=1) + "\n")


if __name__ == "__main__":
    main()
