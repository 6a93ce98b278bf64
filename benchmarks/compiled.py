"""`python -m benchmarks.compiled`: the backbone as a compiled graph beside operator after operator.

Both run in turns in one process, on the same model and batch. A ratio is the time of the compiled
one over that of the other; a line has the median over all rounds, the smallest and the largest, and
the seconds that it took to make the graphs.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from time import perf_counter
from typing import NamedTuple

import torch
from rich.console import Console

from benchmarks import machine
from benchmarks.cases import CASES, Case, work_of
from benchmarks.precision import Work, in_bf16
from benchmarks.setting import BERT_BASE, Setting
from benchmarks.systems import Systems
from benchmarks.timing import CLOCKS, Clock, Spread, interleaved, spread
from hyperadapters.machine.memory import keep_freed_memory
from hyperadapters.machine.precision import attention_of
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

In = Callable[[Work, torch.device, Setting], Work]
"""In which numbers a piece of work is computed."""


def _bf16(work: Work, device: torch.device, setting: Setting) -> Work:
    return in_bf16(work, device, partial(attention_of, "bf16", device, setting.tokens))


PRECISIONS: Mapping[str, In] = {"no": lambda work, device, setting: work, "bf16": _bf16}


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
    precision: In = PRECISIONS["no"],
) -> Iterator[Beside]:
    """Each case compiled over itself, in turns, both in the same precision."""
    for case in cases:
        systems = Systems(setting, device, case.rows)
        compiled = precision(work_of(case, systems, Compiled(backend=backend)), device, setting)
        start = perf_counter()
        compiled()
        made = perf_counter() - start
        pairs = {case.name: (compiled, precision(work_of(case, systems), device, setting))}
        taken = interleaved(pairs, rounds, systems.device, clock=clock)[case.name]
        ratios = spread([own / over for own, over in taken])
        yield Beside(case.name, ratios, spread([own for own, _ in taken]), made)


def main() -> None:
    """Measures, prints, and saves where asked to."""
    arguments = _arguments()
    keep_freed_memory()
    device, console = machine.device(), Console(width=100)
    result = {"machine": machine.facts(device), "rounds": arguments.rounds}
    result |= {"clock": arguments.clock, "precision": arguments.precision, "compiled": []}
    cases = [case for case in CASES if case.name in NAMES and arguments.case in case.name]
    clock, precision = CLOCKS[arguments.clock], PRECISIONS[arguments.precision]
    for one in measure(cases, BERT_BASE, arguments.rounds, device, clock, precision=precision):
        scatter = f"{one.ratio.least:.3f}..{one.ratio.most:.3f}"
        milliseconds = f"{1000 * one.seconds.median:,.0f} ms"
        made = f"graphs made in {one.made:.0f} s"
        console.print(f"{one.name}: {one.ratio.median:.3f} ({scatter}), {milliseconds}, {made}")
        result["compiled"].append(
            {
                "name": one.name,
                "ratio": one.ratio._asdict(),
                "seconds": one.seconds._asdict(),
                "made": one.made,
            }
        )
        if arguments.save:
            machine.save(result, arguments.save)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compiled", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements of each case")
    parser.add_argument("--case", default="", help="only the cases with this in their names")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="what times are read from")
    parser.add_argument("--precision", choices=PRECISIONS, default="no", help="of both")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
