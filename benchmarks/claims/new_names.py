"""`python -m benchmarks.claims.new_names RUN... --languages hr=sk sq=ro`: what is a new name worth?

Every run, a seed of one system, gets each language as a name of its own that is fitted on a few
examples (`hyperadapters adapt`, the embedding alone). Its test cells are scored under that name,
under the mean of all names that the run had, and under a name that is near: intervals over seeds
and test sentences of how far the first is above the others; besides, how long it took and how large
the file is. That old rows have to the bit the weights that they had is checked on the way.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.claims.paired import Cells, Gap, gap
from hyperadapters.mixes import mix
from hyperadapters.model.beginning import MEAN
from hyperadapters.run import bundle, extended
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Fixed, Observed, Schedule
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.study.adapting import adapt
from hyperadapters.study.new_name import Wanted

__all__ = ["Fitted", "fitted", "gaps"]


class Fitted(NamedTuple):
    """One name of one run.

    Args:
        own, mean, near: the cells of the language under the name itself, under the mean of all
            names that were there before, and under a near one.
        seconds: for loading the run, fitting the name and scoring it.
        bytes: of what has to be kept of it.
    """

    own: Cells
    mean: Cells
    near: Cells
    seconds: float
    bytes: int


def fitted(run: Path, wanted: Wanted, near: str, folder: Path) -> Fitted:
    """Gives a run a name, and scores it beside two others.

    Args:
        wanted: the name, and how it is fitted.
        near: a name that the run has.
        folder: for what is fitted.

    Raises:
        BundleError: an old row has other weights than before, or the run knows no names.
    """
    start = time.perf_counter()
    adapt(run, wanted, folder)
    seconds = time.perf_counter() - start
    known = bundle.load(bundle.inside(run)).model.embeddings()["language"]
    assembly = extended.read(run, folder)
    size = sum(file.stat().st_size for file in (folder / "model").iterdir())
    mean = Fixed(language=mix(dict.fromkeys(known, 1)))
    own, mixed, related = (
        _cells(assembly, under) for under in (Observed(), mean, Fixed(language=near))
    )
    return Fitted(own, mixed, related, seconds, size)


def _cells(assembly: Assembly, under: Schedule) -> Cells:
    return {(cell.task, cell.language): cell for cell in evaluate(assembly, under=under).cells}


def gaps(by_seed: Mapping[int, Fitted]) -> Iterator[tuple[str, str, float, Gap]]:
    """By task and by what the name stands beside: its score, and how far it is above the other."""
    first = next(iter(by_seed.values()))
    own = {seed: one.own for seed, one in by_seed.items()}
    for pair in first.own:
        score = 100 * fmean(one.own[pair].score for one in by_seed.values())
        for what in ("mean", "near"):
            beside: Mapping[int, Cells] = {s: getattr(one, what) for s, one in by_seed.items()}
            yield pair[0], what, score, gap(own, beside, [pair])


def main() -> None:
    """Prints a line per language, task and what the new name stands beside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="folders, the seeds of a system")
    parser.add_argument("--languages", nargs="+", required=True, metavar="NEW=NEAR")
    parser.add_argument("--examples", type=int, help="of each cell; all without")
    parser.add_argument("--init-from", default=MEAN, help="what each begins as; mean")
    parser.add_argument("--set", nargs="*", default=(), help="of the recipe: steps=500")
    arguments = parser.parse_args()
    table = Table("language", "task", "score", "above", "points", "seconds", "bytes")
    for language, near in (text.split("=") for text in arguments.languages):
        wanted = Wanted(
            language=(language,),
            init_from=arguments.init_from,
            examples=arguments.examples,
            changes=tuple(arguments.set),
        )
        by_seed = dict(_each(arguments.runs, wanted, near))
        seconds = max(one.seconds for one in by_seed.values())
        size = max(one.bytes for one in by_seed.values())
        for task, what, score, found in gaps(by_seed):
            beside = "the mean of all" if what == "mean" else near
            table.add_row(
                language,
                task,
                f"{score:.1f}",
                beside,
                _shown(found),
                f"{seconds:.1f}",
                f"{size:,}",
            )
    Console(width=120).print(table)


def _each(runs: Sequence[Path], wanted: Wanted, near: str) -> Iterator[tuple[int, Fitted]]:
    for number, run in enumerate(runs):
        with tempfile.TemporaryDirectory() as folder:
            yield number, fitted(run, wanted, near, Path(folder) / "adapted")


def _shown(found: Gap) -> str:
    if found.low is None or found.high is None:
        return f"{100 * found.value:+.1f}"
    return f"{100 * found.value:+.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


if __name__ == "__main__":
    main()
