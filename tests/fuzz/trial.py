"""One mutant after the other in processes of their own: nothing that one does ends the others."""

import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from fuzz.mutators import mutant
from fuzz.targets import TARGETS, Misread, Refused, Target

__all__ = ["LIMIT", "VERDICTS", "Trial", "target_of", "tried"]

VERDICTS = ("refused", "accepted", "misread", "traceback", "aborted", "slow")
LIMIT = 20.0
"""Seconds of a processor that a mutant may take; waiting may take as long, several times over."""
_PATIENCE = 6


@dataclass(frozen=True)
class Trial:
    """What became of one mutant.

    Args:
        number: with the seed, what it is.
        damage: the file, and the mutators.
        verdict: one of `VERDICTS`.
        said: the message, or the end of the traceback.
    """

    number: int
    target: str
    damage: str
    verdict: str
    said: str
    seconds: float


def tried(numbers: Sequence[int], seed: int, world: Path) -> Iterator[Trial]:
    """What becomes of some mutants, each in a copy of its scene.

    A process does them in turn. One that dies, or takes longer than `LIMIT` over a mutant, is
    replaced by another that begins with the next one.
    """
    waiting = list(numbers)
    while waiting:
        reading, writing = Pipe(duplex=False)
        child = os.fork()
        if not child:
            reading.close()
            _work(waiting, seed, world, writing)
        writing.close()
        with reading:
            while waiting:
                found = _answer(reading, child) or _lost(child, waiting[0], seed, world)
                waiting.pop(0)
                yield found
                if found.verdict in ("aborted", "slow"):
                    break
            else:
                os.waitpid(child, 0)


def _answer(reading: Connection, child: int) -> Trial | None:
    """The next verdict of a process; None where it has died, or is killed as it waits."""
    try:
        if reading.poll(_PATIENCE * LIMIT):
            return Trial(**json.loads(reading.recv_bytes()))
    except EOFError:
        return None
    os.kill(child, signal.SIGXCPU)
    return None


def _lost(child: int, number: int, seed: int, world: Path) -> Trial:
    """The verdict on a mutant that a process has died of."""
    _, status = os.waitpid(child, 0)
    chosen, damage, _, _ = _drawn(number, seed, world)
    code = os.waitstatus_to_exitcode(status)
    slow = code in (-signal.SIGPROF, -signal.SIGXCPU)
    return Trial(number, chosen.name, damage, "slow" if slow else "aborted", f"{code}", LIMIT)


def target_of(number: int, seed: int) -> Target:
    """What the mutant of a number damages."""
    weights = [target.weight for target in TARGETS]
    return Random(f"{seed}/{number}/target").choices(TARGETS, weights)[0]


def _drawn(number: int, seed: int, world: Path) -> tuple[Target, str, Path, bytes]:
    """The target of a number, what is done to it, its file in the scene, and its new bytes."""
    chosen, rng = target_of(number, seed), Random(f"{seed}/{number}")
    file = rng.choice(chosen.paths(world))
    changed, words = mutant(str(file), (world / chosen.scene / file).read_bytes(), rng)
    return chosen, f"{file}: {words}", file, changed


def _work(numbers: Sequence[int], seed: int, world: Path, writing: Connection) -> None:
    """What a process does until its end: a line of JSON about each mutant."""
    try:
        home = Path(tempfile.mkdtemp(dir=world))
        (home / "finished-model").symlink_to(world / "finished" / "run" / "model")
        os.environ["TMPDIR"] = tempfile.tempdir = str(home)
        logging.raiseExceptions = False  # loggers keep the captured stream of a trial before
        devnull = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(devnull, stream)
        _guard(home)
        for number in numbers:
            signal.setitimer(signal.ITIMER_PROF, LIMIT)  # what it sends ends the process
            trial = _one(number, seed, world, home)
            writing.send_bytes(json.dumps(asdict(trial)).encode())
        os.chdir("/")
        shutil.rmtree(home)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _one(number: int, seed: int, world: Path, home: Path) -> Trial:
    chosen, damage, file, changed = _drawn(number, seed, world)
    scene = home / "scene"
    os.chdir(home)
    if scene.exists():
        shutil.rmtree(scene)
    shutil.copytree(world / chosen.scene, scene)
    (scene / file).write_bytes(changed)
    os.chdir(scene)
    began = time.process_time()
    verdict, said = _verdict(chosen, file, Random(f"{seed}/{number}/act"))
    return Trial(number, chosen.name, damage, verdict, said, time.process_time() - began)


def _verdict(chosen: Target, file: Path, rng: Random) -> tuple[str, str]:
    try:
        chosen.act(file, rng)
    except Refused as message:
        return "refused", str(message)
    except Misread as error:
        return "misread", str(error)
    except BaseException as error:
        return "traceback", "".join(traceback.format_exception(error)[-3:])
    return "accepted", ""


def _guard(home: Path) -> None:
    """From now on nothing outside a folder is written, removed or renamed: a path is text as well,
    and text is damaged.
    """
    changes = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.link"}
    inside = str(home) + os.sep

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        else:
            path, writes = arguments[0] if arguments else None, event in changes
        if not writes or not isinstance(path, str | bytes | os.PathLike):
            return
        where = os.path.realpath(os.fsdecode(path))
        if not (where + os.sep).startswith(inside) and not where.startswith("/dev/"):
            raise PermissionError(13, "outside of the folder of this trial", where)

    sys.addaudithook(hook)
