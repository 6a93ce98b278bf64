"""`python -m benchmarks.claims.updates STUDY...`: how soon are dev scores of trained pairs reached?

Updates until a system has 90% of its final score on the dev cells of pairs that it is trained on,
and until it has 90% of another one's.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple, final

from rich.console import Console
from rich.table import Table

from benchmarks.claims.claim import Comparison, Finding
from benchmarks.claims.paired import over_seeds_alone
from benchmarks.claims.stored import Run, Systems, read
from hyperadapters.config import load_run
from hyperadapters.errors import DataError

__all__ = ["SHARE", "Curve", "Sooner", "curve"]

SHARE = 0.9


@final
class Curve(NamedTuple):
    """Mean scores on dev cells of trained pairs, after so many updates each."""

    steps: tuple[int, ...]
    scores: tuple[float, ...]

    def until(self, score: float) -> float | None:
        """Updates until a score is reached, on straight lines between evaluations; None for never.

        Where the first evaluation is there already, it is that evaluation's.
        """
        if self.scores[0] >= score:
            return float(self.steps[0])
        for (s0, a), (s1, b) in pairwise(zip(self.steps, self.scores, strict=True)):
            if b >= score:
                return s0 + (s1 - s0) * (score - a) / (b - a)
        return None


def curve(runs: Sequence[Run]) -> Curve:
    """The curve of one seed of a system: the mean of its partitions, in their last phase.

    Raises:
        DataError: a run has never been judged on trained pairs, or the runs at other updates.
    """
    each = [_curve(run) for run in runs]
    if len({one.steps for one in each}) > 1:
        raise DataError(
            f"the runs of `{runs[0].system}` were judged after other updates",
            found=", ".join(str(run.folder) for run in runs),
        )
    return Curve(each[0].steps, tuple(map(fmean, zip(*(one.scores for one in each), strict=True))))


def _curve(run: Run) -> Curve:
    name, phase = list(load_run(run.folder / "run.yaml").phases.items())[-1]  # spelt out, in order
    trained = {f"{task}/{text}" for task, names in (phase.train or {}).items() for text in names}
    judged = {
        int(line["step"]): [score for cell, score in line["dev"].items() if cell in trained]
        for line in run.records
        if line["phase"] == name and line.get("dev")
    }
    points = {step: fmean(scores) for step, scores in judged.items() if scores}
    if not points:
        raise DataError(
            f"`{run.folder}` was never judged on the dev cells of trained pairs",
            remedy="set `recipe.evaluate_every`, and cells of trained pairs under `select`",
        )
    return Curve(tuple(points), tuple(points.values()))


@final
@dataclass(frozen=True)
class Sooner(Comparison):
    """A system needs at most so many times the updates of another, each to its own final score.

    The gap is in natural logarithms, so that twice and half are as far from one.

    Args:
        above, below: the systems; the first is the quicker one.
        times: the claim is that it needs less than so many times the updates.
        share: of the final score.
    """

    above: str
    below: str
    times: float = 1.0
    share: float = SHARE

    @property
    def said(self) -> str:
        """Both systems, and how many times."""
        return (
            f"{self.above} has {self.share:.0%} of its final dev score after less than "
            f"{self.times:g} times the updates of {self.below}"
        )

    def findings(self, systems: Systems, resamples: int) -> Iterator[Finding]:
        """One: over seeds alone, because stored dev scores are not by sentence."""
        both = [systems.of(name) for name in (self.above, self.below)]
        seeds = [seed for seed in both[0] if seed in both[1]]
        if not seeds:
            return
        needed = [[self._needed(system[seed]) for seed in seeds] for system in both]
        quicker = [math.log(slow / own) for own, slow in zip(*needed, strict=True)]
        first, second = (math.exp(fmean(map(math.log, own))) for own in needed)
        what = "updates; the gap is ln(second / first)"
        yield Finding(what, first, second, over_seeds_alone(quicker), -math.log(self.times))

    def _needed(self, runs: Sequence[Run]) -> float:
        own = curve(runs)
        found = own.until(self.share * own.scores[-1])
        assert found is not None  # the last score is above a share of itself
        return found


def main() -> None:
    """A line per system and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="+", help="folders of studies, or [NAME=]FOLDER of runs")
    parser.add_argument("--reference", help="the system whose final score the others are to reach")
    arguments = parser.parse_args()
    systems = read(arguments.results)
    reference = arguments.reference or systems.names[0]
    if reference not in systems.names:
        parser.error(f"no system `{reference}`: {', '.join(systems.names)}")
    finals = {seed: curve(runs).scores[-1] for seed, runs in systems.of(reference).items()}
    head = ("system", "seed", "final", "updates to 90%", f"to 90% of {reference}'s")
    table = Table(*head)
    for name in systems.names:
        for seed, runs in systems.of(name).items():
            own = curve(runs)
            goals = [own.scores[-1], *([finals[seed]] if seed in finals else [])]
            reached = [own.until(SHARE * goal) for goal in goals]
            texts = ["never" if found is None else f"{found:.0f}" for found in reached]
            table.add_row(name, str(seed), f"{100 * own.scores[-1]:.1f}", *texts)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
