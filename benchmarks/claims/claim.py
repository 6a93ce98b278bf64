"""A claim as a value, and what stored results say of it."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, final

from benchmarks.claims.paired import RESAMPLES, Cells, Gap, Pair, gap
from benchmarks.claims.stored import UNTRAINED, Systems
from hyperadapters.errors import DataError
from hyperadapters.metrics import METRICS
from hyperadapters.scoring.matrix import ALL_GROUPS, Standing

__all__ = ["Claim", "Comparison", "Finding", "Scores", "Verdict", "Word", "judged"]

Word = Literal["holds", "does not hold", "undecided"]


@dataclass(frozen=True)
class Finding:
    """What was measured for one part of a claim.

    Args:
        what: the part, such as a task and how many cells.
        above, below: the two systems' numbers.
        gap: how far apart they are, such that more is better for the first.
        least: the claim is that the gap is more than this.
    """

    what: str
    above: float
    below: float
    gap: Gap
    least: float

    @property
    def word(self) -> Word:
        """`holds` where the interval is above `least`, `does not hold` where it is below."""
        if self.gap.low is None or self.gap.high is None:
            return "undecided"
        if self.gap.low > self.least:
            return "holds"
        return "does not hold" if self.gap.high < self.least else "undecided"


class Comparison(ABC):
    """What a claim compares: two systems, called as claims call them."""

    above: str
    below: str

    @property
    @abstractmethod
    def said(self) -> str:
        """What is compared, in a few words."""

    @abstractmethod
    def findings(self, systems: Systems, resamples: int) -> Iterator[Finding]:
        """What the results of both systems say, one per part; none where they share nothing.

        Raises:
            DataError: they cannot be compared.
        """


@final
@dataclass(frozen=True)
class Scores(Comparison):
    """One system's mean over some cells is above another's, in every task.

    Args:
        above, below: the systems.
        standings: of the cells, in the runs of both.
        group: of languages; `all` leaves out those that are in no group, the source mostly.
        languages: of the group, those that count; all where there is none.
        least: the claim is that it is more than so many points above.
    """

    above: str
    below: str
    standings: tuple[Standing, ...] = UNTRAINED
    group: str = ALL_GROUPS
    languages: tuple[str, ...] = ()
    least: float = 0.0

    @property
    def said(self) -> str:
        """Both systems, the margin, and the cells."""
        kind = "never trained on" if self.standings == UNTRAINED else "trained"
        where = ", ".join(self.languages) or self.group
        if self.least < 0:
            far = f"less than {-self.least:g} points below"
        else:
            far = f"more than {self.least:g} points above" if self.least else "above"
        return f"{self.above} {far} {self.below}; pairs {kind}, {where}"

    def findings(self, systems: Systems, resamples: int) -> Iterator[Finding]:
        """One per task, of the cells that every run of both systems has."""
        both = [systems.cells(name, self.standings) for name in (self.above, self.below)]
        members = systems.members(self.group)
        wanted = members & frozenset(self.languages or members)
        for task, pairs in _shared(both, wanted).items():
            yield _finding(task, both, pairs, self.least, resamples)


def _shared(
    systems: Sequence[Mapping[int, Cells]], languages: Collection[str]
) -> dict[str, list[Pair]]:
    """By task, the pairs of some languages that every run of all systems scored."""
    runs = [cells for system in systems for cells in system.values()]
    found: dict[str, list[Pair]] = {}
    for pair in runs[0]:
        if pair[1] in languages and all(pair in cells for cells in runs):
            found.setdefault(pair[0], []).append(pair)
    return found


def _finding(
    task: str,
    both: Sequence[Mapping[int, Cells]],
    pairs: Sequence[Pair],
    least: float,
    resamples: int,
) -> Finding:
    """Of scores from 0 to 1 in points; where lower is better the gap's sign is turned."""
    above, below = both
    found = gap(above, below, pairs, resamples=resamples)
    seeds = [seed for seed in above if seed in below]
    metric = METRICS[above[seeds[0]][pairs[0]].metric]
    first, second = (
        fmean(cells[seed][pair].score for seed in seeds for pair in pairs) for cells in both
    )
    name = f"{task}, {len(pairs)} cells"
    if metric.higher_is_better:
        return Finding(name, 100 * first, 100 * second, _times(found, 100.0), least)
    return Finding(name, first, second, _times(found, -1.0), least)


def _times(gap: Gap, unit: float) -> Gap:
    """The same in another unit; a negative one turns the bounds round."""
    low, high = (None if bound is None else unit * bound for bound in (gap.low, gap.high))
    return gap._replace(
        value=unit * gap.value, low=low if unit > 0 else high, high=high if unit > 0 else low
    )


@final
@dataclass(frozen=True)
class Claim:
    """Something that a paper, or this project, says of two systems.

    Args:
        name: for tables.
        says: the claim, in a sentence of ours.
        place: where the paper says it; whose claim it is otherwise.
        compared: what would show it.
        needs: the command that makes the results, or why there is none.
        printed: what the paper has, in words; empty where it prints no number.
    """

    name: str
    says: str
    place: str
    compared: Comparison
    needs: str
    printed: str = ""


@final
@dataclass(frozen=True)
class Verdict:
    """What stored results say of a claim.

    Args:
        claim: of which.
        findings: one per part; none where nothing was compared.
        reason: why nothing was compared; empty where something was.
    """

    claim: Claim
    findings: tuple[Finding, ...]
    reason: str = ""

    @property
    def word(self) -> str:
        """A claim holds where it holds in every part, and does not where it does not in one."""
        words = {finding.word for finding in self.findings}
        if not words:
            return f"not run: {self.reason}"
        if "does not hold" in words:
            return "does not hold"
        return "holds" if words == {"holds"} else "undecided"


def _and(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def judged(claim: Claim, systems: Systems, *, resamples: int = RESAMPLES) -> Verdict:
    """The verdict of a claim from stored results.

    Args:
        claim: of which.
        systems: what there is; a system that is missing is a reason, not an error.
        resamples: of the sentences.
    """
    compared = claim.compared
    missing = [name for name in (compared.above, compared.below) if not systems.of(name)]
    if missing:
        return Verdict(claim, (), f"no results of {_and(missing)}; {claim.needs}")
    try:
        found = tuple(compared.findings(systems, resamples))
    except DataError as error:
        return Verdict(claim, (), " ".join(str(error).split()))
    return Verdict(claim, found, "" if found else "the systems share no such cell")
