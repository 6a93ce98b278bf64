"""The shards of a study as jobs of a batch system, by `submitit`: it is not needed otherwise."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from rich.console import Console

from hyperadapters.errors import ConfigError, HyperadaptersError, UnknownName
from hyperadapters.machine.written import claim
from hyperadapters.study.plan import plan_study
from hyperadapters.study.running import run_study
from hyperadapters.study.shards import Shard

__all__ = ["LAUNCHERS", "ShardJob", "launch", "settings_from"]

LAUNCHERS = ("slurm", "local")
"""Where jobs can be: in the queue of Slurm, or as processes of this machine, to try it out."""


@final
@dataclass(frozen=True)
class ShardJob:
    """What one job does: a shard of a study.

    A job that comes to its time limit, or has to give way, is queued again and goes on.
    """

    path: Path
    changes: tuple[str, ...]
    data_root: Path | None
    shard: Shard

    def __call__(self) -> None:
        """Does it; the log of the job has what is shown."""
        console = Console(markup=False, emoji=False)
        run_study(
            self.path, self.changes, data_root=self.data_root, console=console, shard=self.shard
        )

    def checkpoint(self) -> Any:
        """What is queued in its place: the same."""
        return _submitit().helpers.DelayedSubmission(self)


def launch(
    path: Path,
    changes: tuple[str, ...] = (),
    *,
    data_root: Path | None,
    launcher: str,
    jobs: int,
    settings: Mapping[str, Any],
) -> list[Any]:
    """Submits a study as an array of jobs, a shard each; the last that ends writes all its tables.

    Logs of the jobs come to lie in the study's folder, under `jobs`.

    Args:
        launcher: one of `LAUNCHERS`.
        settings: of each job, as `submitit` calls them: `timeout_min`, `slurm_partition`, ...

    Returns:
        The jobs, as `submitit` knows them.

    Raises:
        ConfigError: something is wrong in the study file or in one of its runs; all faults at once;
            `submitit` or the batch system is missing, or a setting is unknown.
    """
    if launcher not in LAUNCHERS:
        raise UnknownName("launcher", launcher, LAUNCHERS, where="--launcher")
    submitit, study = _submitit(), plan_study(path, changes).study
    parts = [
        ShardJob(path, changes, data_root, Shard(number, jobs)) for number in range(1, jobs + 1)
    ]
    try:
        executor = submitit.AutoExecutor(claim(study.folder, "jobs"), cluster=launcher)
        executor.update_parameters(**{"name": study.name, **settings})
        with executor.batch():
            submitted = [executor.submit(part) for part in parts]
    except (RuntimeError, NameError, ValueError, AssertionError) as error:
        raise ConfigError(
            f"the jobs cannot be given to `{launcher}`",
            where="--launcher",
            found=str(error).strip(),
            cause="there is no such batch system here, or it refuses a setting of `--job`",
        ) from error
    return submitted


def settings_from(texts: Sequence[str]) -> dict[str, Any]:
    """Settings of jobs from `KEY=VALUE`; a value of digits is a number.

    Raises:
        ConfigError: a text has no `=`.
    """
    found = dict[str, Any]()
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise ConfigError(
                "this is no setting of a job",
                where="--job",
                expected="`KEY=VALUE`, such as `timeout_min=600`",
                found=text,
            )
        found[key] = int(value) if value.isdecimal() else value
    return found


def _submitit() -> Any:
    try:
        return importlib.import_module("submitit")
    except ImportError:
        raise HyperadaptersError(
            "what gives jobs to a batch system is not installed",
            where="--launcher",
            remedy='`pip install "hyperadapters[slurm]"`, or start `--shard I/N` in a script',
        ) from None
