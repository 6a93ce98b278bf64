"""`python -m benchmarks.claims.targets STUDY...`: on how many targets is a system above another?

For systems that are trained on one language and scored in others, such as the target-language-ready
ones beside MAD-X (Parović et al., 2023): how far the mean over the targets is above that of the
reference, on how many of them a system is above it and how many of these intervals exclude zero,
and how many task adapters, which are runs, it needs for all targets together.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from rich.console import Console
from rich.table import Table

from benchmarks.claims.paired import Cells, Gap, Pair, gap
from benchmarks.claims.stored import TRAINED, UNTRAINED, Systems, read

__all__ = ["SIGNAL", "Line", "lines"]

SIGNAL = 5.0
"""Points above chance that a score in the language of training needs for the rest to mean much."""


@dataclass(frozen=True)
class Line:
    """One system on one task.

    Args:
        task: which.
        system: which.
        source: its mean score × 100 in the languages that it was trained in, over seeds; None where
            it was not scored there.
        target: its mean score × 100 in the others, over seeds.
        mean: how far that is above the reference; None for the reference itself.
        each: the same by target.
        adapters: how many task adapters it has for all targets.
    """

    task: str
    system: str
    source: float | None
    target: float
    mean: Gap | None
    each: Mapping[str, Gap]
    adapters: int

    @property
    def above(self) -> int:
        """On how many targets it is above the reference."""
        return sum(one.value > 0 for one in self.each.values())

    @property
    def surely(self) -> int:
        """On how many of them the whole interval is above zero."""
        return sum(one.low is not None and one.low > 0 for one in self.each.values())


def lines(systems: Systems, reference: str) -> Iterator[Line]:
    """A line per task and system, the reference first.

    Raises:
        DataError: the reference has no seed in common with a system, or other sentences.
    """
    names = [reference, *(name for name in systems.names if name != reference)]
    cells = {name: systems.cells(name, UNTRAINED) for name in names}
    for task in dict.fromkeys(task for own in cells[reference].values() for task, _ in own):
        for name in names:
            yield _line(systems, name, task, cells[name], cells[reference])


def _line(
    systems: Systems, name: str, task: str, own: Mapping[int, Cells], beside: Mapping[int, Cells]
) -> Line:
    pairs = _pairs(own, task)
    each, mean = dict[str, Gap](), None
    if own is not beside:
        each = {language: gap(own, beside, [(task, language)]) for _, language in pairs}
        mean = gap(own, beside, pairs)
    trained = systems.cells(name, TRAINED)
    known = _pairs(trained, task)
    adapters = max(map(len, systems.of(name).values()))
    return Line(
        task,
        name,
        _mean(trained, known) if known else None,
        _mean(own, pairs),
        mean,
        each,
        adapters,
    )


def _pairs(by_seed: Mapping[int, Cells], task: str) -> list[Pair]:
    return [pair for pair in next(iter(by_seed.values())) if pair[0] == task]


def _mean(by_seed: Mapping[int, Cells], pairs: Sequence[Pair]) -> float:
    return 100 * fmean(cells[pair].score for cells in by_seed.values() for pair in pairs)


def main() -> None:
    """Prints the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("studies", nargs="+", help="their folders")
    parser.add_argument("--reference", default="mad-x-v2")
    parser.add_argument(
        "--chance",
        metavar="TASK=POINTS",
        nargs="*",
        default=(),
        help="what the most frequent label scores in the language of training; 0 where not given",
    )
    arguments = parser.parse_args()
    chance = {
        task: float(points) for task, _, points in (c.partition("=") for c in arguments.chance)
    }
    table = Table(
        "task",
        "system",
        "source",
        "targets",
        "above " + arguments.reference,
        "on targets",
        "task adapters",
    )
    for line in lines(read(arguments.studies), arguments.reference):
        table.add_row(*_shown(line, chance.get(line.task, 0.0)))
    Console(width=140).print(table)


def _shown(line: Line, chance: float) -> Iterator[str]:
    yield from (line.task, line.system)
    yield "–" if line.source is None else f"{line.source:.1f}{_told(line.source, chance)}"
    yield f"{line.target:.1f}"
    if line.mean is None or line.mean.low is None or line.mean.high is None:
        yield from ("", "")
    else:
        low, high = 100 * line.mean.low, 100 * line.mean.high
        yield f"{100 * line.mean.value:+.1f} [{low:.1f}, {high:.1f}]"
        yield f"{line.above} of {len(line.each)}, {line.surely} surely"
    yield str(line.adapters)


def _told(source: float, chance: float) -> str:
    return "" if source >= chance + SIGNAL else " (no signal)"


if __name__ == "__main__":
    main()
