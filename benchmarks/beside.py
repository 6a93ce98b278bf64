"""`python -m benchmarks.beside CHECKOUT`: every case of `speed` here beside another checkout.

Both have a process of their own, which waits while the other works: round after round each case
runs in the one and right after in the other, in turns first. A ratio is the time here over the time
there; the table has the median over all rounds, and the smallest and largest.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

LAP = """
import json, sys
from benchmarks import __main__ as bench
bench.keep_freed_memory()
device = bench.machine.device()
systems = bench.Systems(bench.BERT_BASE, device, bench.MOST_ROWS)
cases = [case for case in bench.CASES if case.rows <= bench.BERT_BASE.examples]
runs = {case.name: bench.work_of(case, systems) for case in cases}
clock = bench.CLOCKS[sys.argv[1]]
print(json.dumps(list(runs)), flush=True)
for line in sys.stdin:
    run = runs[line.rstrip("\\n")]
    run()
    start = clock()
    run()
    print(clock() - start, flush=True)
"""
"""What both processes do: they name their cases, then run and time those that they are told."""
ROUNDS = 9


def main() -> None:
    """Measures, and prints the ratios."""
    arguments = _arguments()
    here, there = (_started(path, arguments.clock) for path in (Path(), arguments.checkout))
    own, known = _answer(here), set(_answer(there))
    cases = [name for name in own if name in known and arguments.case in name]
    ratios: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(arguments.rounds + 1):  # the first one warms up
        for name in cases:
            order = (here, there) if number % 2 else (there, here)
            taken = {process.pid: _lap(process, name) for process in order}
            if number:
                ratios[name].append(taken[here.pid] / taken[there.pid])
    _print(ratios)
    if arguments.save:
        Path(arguments.save).write_text(json.dumps(ratios, indent=1) + "\n")


def _started(checkout: Path, clock: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{checkout.resolve()}/src", "HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", LAP, clock],
        cwd=checkout,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _answer(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def _lap(process: subprocess.Popen[str], name: str) -> float:
    assert process.stdin is not None
    process.stdin.write(f"{name}\n")
    process.stdin.flush()
    return float(_answer(process))


def _print(ratios: dict[str, list[float]]) -> None:
    table = Table("case", "ratio", "smallest", "largest", title="time here / time there")
    for name, own in ratios.items():
        numbers = (statistics.median(own), min(own), max(own))
        table.add_row(name, *(f"{number:.3f}" for number in numbers))
    Console(width=100).print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("checkout", type=Path, help="the other checkout, such as a worktree")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements of each case")
    parser.add_argument("--case", default="", help="only the cases with this in their names")
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    parser.add_argument("--save", metavar="FILE", help="write the ratios here, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
