"""`python -m benchmarks.operators`: which share of a step is products of matrices.

Compiling can fuse what is between products and drop the time that calls of operators take; the
products themselves are the same calls. So the share bounds what it can gain. Each case runs under
the profiler of `torch`, one operator after another; a line has the share of its operators' own time
that products take, in float32 and in bf16.
"""

import argparse
from collections.abc import Callable

import torch
from rich.console import Console
from torch.profiler import ProfilerActivity, profile

from benchmarks import machine
from benchmarks.cases import CASES, work_of
from benchmarks.compiled import NAMES, PRECISIONS
from benchmarks.setting import BERT_BASE
from benchmarks.systems import Systems

__all__ = ["PRODUCTS", "share_of_products"]

PRODUCTS = frozenset({"aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm"})
"""The operators that multiply matrices, below all others."""
_RUNS = 3


def share_of_products(work: Callable[[], object], runs: int = _RUNS) -> float:
    """The share of products in the own time of all operators, after one run that is not counted."""
    work()
    with profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in range(runs):
            work()
    own = {one.key: float(one.self_cpu_time_total) for one in found.key_averages()}
    return sum(own.get(name, 0.0) for name in PRODUCTS) / sum(own.values())


def main() -> None:
    """Measures, prints, and saves where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.operators", description=__doc__)
    parser.add_argument("--runs", type=int, default=_RUNS, help="of each case")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    arguments = parser.parse_args()
    device, console = torch.device("cpu"), Console(width=100)
    shares: dict[str, dict[str, float]] = {}
    for case in (case for case in CASES if case.name in NAMES):
        work = work_of(case, Systems(BERT_BASE, device, case.rows))
        shares[case.name] = {
            name: round(share_of_products(within(work, device, BERT_BASE), arguments.runs), 3)
            for name, within in PRECISIONS.items()
        }
        found = ", ".join(f"{name} {share:.0%}" for name, share in shares[case.name].items())
        console.print(f"{case.name}: {found}")
    if arguments.save:
        machine.save({"machine": machine.facts(device), "products": shares}, arguments.save)


if __name__ == "__main__":
    main()
