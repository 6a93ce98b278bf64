"""Where the time of a training step goes, in a run of the quickstart: `python -m benchmarks.loop`.

    python -m benchmarks.loop --rounds 9 --save cpu-loop
    python -m benchmarks.loop --source ../before/src

Times are those of the thread that trains, by its own clock: what other programs do, and what the
thread that makes batches ahead does, is not in them. `wait` is by the clock on the wall: how long a
step waits for its batch. What is neither forward, backward, clipping nor the optimiser (with its
schedule, and freeing gradients) is the loop.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from benchmarks import machine

__all__ = ["PARTS", "measure", "parts_of", "run_file"]

PARTS = ("forward", "backward", "clip", "optimiser")
ROOT = Path(__file__).parents[1]
_LANGUAGES = 6
_SENTENCES = 100
_WARM = 20
_UPDATES = 60


def run_file(folder: str) -> dict[str, Any]:
    """The first system of the quickstart, its encoder from scratch, in fewer languages."""
    study = yaml.safe_load((ROOT / "configs" / "quickstart.yaml").read_text(encoding="utf-8"))
    system = study["grid"]["system"]["hyper-x"]
    tasks = {
        name: {**task, "data": {**task["data"], "train": _SENTENCES}}
        for name, task in study["run"]["tasks"].items()
    }
    return {
        "name": "loop",
        "output": folder,
        "backbone": study["first"]["encoder"]["backbone"],
        "method": system["method"],
        "tasks": tasks,
        "train": {task: names[:_LANGUAGES] for task, names in system["train"].items()},
        "evaluate": {"fields": ["en"]},
        "phases": {"pretrain": {"train": {"fields": ["en"]}, "steps": 1}},  # is not run
        "recipe": {**study["run"]["recipe"], **system["recipe"]},
    }


def parts_of(rounds: int, updates: int = _UPDATES, warm: int = _WARM) -> list[dict[str, float]]:
    """Milliseconds of a step by part, for each round of so many updates."""
    import torch

    from hyperadapters.config import run_from
    from hyperadapters.run.assembly import assemble
    from hyperadapters.training import stage
    from hyperadapters.training.display import Display
    from hyperadapters.training.journal import Journal
    from hyperadapters.training.progress import Progress

    stages: Any = stage  # names that it imports are replaced, to time them
    torch.set_num_threads(1)
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, do: Callable[..., Any], clock: Callable[[], float]) -> Any:
        def timed_call(*given: Any, **named: Any) -> Any:
            began = clock()
            try:
                return do(*given, **named)
            finally:
                spent[name] += clock() - began

        return timed_call

    own = time.thread_time
    with tempfile.TemporaryDirectory() as folder:
        assembly = assemble(run_from(run_file(folder)))
        progress = Progress(phase=len(assembly.method.phases) - 1)
        with Journal(Path(folder, "metrics.jsonl"), 0, stages.accelerator_for("no")) as journal:
            trained = stages.Stage(assembly, Path(folder), progress, journal, Display())
            batches: Any = getattr(trained, "ahead", trained.mixture)
            batches.draw = timed("wait", batches.draw, time.perf_counter)
            trained.objective = timed("forward", trained.objective, own)
            trained.accelerator.backward = timed("backward", trained.accelerator.backward, own)
            stages.divide_and_clip = timed("clip", stages.divide_and_clip, own)
            for part, name in (
                (trained.optimiser, "step"),
                (trained.optimiser, "zero_grad"),
                (trained.schedule, "step"),
            ):
                setattr(part, name, timed("optimiser", getattr(part, name), own))
            for _ in range(warm):
                trained.update()
            found = []
            for _ in range(rounds):
                spent.clear()
                began = own()
                for _ in range(updates):
                    trained.update()
                step = own() - began
                loop = step - sum(spent[name] for name in PARTS)
                every = {**spent, "loop": loop, "step": step}
                found.append({name: 1000 * every[name] / updates for name in every})
            return found


def measure(rounds: int, source: Path) -> dict[str, Any]:
    """The medians of rounds in a new process that imports the library from `source`."""
    known = {"PYTHONPATH": f"{source}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.loop", "--parts", "--rounds", str(rounds)]
    done = subprocess.run(
        command,
        env={**os.environ, **known},
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    shares = [one["loop"] / one["step"] for one in found]
    medians = {name: round(median(one[name] for one in found), 3) for name in found[0]}
    return {
        "milliseconds": medians,
        "share of the loop": [round(f(shares), 4) for f in (min, median, max)],
    }


def main() -> None:
    """Measures, prints, and saves where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loop", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--source", type=Path, default=Path(__file__).parents[1] / "src")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    parser.add_argument("--parts", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.parts:
        print(json.dumps(parts_of(arguments.rounds)))
        return
    found = measure(arguments.rounds, arguments.source.resolve())
    result = {"machine": machine.facts(machine.device()), **found}
    print(json.dumps(result, indent=1))
    if arguments.save:
        machine.save(result, arguments.save)


if __name__ == "__main__":
    main()
