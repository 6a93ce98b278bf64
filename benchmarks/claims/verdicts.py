"""`python -m benchmarks.claims.verdicts STUDY_FOLDER_OR_RUNS...`: which claims do results bear out?

Every claim of Hyper-X (`benchmarks/claims/hyper_x.py`) gets a verdict from stored results alone:
`holds`, `does not hold`, `undecided`, or `not run` and why. A part of a claim is decided where a
95% interval over seeds and test sentences leaves the claimed difference out.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from benchmarks.claims.claim import Finding, Verdict, judged
from benchmarks.claims.hyper_x import CLAIMS
from benchmarks.claims.pages import as_table, put_into
from benchmarks.claims.paired import RESAMPLES
from benchmarks.claims.stored import Systems, read
from hyperadapters.errors import HyperadaptersError
from hyperadapters.machine.whole import write_text

__all__ = ["PROGRAM", "as_values", "lines", "markdown"]

PROGRAM = "benchmarks.claims.verdicts"
_HEAD = ("claim", "compared", "the paper", "here", "difference", "verdict")


def lines(verdict: Verdict) -> Iterator[tuple[str, ...]]:
    """The rows of a claim under the head: one per part, or one where nothing was compared."""
    claim = verdict.claim
    first = (claim.name, claim.compared.said, claim.printed)
    if not verdict.findings:
        yield (*first, "", "", verdict.word)
    for place, finding in enumerate(verdict.findings):
        here = f"{finding.what}: {_number(finding.above)} and {_number(finding.below)}"
        yield (*(first if not place else ("", "", "")), here, _gap(finding), finding.word)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"


def _gap(finding: Finding) -> str:
    low, high = finding.gap.low, finding.gap.high
    bounds = "" if low is None or high is None else f" [{low:+.2f}, {high:+.2f}]"
    return f"{finding.gap.value:+.2f}{bounds}, over {finding.gap.over}"


def markdown(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as a table of Markdown."""
    return as_table(_HEAD, (row for one in verdicts for row in lines(one)))


def as_values(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """The verdicts as plain values, for JSON."""
    return [
        {
            "claim": one.claim.name,
            "says": one.claim.says,
            "place": one.claim.place,
            "compared": one.claim.compared.said,
            "paper": one.claim.printed,
            "verdict": one.word,
            "findings": [
                {**asdict(part), "gap": part.gap._asdict(), "verdict": part.word}
                for part in one.findings
            ],
        }
        for one in verdicts
    ]


def print_verdicts(verdicts: Sequence[Verdict], console: Console) -> None:
    """A table for a terminal, and how many of each kind there are."""
    table = Table(*(Column(name, overflow="fold") for name in (_HEAD[0], *_HEAD[2:])))
    for verdict in verdicts:
        for name, _, *rest in lines(verdict):
            table.add_row(name, *rest)
        table.add_section()
    console.print(table)
    words = [one.word.partition(":")[0] for one in verdicts]
    console.print(", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="*", help="folders of studies, or [NAME=]FOLDER of runs")
    parser.add_argument(
        "--as",
        dest="called",
        action="append",
        default=[],
        metavar="CLAIMED=SYSTEM",
        help="the system that stands for the one of the claims: hyper-x=hyper-x-shared",
    )
    parser.add_argument("--resamples", type=int, default=RESAMPLES)
    parser.add_argument("--json", type=Path, help="a file for the verdicts")
    parser.add_argument("--markdown", action="store_true", help="print a table of Markdown")
    parser.add_argument("--into", type=Path, help="a page whose table of verdicts is replaced")
    return parser.parse_args()


def _told(arguments: argparse.Namespace) -> None:
    called = dict(one.partition("=")[::2] for one in arguments.called)
    systems: Systems = read(arguments.results, called)
    verdicts = [judged(claim, systems, resamples=arguments.resamples) for claim in CLAIMS]
    if arguments.json:
        write_text(arguments.json, json.dumps(as_values(verdicts), indent=1) + "\n")
    if arguments.into:
        put_into(arguments.into, PROGRAM, markdown(verdicts))
    if arguments.markdown:
        print(markdown(verdicts), end="")
    else:
        print_verdicts(verdicts, Console(width=120))


def main() -> None:
    """The verdicts; a mistake of the user's is one message and status 2."""
    try:
        _told(_arguments())
    except HyperadaptersError as error:
        Console(stderr=True).print(str(error), markup=False, style="red")
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
