"""A translation run that is killed at some moment ends as if it had been left alone."""

import pytest

import tiny_runs


@pytest.mark.parametrize("processes", [1, 2])
def test_a_translation_run_survives_being_killed(processes: int) -> None:
    """A smoke test of `fuzz.kills`, which kills more often when it is asked to."""
    asked = ("--times", "2", "--processes", str(processes), "--seed", "3")
    said = tiny_runs.script("-m", "fuzz.kills", *asked)
    assert f"2 of 2 equal, {processes} processes" in said
    assert said.count(": equal\n") == 2
