"""`python -m benchmarks.claims.chosen_rates STUDY`: which learning rate is best for each system?

Of a study whose last axis but the seed is the rate, such as
`configs/hyper-x/real-text-rates.study.yaml`. What counts is the final score on dev cells of trained
pairs, as the mean over partitions and seeds; no test sentence is looked at.
"""

import argparse
from collections.abc import Mapping
from statistics import fmean

from rich.console import Console
from rich.table import Table

from benchmarks.claims.stored import Systems, read
from benchmarks.claims.updates import curve

__all__ = ["best", "finals"]

Rates = Mapping[str, Mapping[str, float]]
"""By system, the final score with each rate."""


def finals(systems: Systems) -> Rates:
    """What every system ends with at every rate: `hyper-x 1e-4` is Hyper-X at 1e-4."""
    found: dict[str, dict[str, float]] = {}
    for name in systems.names:
        system, _, rate = name.rpartition(" ")
        scores = [curve(runs).scores[-1] for runs in systems.of(name).values()]
        found.setdefault(system, {})[rate] = fmean(scores)
    return found


def best(rates: Mapping[str, float]) -> str:
    """The rate with the highest score; of equal ones the first."""
    return max(rates, key=lambda rate: rates[rate])


def main() -> None:
    """A line per system; its best rate is bold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study")
    found = finals(read([parser.parse_args().study]))
    columns = list(dict.fromkeys(rate for rates in found.values() for rate in rates))
    table = Table("system", *columns, "best")
    for system, rates in found.items():
        top = best(rates)
        texts = [f"{100 * rates[rate]:.1f}" if rate in rates else "–" for rate in columns]
        bold = [
            f"[bold]{text}[/]" if rate == top else text
            for rate, text in zip(columns, texts, strict=True)
        ]
        table.add_row(system, *bold, top)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
