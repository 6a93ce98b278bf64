"""`python -m benchmarks.claims.shuffled OUTPUT RUN...`: runs scored under other languages' weights.

A control: every language gets the weights of the next one, in a ring over the languages that were
trained. The results of each run go to a folder of its own in OUTPUT, for
`python -m benchmarks.claims.verdicts STUDY hyper-x-shuffled=OUTPUT`.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, final

from rich.console import Console

from hyperadapters.context import Row
from hyperadapters.machine.ranks import process
from hyperadapters.machine.whole import write_text
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Schedule
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Matrix

__all__ = ["Ring", "shuffled"]


@final
@dataclass(frozen=True)
class Ring(Schedule):
    """Data of each language run under the row of the next one; of others, under their own.

    Args:
        languages: in order; the last one is followed by the first.
    """

    languages: tuple[str, ...]

    def row(self, observed: Row, micro_batch: int) -> Row:
        """`observed` with the language after its own."""
        language = observed["language"]
        if language not in self.languages:
            return observed
        following = self.languages.index(language) + 1
        return observed.replaced(language=self.languages[following % len(self.languages)])

    def spelt_out(self) -> dict[str, Any]:
        """`ring`, and the languages."""
        return {"ring": list(self.languages)}


def ring_of(assembly: Assembly) -> Ring:
    """The languages that the last phase was trained on, sorted."""
    cells = assembly.method.phases[-1].cells
    return Ring(tuple(sorted({cell.row["language"] for cell in cells if "language" in cell.row})))


def shuffled(assembly: Assembly) -> Matrix:
    """The matrix of a run whose languages have each other's weights."""
    ring = ring_of(assembly)
    matrix = evaluate(assembly, under=ring)
    return replace(matrix, run=f"{matrix.run} shuffled")


def main() -> None:
    """Scores every run, and says where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs of one system")
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    load = partial(bundle.load, data_root=arguments.data_root, device=process().device)
    _score(arguments.output, arguments.runs, load)


def _score(output: Path, runs: Sequence[Path], load: Any) -> None:
    console = Console(stderr=True)
    for run in runs:
        file = output / run.resolve().name / "results.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, shuffled(load(run / "model")).to_json())
        console.print(f"{run} -> {file}", markup=False)


if __name__ == "__main__":
    main()
