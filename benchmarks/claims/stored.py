"""Results as they were stored: the runs of systems by seed, from studies and from run folders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from benchmarks.claims.paired import Cells
from hyperadapters.document.stored import stored
from hyperadapters.errors import BundleError, DataError
from hyperadapters.report.runs import Record, records_in
from hyperadapters.scoring.matrix import ALL_GROUPS, STANDINGS, Matrix, combine

__all__ = ["TRAINED", "UNTRAINED", "Run", "Systems", "matrix_in", "read"]

TRAINED, UNTRAINED = STANDINGS[:1], STANDINGS[1:]
"""Standings of cells whose pair was trained, and of those that were never trained on."""


@dataclass(frozen=True)
class Run:
    """One run whose results are stored.

    Args:
        system: what it is a run of, such as the line of a study.
        folder: where it is.
        matrix: its scores.
        values: axis of its study -> name of its value; empty for a run by itself.
    """

    system: str
    folder: Path
    matrix: Matrix
    values: Mapping[str, str]

    @property
    def seed(self) -> int:
        """The seed that it was trained with."""
        return self.matrix.seeds[0]

    @property
    def records(self) -> Sequence[Record]:
        """The lines of its `metrics.jsonl`."""
        return records_in(self.folder)


@dataclass(frozen=True)
class Systems:
    """The runs of every system.

    Args:
        runs: all of them; the partitions of a mixture are several runs of one system and seed.
        called: what a claim calls a system -> what it is called here, where that is not the same.
    """

    runs: tuple[Run, ...]
    called: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Every system that has a run."""
        return tuple(dict.fromkeys(run.system for run in self.runs))

    def of(self, system: str) -> dict[int, list[Run]]:
        """The runs of a system by seed; empty where there is none.

        A seed that lacks a run which other seeds have, such as a partition, is left out.
        """
        name, found = self.called.get(system, system), dict[int, list[Run]]()
        for run in self.runs:
            if run.system == name:
                found.setdefault(run.seed, []).append(run)
        most = max(map(len, found.values()), default=0)
        return {seed: runs for seed, runs in found.items() if len(runs) == most}

    def cells(self, system: str, standings: Sequence[str]) -> dict[int, Cells]:
        """By seed, the cells of a system that have some standing in the run that scored them.

        A cell that several partitions have is the mean of theirs.
        """
        return {
            seed: {(cell.task, cell.language): cell for cell in _one(runs, standings).cells}
            for seed, runs in self.of(system).items()
        }

    def members(self, group: str) -> frozenset[str]:
        """The languages of a group, in any run that has it."""
        return frozenset(
            name
            for run in self.runs
            if group == ALL_GROUPS or group in run.matrix.groups
            for name in run.matrix.members(group)
        )


def _one(runs: Sequence[Run], standings: Sequence[str]) -> Matrix:
    """The matrices of one seed as one, with some of their cells."""
    return combine(
        [
            replace(matrix, cells=tuple(c for c in matrix.cells if c.standing in standings))
            for matrix in (run.matrix for run in runs)
        ]
    )


def matrix_in(folder: Path) -> Matrix:
    """The results of a run.

    Raises:
        BundleError: there are none, or they cannot be read.
    """
    file = folder / "results.json"
    if not file.is_file():
        raise BundleError(
            "here are no results",
            where=str(folder),
            expected="the folder of a study, of a run that is done, or one that holds such runs",
            remedy="give the command of the study or of the run again: it goes on",
        )
    return Matrix.from_json(file.read_bytes(), str(file))


def read(named: Sequence[str], called: Mapping[str, str] | None = None) -> Systems:
    """The systems in some folders.

    Args:
        named: folders of studies, of runs, or of folders of runs. `NAME=FOLDER` says what the runs
            of one of the latter two are runs of; else it is their own names.
        called: what a claim calls a system -> what it is called in these folders.

    Raises:
        BundleError: a folder has no results, or results that cannot be read.
        DataError: two studies have a system of the same name, and not the same runs of it.
    """
    runs: dict[_Key, Run] = {}
    for text in named:
        name, _, folder = ("", "", text) if Path(text).exists() else text.partition("=")
        fresh = {(run.system, run.folder.resolve()): run for run in _runs_in(Path(folder), name)}
        _check_names(runs, fresh)
        runs |= fresh
    return Systems(tuple(runs.values()), dict(called or {}))


_Key = tuple[str, Path]
"""A system and the folder of one of its runs: two systems may have the same run."""


def _check_names(known: Mapping[_Key, Run], fresh: Mapping[_Key, Run]) -> None:
    """Raises where two studies call different runs the same."""
    for key, run in fresh.items():
        others = [one for one in known.values() if one.system == run.system and one.values]
        if run.values and others and key not in known:
            raise DataError(
                f"two studies have a system `{run.system}`",
                found=f"{others[0].folder}, {run.folder}",
                remedy="give one study at a time, or name the values of their axes apart",
            )


class _Done(BaseModel):
    line: str
    values: dict[str, str]
    folder: str


class _Study(BaseModel):
    """What is needed of a `study.json`."""

    runs: list[_Done]


def _runs_in(folder: Path, name: str) -> Iterator[Run]:
    if (folder / "study.json").is_file():
        yield from _of_study(folder)
        return
    inner = [] if (folder / "results.json").is_file() else sorted(folder.glob("*/results.json"))
    for own in [file.parent for file in inner] or [folder]:
        matrix = matrix_in(own)
        yield Run(name or matrix.run, own, matrix, {})


def _of_study(folder: Path) -> Iterator[Run]:
    file = folder / "study.json"
    study: Any = stored(
        file.read_bytes(),
        _Study,
        what="this is no result of a study",
        where=str(file),
        remedy="give the study's command again",
    )
    for done in study.runs:  # the study may have been moved since
        own = folder / "runs" / Path(done.folder).name
        yield Run(done.line, own, matrix_in(own), done.values)
