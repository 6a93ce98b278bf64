"""Runs that are killed with SIGKILL go on as if they had been left alone."""

from pathlib import Path

import tiny_runs


def test_a_run_survives_being_killed(tmp_path: Path) -> None:
    """Six times, two of them inside the writing of a checkpoint."""
    ends = tiny_runs.script(tiny_runs.TESTS / "tiny_kills.py", tmp_path).splitlines()
    assert ends[0] == ends[-1] == "0"
    assert [end.split()[0] for end in ends[1:-1]] == ["killed"] * 6
    assert any(".part" in end for end in ends[1:-1])
    killed, alone = tmp_path / "killed", tmp_path / "alone"
    assert len(tiny_runs.lines(alone)) == 16 + 16 + 4 + 16  # losses, scores, generated weights
    assert tiny_runs.lines(killed) == tiny_runs.lines(alone)
    tiny_runs.assert_same_weights(killed, alone, 0.0)


def test_a_method_of_several_phases_survives_being_killed(tmp_path: Path) -> None:
    """In each of its phases, and once inside the writing of a checkpoint.

    `test_loop.py` stops every published method in its phases, without killing a process.
    """
    ends = tiny_runs.script(tiny_runs.TESTS / "tiny_kills.py", tmp_path, "tlr-target").splitlines()
    assert ends[0] == ends[-1] == "0"
    assert [end.split()[0] for end in ends[1:-1]] == ["killed"] * 4
    killed, alone = tmp_path / "killed", tmp_path / "alone"
    phases = {line["phase"] for line in tiny_runs.lines(alone)}
    assert phases == {"pretrain", "language", "task"}
    assert tiny_runs.lines(killed) == tiny_runs.lines(alone)
    tiny_runs.assert_same_weights(killed, alone, 0.0)
