"""`python -m benchmarks.claims.relatedness RUN...`: whose adapters can stand in for a language's?

Sentences are translated into English with the adapters of a similar and of a distant source
language (Baziotis et al., 2022, table 3). For pair adapters these are the adapters of the pair of
that language with English.
"""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from hyperadapters.machine.ranks import process
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Fixed, Observed
from hyperadapters.scoring.evaluation import evaluate

RELATIVES = ("nl:de:zh", "pt:es:zh", "uk:ru:zh", "da:sv:zh", "az:tr:zh", "et:fi:zh")
"""A language, a similar one, and a distant one."""


class Probe(NamedTuple):
    """Mean scores, in percent, under the language's own row, a similar and a distant one's."""

    own: float
    similar: float
    distant: float

    @property
    def kept(self) -> float:
        """What a similar language's adapters keep of the score."""
        return self.similar / self.own


def probe(assembly: Assembly, task: str, relatives: Mapping[str, tuple[str, str]]) -> Probe:
    """The three means over the languages."""
    scores: Sequence[list[float]] = ([], [], [])
    for language, others in relatives.items():
        cells = [assembly.cell(task, f"{language}-en")]
        rows = (Observed(), *(Fixed(source_language=other) for other in others))
        for found, under in zip(scores, rows, strict=True):
            found += [cell.score for cell in evaluate(assembly, under=under, cells=cells).cells]
    return Probe(*(100 * fmean(found) for found in scores))


def relatives(named: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Language -> a similar one and a distant one."""
    split = [one.split(":") for one in named]
    return {language: (similar, distant) for language, similar, distant in split}


def main() -> None:
    """A line per run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs")
    parser.add_argument("--task", default="translation")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument(
        "--relatives",
        nargs="+",
        default=RELATIVES,
        help="LANGUAGE:SIMILAR:DISTANT each; " + " ".join(RELATIVES),
    )
    arguments = parser.parse_args()
    load = partial(bundle.load, data_root=arguments.data_root, device=process().device)
    table = Table("run", "own", "similar", "distant", "similar / own")
    for run in arguments.runs:
        found = probe(load(run / "model"), arguments.task, relatives(arguments.relatives))
        table.add_row(run.name, *(f"{mean:.1f}" for mean in found), f"{found.kept:.2f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
