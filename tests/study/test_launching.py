"""Shards as jobs; of a batch system this has tried `submitit` on this machine alone."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyperadapters.errors import ConfigError, HyperadaptersError, UnknownName
from hyperadapters.study import Shard, launch, launching, settings_from

Study = Callable[..., Path]


def test_jobs_are_the_shards_of_a_study(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pickled and read back, as a job does, by `submitit` in this process."""
    pytest.importorskip("submitit")
    done: list[Any] = []
    monkeypatch.setattr(launching, "LAUNCHERS", ("debug",))
    monkeypatch.setattr(launching, "run_study", lambda *args, **how: done.append((args, how)))
    jobs = launch(
        study(),
        ("always.seed=3",),
        data_root=tmp_path,
        launcher="debug",
        jobs=3,
        settings={"timeout_min": 7},
    )
    for job in jobs:
        job.result()
    assert [how["shard"] for _, how in done] == [Shard(n, 3) for n in (1, 2, 3)]
    assert all(args == (tmp_path / "study.yaml", ("always.seed=3",)) for args, _ in done)
    part = launching.ShardJob(tmp_path, (), None, Shard())
    assert part.checkpoint().function == part


def test_what_cannot_be_launched_is_refused(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launched(launcher: str = "slurm", **settings: Any) -> None:
        launch(study(), data_root=None, launcher=launcher, jobs=2, settings=settings)

    with pytest.raises(UnknownName, match="slurm"):
        launched("slrum")
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(HyperadaptersError, match=r"hyperadapters\[slurm\]"):
        launched()
    monkeypatch.undo()
    pytest.importorskip("submitit")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="(?s)cannot be given to `slurm`.*srun"):
        launched()
    with pytest.raises(ConfigError, match="cannot be given to `local`"):
        launched("local", nonsense=1)


def test_settings_of_jobs() -> None:
    told = settings_from(["timeout_min=600", "slurm_partition=gpu", "slurm_comment=a=b"])
    assert told == {"timeout_min": 600, "slurm_partition": "gpu", "slurm_comment": "a=b"}
    with pytest.raises(ConfigError, match=r"(?s)no setting.*--job"):
        settings_from(["timeout_min"])
