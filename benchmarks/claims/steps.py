"""`python -m benchmarks.claims.steps STUDY [LINE...]`: how long do updates take?

Updates of the lines of a study, each beside one of the first line: which systems cost the same
(Baziotis et al., 2022, table 1).
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.claims.stages import first_stage
from benchmarks.timing import Spread, interleaved, spread
from hyperadapters.config import RunFile
from hyperadapters.errors import UnknownName
from hyperadapters.machine.memory import keep_freed_memory
from hyperadapters.machine.ranks import process
from hyperadapters.study import plan_study

ROUNDS = 40


class Cost(NamedTuple):
    """Of an update: seconds, and those seconds over the first line's, taken side by side."""

    seconds: Spread
    ratio: Spread


def costs(
    runs: dict[str, RunFile], folder: Path, *, rounds: int, data_root: Path | None = None
) -> dict[str, Cost]:
    """The cost of an update of each run beside the first; all are built anew and trained a bit."""
    stages = {
        name: first_stage(run, folder / str(number), data_root=data_root)[1]
        for number, (name, run) in enumerate(runs.items())
    }
    first = next(iter(stages.values()))
    pairs = {name: (stage.update, first.update) for name, stage in stages.items()}
    taken = interleaved(pairs, rounds, process().device)
    return {
        name: Cost(spread([own for own, _ in times]), spread([own / one for own, one in times]))
        for name, times in taken.items()
    }


def lines(study: Path, names: Sequence[str]) -> dict[str, RunFile]:
    """The first run of each line of a study, or of those named.

    Raises:
        UnknownName: the study has no such line.
    """
    plan = plan_study(study)
    found: dict[str, RunFile] = {}
    for planned in plan.runs:
        found.setdefault(planned.line, planned.run)
    for name in names:
        if name not in found:
            raise UnknownName("line", name, found)
    return {name: found[name] for name in names or found}


def main() -> None:
    """A line per system."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("lines", nargs="*", help="of the study; all by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    keep_freed_memory()
    runs = lines(arguments.study, arguments.lines)
    table = Table("system", "seconds", "ratio", "least to most")
    with tempfile.TemporaryDirectory() as folder:
        found = costs(runs, Path(folder), rounds=arguments.rounds, data_root=arguments.data_root)
    for name, cost in found.items():
        spreads = f"{cost.ratio.least:.2f} to {cost.ratio.most:.2f}"
        table.add_row(name, f"{cost.seconds.median:.3f}", f"{cost.ratio.median:.3f}", spreads)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
