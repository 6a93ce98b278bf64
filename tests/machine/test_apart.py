"""Work in processes of its own."""

import os
from typing import Any

import pytest
import torch

import tiny_work
from hyperadapters.machine.apart import apart, share_of


def test_each_piece_ends_as_it_does_and_takes_no_other_with_it() -> None:
    told: list[tuple[int, int, str, tuple[Any, ...]]] = []
    work = [tiny_work.dies, tiny_work.threads, tiny_work.fails, tiny_work.breaks, tiny_work.threads]
    hear = lambda *message: told.append(message)  # noqa: E731
    ends = dict(apart(work, 2, hear, preload=("tiny_work",)))
    assert ends[1] is None and ends[4] is None and ends[2] == "no data"
    assert "signal SIGKILL" in str(ends[0]) and "ZeroDivisionError: of the test" in str(ends[3])
    assert (0, 0, "last words", ()) in told
    threads = [message for message in told if message[2] == "threads"]
    assert {number for number, *_ in threads} == {1, 4}
    assert all(place in (0, 1) for _, place, *_ in threads)
    assert all(parts[0] == max(1, torch.get_num_threads() // 2) for *_, parts in threads)
    assert len({os.getpid(), *(parts[2] for *_, parts in threads)}) == 3


def test_processes_share_threads_and_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 7)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,2,7")
    shares = [share_of(place, 2) for place in range(2)]
    assert [share["CUDA_VISIBLE_DEVICES"] for share in shares] == ["4,7", "2"]
    assert all(share["OMP_NUM_THREADS"] == "3" for share in shares)
    more = [share_of(place, 5)["CUDA_VISIBLE_DEVICES"] for place in range(5)]
    assert more == ["4", "2", "7", "4", "2"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert share_of(0, 9)["CUDA_VISIBLE_DEVICES"] == ""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert share_of(0, 9)["OMP_NUM_THREADS"] == "1"
