"""Damaged files end in one message, or are read as what they say; see `fuzz.running`."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

import tiny_runs
from fuzz.targets import TARGETS
from fuzz.trial import LIMIT

MUTANTS = 2000
Trials = Sequence[dict[str, Any]]


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """Each mutant's verdict, by `python -m fuzz`."""
    found = tmp_path_factory.mktemp("fuzz") / "trials.jsonl"
    # Coverage of processes that end without a word would be lost, and takes half of the time.
    known = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    paths = os.pathsep.join([str(tiny_runs.TESTS), str(tiny_runs.TESTS.parent / "src")])
    subprocess.run(
        [sys.executable, "-m", "fuzz", "--mutants", str(MUTANTS), "--json", str(found)],
        env={**known, "PYTHONPATH": os.pathsep.join([known.get("PYTHONPATH", ""), paths])},
        check=False,
        timeout=900,
    )
    return [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]


def test_every_mutant_is_counted(trials: Trials) -> None:
    """Once, and some of every target are refused."""
    assert [trial["number"] for trial in trials] == list(range(MUTANTS))
    refused = {trial["target"] for trial in trials if trial["verdict"] == "refused"}
    assert refused == {target.name for target in TARGETS}


@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_mutants_are_refused_or_read_as_they_are(trials: Trials, target: str) -> None:
    own = [trial for trial in trials if trial["target"] == target]
    assert [trial for trial in own if trial["verdict"] not in ("refused", "accepted")] == []
    assert max(trial["seconds"] for trial in own) <= LIMIT
