"""Whatever a mutant does to its process, there is a verdict on it, and on the next one."""

from pathlib import Path

import tiny_runs

SCRIPT = """\
import os, sys, time
from pathlib import Path
from fuzz import trial
from fuzz.targets import Misread, Refused, Target

def act(file, rng):
    Path("written.txt").write_text("x")
    try:
        (world / "outside.txt").write_text("x")
    except PermissionError:
        todo()

def refuse():
    raise Refused("no")

def misread():
    raise Misread("other")

def count():
    while True:
        pass

def sleep():
    time.sleep(60)

world = Path(sys.argv[1])
(world / "scene").mkdir()
(world / "scene" / "words.txt").write_text("word O\\n")
trial.LIMIT = 0.5
order = [refuse, misread, lambda: 1 / 0, os.abort, count, sleep, lambda: None, sys.exit]
trial.TARGETS = (Target("words", "scene", ("*.txt",), act, 1),)
for number, todo in enumerate(order):
    (found,) = trial.tried([number], 0, world)
    print(found.number, found.verdict)
todo = os.abort
print(*(found.verdict for found in trial.tried(range(3), 0, world)))
"""


def test_there_is_a_verdict_on_every_mutant(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "world").mkdir()
    said = tiny_runs.script(tmp_path / "script.py", tmp_path / "world").splitlines()
    verdicts = [
        "refused",
        "misread",
        "traceback",
        "aborted",
        "slow",
        "slow",
        "accepted",
        "traceback",
    ]
    assert said[:-1] == [f"{number} {verdict}" for number, verdict in enumerate(verdicts)]
    assert said[-1] == "aborted aborted aborted"
    assert not (tmp_path / "world" / "outside.txt").exists()
