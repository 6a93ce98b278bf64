"""Damages valid files and counts what the command line says: `python -m fuzz --mutants 20000`.

Run from the root of the repository with `tests` on the path. Prints a table of targets and verdicts
and what has gone wrong. Ends with status 1 if a mutant ends in a traceback, takes too long, or is
accepted and read as something else than it says.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch

from fuzz import seeds
from fuzz.targets import TARGETS
from fuzz.trial import VERDICTS, Trial, target_of, tried

__all__ = ["faulty", "main", "table", "trials"]

_AT_ONCE = 50
"""Mutants that one process does before it is replaced by a fresh one."""


def trials(numbers: Sequence[int], seed: int, world: Path, workers: int) -> Iterator[Trial]:
    """What becomes of some mutants, in no particular order of time; needs a world that is made."""
    parts = [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=fork) as pool:
        for found in pool.map(partial(_done, seed=seed, world=world), parts):
            yield from found


def _done(numbers: Sequence[int], seed: int, world: Path) -> list[Trial]:
    return list(tried(numbers, seed, world))


def faulty(trial: Trial) -> bool:
    """Whether a mutant shows a fault of the library."""
    return trial.verdict not in ("refused", "accepted")


def table(found: Sequence[Trial]) -> str:
    """Targets and verdicts, as a table of Markdown."""
    rows = [("target", "mutants", *VERDICTS, "longest")]
    for target in (*TARGETS, None):
        own = [trial for trial in found if target is None or trial.target == target.name]
        verdicts = Counter(trial.verdict for trial in own)
        longest = max((trial.seconds for trial in own), default=0.0)
        name = "all" if target is None else target.name
        numbers = (f"{n:,}" for n in (len(own), *(verdicts[verdict] for verdict in VERDICTS)))
        rows.append((name, *numbers, f"{longest:.1f} s"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"| {row[0]:<{widths[0]}} | "
        + " | ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        + " |"
        for row in rows
    ]
    rule = [f"|{'-' * (widths[0] + 2)}|", *(f"{'-' * (width + 1)}:|" for width in widths[1:])]
    return "\n".join([lines[0], "".join(rule), *lines[1:]])


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Damages valid files.")
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--targets", default="", help="those whose name has this: `run`")
    parser.add_argument("--only", type=int, nargs="*", help="the numbers of some mutants")
    parser.add_argument("--json", type=Path, help="where all verdicts go")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        seeds.make(Path(folder))
        every = asked.only or range(asked.mutants)
        numbers = [one for one in every if asked.targets in target_of(one, asked.seed).name]
        found = []
        with (asked.json or Path(os.devnull)).open("w", encoding="utf-8") as stream:
            for trial in trials(numbers, asked.seed, Path(folder), asked.workers):
                found.append(trial)
                stream.write(json.dumps(asdict(trial)) + "\n")
                stream.flush()
                if faulty(trial) or asked.only:
                    said = trial.said.replace("\n", "\n    ")
                    print(f"{trial.number} {trial.verdict}: {trial.damage}\n    {said}", flush=True)
    print(table(found))
    print(f"seed {asked.seed}, {time.monotonic() - began:.0f} s with {asked.workers} processes")
    return int(any(map(faulty, found)))
