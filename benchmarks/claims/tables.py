"""`python -m benchmarks.claims.tables STUDY_OR_RUNS... --papers FOLDER`: Hyper-X's tables and ours.

Tables 2 and 6 (pairs never trained on, in the mixture), 3 (parameters and time) and 5 (few-shot) of
Üstün et al. (2022), each beside the results of systems of the same kind here, as means over seeds.
A dash stands where a paper has no such number, or nothing has been run.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from benchmarks.claims.pages import as_table, put_into
from benchmarks.claims.stored import TRAINED, UNTRAINED, Run, Systems, read
from hyperadapters.report.papers import Papers, PaperSetting
from hyperadapters.report.summary import MISSING
from hyperadapters.scoring.matrix import Standing

__all__ = ["PROGRAM", "Counterpart", "tables"]

PROGRAM = "benchmarks.claims.tables"
_TASKS = (("ner", "span_f1", "NER, F1"), ("pos", "accuracy", "POS, accuracy"))
_GROUPS = ("seen", "unseen", "all")
_SHOTS = (0, 5, 10, 20, 50)


class Counterpart(NamedTuple):
    """A method of the paper, and the system here that is of its kind; empty for none."""

    method: str
    system: str


COUNTERPARTS = (
    Counterpart("full-fine-tuning", "full-fine-tuning"),
    Counterpart("psf", "psf"),
    Counterpart("mad-x-ms", "mad-x-ms"),
    Counterpart("hyper-x-small", "hyper-x-small"),
    Counterpart("hyper-x-base", "hyper-x"),
    Counterpart("", "task-adapters"),
)


def zero_shot(systems: Systems, setting: PaperSetting) -> Iterator[str]:
    """Tables 2 and 6: group means, and then the languages of the paper, for both tasks."""
    figures = setting.figures
    languages = dict.fromkeys(f.language for f in figures if f.language and f.group != "source")
    for task, metric, title in _TASKS:
        rows = []
        for label in (*_GROUPS, *languages):
            look = setting.group if label in _GROUPS else setting.language
            paper = [look(one.method, task, metric, label) for one in COUNTERPARTS if one.method]
            names = systems.members(label) if label in _GROUPS else frozenset({label})
            ours = [_mean(systems, one.system, task, UNTRAINED, names) for one in COUNTERPARTS]
            rows.append([label, *map(_text, (*paper, *ours))])
        head = [title, *(f"paper: {one.method}" for one in COUNTERPARTS if one.method)]
        yield as_table([*head, *(f"here: {one.system}" for one in COUNTERPARTS)], rows)


def costs(systems: Systems, papers: Papers) -> Iterator[str]:
    """Table 3: millions of trained parameters and hours; ours are per run, with all partitions."""
    figures = [f for f in papers.figures if (f.paper, f.table, f.group) == ("hyper-x", "3", "")]
    rows = []
    for one in COUNTERPARTS:
        paper = [
            [f.value for f in figures if (f.method, f.metric) == (one.method, metric)]
            for metric in ("params-millions", "training-hours")
        ]
        runs = [run for own in systems.of(one.system).values() for run in own]
        ours = [_over(runs, _millions), _over(runs, _hours)]
        shown = [found[0] if found else None for found in paper]
        rows.append([one.method or one.system, *map(_text, (*shown, *ours))])
    head = ("system", "paper: million parameters", "paper: hours", "here: million", "here: hours")
    yield as_table(head, rows)


def few_shot(systems: Systems, papers: Papers) -> Iterator[str]:
    """Table 5: means over the languages of the paper, and over those of our study."""
    pairs = [one for one in COUNTERPARTS if one.system in ("full-fine-tuning", "hyper-x")]
    for task, metric, title in _TASKS:
        rows = []
        for shots in _SHOTS:
            setting = papers.setting("hyper-x", f"few-shot-{shots}")
            languages = {f.language for f in setting.figures}
            paper = [
                _average([setting.language(one.method, task, metric, n) for n in languages])
                for one in pairs
            ]
            ours = [
                _mean(systems, f"{one.system} shots-{shots}", task, TRAINED, None) for one in pairs
            ]
            rows.append([f"{shots} sentences", *map(_text, (*paper, *ours))])
        head = [title, *(f"paper: {one.method}" for one in pairs)]
        yield as_table([*head, *(f"here: {one.system}" for one in pairs)], rows)


def _mean(
    systems: Systems,
    system: str,
    task: str,
    standings: Sequence[Standing],
    names: frozenset[str] | None,
) -> float | None:
    """The mean × 100 over seeds of the means over the cells in some languages, None for all."""
    runs = systems.cells(system, standings).values()
    scores = [
        [cell.score for (own, name), cell in cells.items() if own == task and _in(name, names)]
        for cells in runs
    ]
    return _average([100 * fmean(found) for found in scores if found])


def _in(name: str, names: frozenset[str] | None) -> bool:
    return names is None or name in names


def _average(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return fmean(present) if present else None


def _over(runs: Sequence[Run], number: Callable[[Run], float | None]) -> float | None:
    return _average([number(run) for run in runs])


def _millions(run: Run) -> float | None:
    """Millions of parameters that are trained, without heads, as the paper counts them."""
    file = run.folder / "facts.json"
    if not file.is_file():
        return None
    counted = json.loads(file.read_text(encoding="utf-8"))["parameters"]
    return float(counted["trained_without_heads"]) / 1e6


def _hours(run: Run) -> float | None:
    """Hours of work on the run, up to its last line."""
    records = run.records
    return float(records[-1]["time"]) / 3600 if records else None


def _text(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1f}"


def tables(systems: Systems, papers: Papers) -> str:
    """All of them, each under a line that says which."""
    mixed = papers.setting("hyper-x", "mixed-language-multi-task")
    parts = (
        ("Tables 2 and 6, third block: pairs never trained on.", zero_shot(systems, mixed)),
        ("Table 3: parameters and time.", costs(systems, papers)),
        ("Table 5: few-shot.", few_shot(systems, papers)),
    )
    return "\n".join(f"{title}\n\n" + "\n".join(found) for title, found in parts)


def main() -> None:
    """Prints the tables, or puts them into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="*", help="folders of studies, or [NAME=]FOLDER of runs")
    parser.add_argument("--papers", type=Path, required=True, help="the folder of CSV files")
    parser.add_argument("--as", dest="called", action="append", default=[], help="CLAIMED=SYSTEM")
    parser.add_argument("--into", type=Path, help="a page whose tables are replaced")
    arguments = parser.parse_args()
    called = dict(one.partition("=")[::2] for one in arguments.called)
    text = tables(read(arguments.results, called), Papers.read(arguments.papers))
    if arguments.into:
        put_into(arguments.into, PROGRAM, text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
