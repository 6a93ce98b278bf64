"""A trained run gets one more name, of a task or a language, and what is fitted for it."""

import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from rich.console import Console

from hyperadapters.context import Row
from hyperadapters.errors import BundleError
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.run import bundle, extended
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.study.new_name import Wanted, new_name, planned
from hyperadapters.study.performing import scored, write_scored
from hyperadapters.training import train
from hyperadapters.training.readiness import check

__all__ = ["Adapted", "adapt", "same_rows"]


class Adapted(NamedTuple):
    """What became of it.

    Args:
        matrix: the scores of the new cells; of the old ones too, where their weights have moved.
        same: how many old rows have the very weights that they had, to the bit.
        folder: of the extended run.
    """

    matrix: Matrix
    same: int
    folder: Path


def adapt(
    trained: Path,
    wanted: Wanted,
    folder: Path | None = None,
    *,
    data_root: Path | None = None,
    console: Console | None = None,
) -> Adapted:
    """Extends a trained run by a name, fits that, scores it and writes its report; what was stopped
    goes on.

    The folder is that of a run. Its `model/` is a whole model where the hypernetwork was trained
    too, and otherwise what the name adds to the trained one, a few KB.

    Args:
        trained: the folder of a run, or its bundle.
        folder: for the extended run; beside the other one, with the new name behind its own, where
            there is none.

    Raises:
        ConfigError, UnknownName: it is wrong what is wanted.
        BundleError: the run has no hypernetwork that knows names of this kind, or rows that should
            have stayed as they are have not.
        DataError: there is nothing to fit the name on.
    """
    inner = bundle.inside(trained)
    base = bundle.load(inner, data_root=data_root)
    row = new_name(base, wanted)
    folder = folder or _beside(trained, row)
    run = planned(base, wanted, row, trained, folder, data_root)
    assembly = extended.extend(base, run)
    check(assembly)
    alone = wanted.fit == "embedding"
    keep = partial(extended.save, base=base, trained=inner) if alone else bundle.save
    train(assembly, folder, console=console, keep=keep)
    assembly.model.eval()
    same = same_rows(base, assembly.model) if alone else 0
    matrix = scored(assembly, console=console)
    write_scored(assembly, matrix, folder)
    return Adapted(matrix, same, folder)


def _beside(trained: Path, row: Row) -> Path:
    (name,) = row.values()
    plain = re.sub(r"[^\w+-]", "_", name)
    return trained.with_name(f"{trained.name}-{plain}")


def same_rows(base: Assembly, model: AdaptedModel) -> int:
    """How many rows that a run trained or scored have to the bit the weights, and the head, that
    they had before.

    Raises:
        BundleError: one of them has others.
    """
    base.model.to(next(model.parameters()).device)
    phases = [phase for phase in base.method.phases if phase.acts != frozenset()]
    rows = [row for phase in phases for row in phase.rows()]
    rows += [phases[-1].score_under.row(cell.row, 0) for cell in base.evaluated]
    distinct = list(dict.fromkeys(rows))
    for row in distinct:
        if not _equal(base.model, model, row):
            raise BundleError(
                f"the weights of `{row}` are not what they were",
                expected="rows of the trained run to stay as they are, to the bit",
                cause="a fault of this library",
                remedy="report it, with the run file",
            )
    return len(distinct)


def _equal(one: AdaptedModel, other: AdaptedModel, row: Row) -> bool:
    before, after = (
        {
            (name, site, slot): weight
            for name, sites in model.written(row, row["task"]).items()
            for site, piece in sites.items()
            for slot, weight in piece.weights.items()
        }
        for model in (one, other)
    )
    same = before.keys() == after.keys()
    return same and all(torch.equal(before[place], after[place]) for place in before)
