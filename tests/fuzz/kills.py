"""Kills a translation run at random moments: `python -m fuzz.kills --times 30 --processes 2`.

Run from the root of the repository with `tests` on the path. Each time a run of a few seconds is
started, one of its processes is killed with SIGKILL at some moment between its start and its end,
also inside the writing of a checkpoint or of the report, and the same command is given again.
Weights, metrics and scores must equal those of a run that was left alone, bit for bit. Ends with
status 1 if they do not.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from random import Random

for _name in ("HF_HUB_OFFLINE", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

import torch  # noqa: E402
import transformers.models.marian.modeling_marian  # noqa: E402, F401
import yaml  # noqa: E402

import tiny_runs  # noqa: E402
from hyperadapters.cli import app  # noqa: E402
from hyperadapters.config import load_run  # noqa: E402, F401
from hyperadapters.study import perform  # noqa: E402, F401

__all__ = ["ended", "main", "process"]

_RECIPE = {
    **{"steps": 24, "batch": 8, "length": 32, "learning_rate": 0.01, "warmup": 2},
    **{"contexts_per_batch": 2, "accumulate": 2, "evaluate_every": 6},
}
_FIRST = {**_RECIPE, "steps": 6, "train": {"mt": ["de-en", "fr-en"]}, "evaluate_every": 0}
_WAIT = 5.0
"""Seconds that the other processes of a run have to notice that one is gone."""


def _run_file(folder: Path) -> Path:
    """A run of two phases that writes a checkpoint after every update, with dropout."""
    values = tiny_runs.translation(
        Path("run"),
        evaluate={"mt": ["de-en", "en-fr"]},
        select={"mt": ["de-en", "en-fr"]},
        recipe=_RECIPE,
        phases={"before": _FIRST},
        checkpoint_every=1,
    )
    values["backbone"]["architecture"]["dropout"] = 0.1
    folder.mkdir()
    file = folder / "run.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    return file


def _start(folder: Path, processes: int) -> list[int]:
    """The processes of `hyperadapters train run.yaml` in a folder, as `torchrun` starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ranks = range(processes)
    places = [{"RANK": rank, "WORLD_SIZE": processes} for rank in ranks]
    return [process(folder, ["train", "run.yaml"], place, port) for place in places]


def process(folder: Path, command: list[str], place: dict[str, int], port: int = 0) -> int:
    """Forks a process that runs a command of `hyperadapters` in a folder; its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.chdir(folder)
        log = os.open("log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        if place["WORLD_SIZE"] > 1:
            here = {"LOCAL_RANK": place["RANK"], "LOCAL_WORLD_SIZE": place["WORLD_SIZE"], **place}
            os.environ.update({name: str(number) for name, number in here.items()})
            os.environ.update(
                MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), ACCELERATE_USE_CPU="1"
            )
        app(command)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def ended(processes: Sequence[int]) -> list[int]:
    """Waits for processes; their statuses."""
    return [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in processes]


def _killed(folder: Path, processes: int, moment: float, victim: int) -> str | None:
    """Starts a run and kills one of its processes; where it then was, None after its end."""
    started = _start(folder, processes)
    time.sleep(moment)
    os.kill(started[victim], signal.SIGKILL)
    _, status = os.waitpid(started[victim], 0)
    where = _where(folder / "run") if os.WIFSIGNALED(status) else None
    end = time.monotonic() + _WAIT
    for other in (one for place, one in enumerate(started) if place != victim):
        while os.waitpid(other, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.kill(other, signal.SIGKILL)
            time.sleep(0.01)
    return where


def _where(run: Path) -> str:
    """How far a run has come, and what is half written."""
    half = sorted(path.name for path in run.rglob(".*.part"))
    metrics = run / "metrics.jsonl"
    lines = metrics.read_bytes().count(b"\n") if metrics.exists() else 0
    named = [name for name in ("model", "results.json", "report.html") if (run / name).exists()]
    return f"{lines} lines of metrics, {', '.join([*half, *named]) or 'no more'}"


def _outcome(folder: Path) -> dict[str, object]:
    """What must be the same: metrics without their times, tensors and scores byte by byte."""
    run = folder / "run"
    files = [*run.glob("**/*.safetensors"), *run.glob("*.json"), run / "report.html"]
    read = {str(file.relative_to(run)): file.read_bytes() for file in files}
    read.pop("report.html")  # it draws the times
    return {"metrics": tiny_runs.lines(run), **read}


def _check(times: int, processes: int, seed: int, root: Path) -> int:
    """How many runs have ended as the one that was left alone."""
    alone = root / "alone"
    _run_file(alone)
    began = time.monotonic()
    statuses = ended(_start(alone, processes))
    if any(statuses):
        raise RuntimeError((alone / "log.txt").read_text(encoding="utf-8"))
    length = time.monotonic() - began
    print(f"alone: {length:.1f} s, {_where(alone / 'run')}", flush=True)
    right, equal = _outcome(alone), 0
    rng = Random(seed)
    for number in range(times):
        folder = root / str(number)
        where = None
        while where is None:
            shutil.rmtree(folder, ignore_errors=True)
            _run_file(folder)
            moment, victim = rng.random() * length, rng.randrange(processes)
            where = _killed(folder, processes, moment, victim)
        statuses = ended(_start(folder, processes))
        found = _outcome(folder) if not any(statuses) else {}
        other = sorted(
            name for name in right.keys() | found.keys() if right.get(name) != found.get(name)
        )
        equal += not other
        end = "equal" if not other else f"DIFFERENT, statuses {statuses}: {', '.join(other)[:200]}"
        print(f"{number}: process {victim} killed at {moment:.2f} s: {where}: {end}", flush=True)
        if other:
            print((folder / "log.txt").read_text(encoding="utf-8")[-3000:])
        shutil.rmtree(folder)
    return equal


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.kills", description=__doc__)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as root:
        equal = _check(asked.times, asked.processes, asked.seed, Path(root))
    print(f"{equal} of {asked.times} equal, {asked.processes} processes, seed {asked.seed}")
    return int(equal < asked.times)


if __name__ == "__main__":
    sys.exit(main())
