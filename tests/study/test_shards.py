"""Shards: parts of a study that need not know of each other."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from hyperadapters.config import RunFile
from hyperadapters.errors import ConfigError
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.study import Shard, run_study, shard_from

Study = Callable[..., Path]


@given(st.lists(st.integers()), st.integers(1, 9))
def test_shards_are_equal_parts_of_the_whole(runs: list[int], of: int) -> None:
    parts = [Shard(number, of).share(runs) for number in range(1, of + 1)]
    assert sorted(run for part in parts for run in part) == sorted(runs)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert all(shard_from(str(Shard(n, of))) == Shard(n, of) for n in range(1, of + 1))


@pytest.mark.parametrize("text", ["", "2", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1 / 2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"(?s)no shard.*--shard"):
        shard_from(text)


def _written(tmp_path: Path) -> dict[str, Any]:
    return json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))


def test_shards_together_write_what_one_process_does(
    study: Study, scores: Any, tmp_path: Path
) -> None:
    more = "first: {one: {base: run.yaml, seed: 5}}"
    run_study(study(more=more), perform=scores)
    whole, names = _written(tmp_path), set(scores.done)
    (tmp_path / "out").rename(tmp_path / "before")
    scores.done.clear()
    for number in (2, 1):
        result = run_study(study(more=more), perform=scores, shard=Shard(number, 2))
        assert len(result.missing) == len(_written(tmp_path)["missing"])
    assert _written(tmp_path) == whole and result.missing == ()
    assert (len(scores.done), set(scores.done)) == (13, names), "each is done once"


def test_a_shard_that_was_killed_goes_on(study: Study, scores: Any, tmp_path: Path) -> None:
    run_study(study(), perform=scores)
    whole = _written(tmp_path)
    (tmp_path / "out").rename(tmp_path / "before")

    def killed(run: RunFile, folder: Path) -> Matrix:
        if run.seed == 2:
            raise KeyboardInterrupt
        return scores(run, folder)

    with pytest.raises(KeyboardInterrupt):
        run_study(study(), perform=killed, shard=Shard(1, 2))
    run_study(study(), perform=scores, shard=Shard(2, 2))
    assert len(_written(tmp_path)["missing"]) > 1
    run_study(study(), perform=scores, shard=Shard(1, 2))
    assert _written(tmp_path) == whole


def test_what_both_need_is_done_by_one_and_waited_for(
    study: Study, scores: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun, path = threading.Event(), study(more="first: {one: {base: run.yaml, seed: 5}}")
    waits = Console(stderr=True, width=300)

    def slow(run: RunFile, folder: Path) -> Matrix:
        if run.name == "one":
            begun.set()
            while "another process is at it: waiting" not in capsys.readouterr().err:
                pass
        return scores(run, folder)

    other = threading.Thread(
        target=lambda: run_study(path, perform=slow, shard=Shard(1, 2)), daemon=True
    )
    other.start()
    assert begun.wait(10)
    run_study(path, perform=scores, shard=Shard(2, 2), console=waits)
    other.join(30)
    assert sorted(scores.done).count("one") == 1 and len(scores.done) == 13
    assert _written(tmp_path)["missing"] == []
