"""Kills a shard of a study at random moments: `python -m fuzz.shards --times 10`.

Run from the root of the repository with `tests` on the path. Each time two shards of a study of six
runs, and one that all of them need, are started side by side; one is killed with SIGKILL at some
moment, and started again once the other has ended. `study.json` must be that of one process.
Ends with status 1 if it is not.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import yaml

import tiny_runs
from fuzz.kills import ended, process

__all__ = ["main"]


def _study_file(folder: Path) -> None:
    run = tiny_runs.values(folder)
    tasks = {name: run["tasks"][name] for name in ("fields", "mlm")}
    text = {"mlm": run["tasks"]["mlm"]}
    tuned = {**run, "tasks": tasks, "train": {"fields": ["en", "tr"]}, "select": {}}
    tuned |= {"backbone": {"path": "$encoder/model/backbone"}}
    first = {**run, "tasks": text, "train": {"mlm": ["en", "tr"]}, "select": {}}
    for one in (tuned, first):
        del one["name"], one["output"]
        one |= {"checkpoint_every": 2, "recipe": {**run["recipe"], "criterion": "last"}}
    study = {"name": "s", "output": "out", "first": {"encoder": first}, "run": tuned}
    study["grid"] = {"seed": [0, 1, 2, 3, 4, 5]}
    folder.mkdir()
    written = yaml.safe_dump(study, sort_keys=False)
    (folder / "study.yaml").write_text(written, encoding="utf-8")


def _start(folder: Path, *more: str) -> int:
    return process(folder, ["study", "study.yaml", *more], {"WORLD_SIZE": 1})


def _told(folder: Path) -> str:
    """What was written."""
    log = (folder / "log.txt").read_text(encoding="utf-8")
    assert "Traceback" not in log, log
    return (folder / "out" / "study.json").read_text(encoding="utf-8")


def _check(times: int, seed: int, root: Path) -> int:
    """How many studies have ended as the one that one process did."""
    alone = root / "alone"
    _study_file(alone)
    began = time.monotonic()
    assert ended([_start(alone)]) == [0], (alone / "log.txt").read_text(encoding="utf-8")
    length, right = time.monotonic() - began, _told(alone)
    print(f"alone: {length:.1f} s", flush=True)
    equal, rng = 0, Random(seed)
    for number in range(times):
        folder, victim = root / str(number), rng.randrange(2)
        _study_file(folder)
        shards = [("--shard", f"{place + 1}/2") for place in range(2)]
        started = [_start(folder, *shard) for shard in shards]
        moment = rng.random() * length
        time.sleep(moment)
        os.kill(started[victim], signal.SIGKILL)
        status, other = ended([started[victim], started[1 - victim]])
        done = len([*(folder / "out").glob("runs/*/results.json")])
        again = ended([_start(folder, *shards[victim])])
        same = _told(folder) == right and [other, *again] == [0, 0]
        equal += same
        how = "was killed" if status == -signal.SIGKILL else f"had ended with {status}"
        print(
            f"{number}: shard {victim + 1} {how} at {moment:.2f} s, {done} of 7 runs done: "
            f"{'equal' if same else 'DIFFERENT'}",
            flush=True,
        )
        if not same:
            print((folder / "log.txt").read_text(encoding="utf-8")[-5000:], other, again)
    return equal


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.shards", description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        equal = _check(asked.times, asked.seed, Path(root))
    print(f"{equal} of {asked.times} equal, seed {asked.seed}")
    return int(equal < asked.times)


if __name__ == "__main__":
    sys.exit(main())
