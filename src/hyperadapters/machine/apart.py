"""Work in processes of its own, several at a time: one that dies takes no other with it."""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, final

import torch

from hyperadapters.errors import HyperadaptersError

__all__ = ["Ended", "Send", "Work", "apart", "share_of"]

Send = Callable[[str, tuple[Any, ...]], None]
"""Takes a message to the process that shows what goes on: what it is, and its parts."""
Work = Callable[[Send], None]
"""What a process does; it can be pickled."""


class Ended(NamedTuple):
    """The end of a piece of work.

    Args:
        number: of the piece, from 0.
        failed: what went wrong; None where nothing did.
    """

    number: int
    failed: str | None


@final
@dataclass
class _Busy:
    number: int
    place: int
    process: BaseProcess
    failed: str | None = None


def apart(
    work: Sequence[Work],
    places: int,
    told: Callable[[int, int, str, tuple[Any, ...]], None],
    *,
    preload: Sequence[str] = (),
) -> Iterator[Ended]:
    """Does every piece of some work in a process of its own, `places` of them at a time.

    Each has its share of the threads and GPUs that this process would use, and none outlives it.

    Args:
        told: is given each message of a piece: its number, its place (from 0), and what it sent.
        preload: modules that all of it needs, imported once.
    """
    context: Any = multiprocessing.get_context(_how())
    if preload and _how() == "forkserver":
        context.set_forkserver_preload([*preload])
    left, free = list(enumerate(work))[::-1], list(range(places))[::-1]
    busy: dict[Connection, _Busy] = {}
    try:
        while left or busy:
            while left and free:
                number, piece = left.pop()
                place = free.pop()
                ours, theirs = context.Pipe()
                share = share_of(place, places)
                process = context.Process(target=_run, args=(piece, theirs, share))
                process.start()
                theirs.close()
                busy[ours] = _Busy(number, place, process)
            for ours in wait([*busy]):
                assert isinstance(ours, Connection)
                one = busy[ours]
                if not _heard(ours, one, told):
                    del busy[ours]
                    free.append(one.place)
                    yield _end_of(one)
    finally:
        for one in busy.values():
            one.process.terminate()
        for one in busy.values():
            one.process.join()


def _how() -> str:
    """A server that has imported everything forks each process, where the system can."""
    methods = multiprocessing.get_all_start_methods()
    return "forkserver" if "forkserver" in methods else "spawn"


def _heard(ours: Connection, one: _Busy, told: Callable[..., None]) -> bool:
    """Passes a message on; false where the process has ended."""
    try:
        kind, parts = ours.recv()
    except (EOFError, OSError):
        ours.close()
        return False
    if kind == "failed":
        one.failed = parts[0]
    else:
        told(one.number, one.place, kind, parts)
    return True


def _end_of(one: _Busy) -> Ended:
    one.process.join()
    code = one.process.exitcode or 0
    if one.failed is None and code:
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"status {code}"
        one.failed = (
            f"its process ended with {how}\n"
            "  likely cause: someone stopped it, or the memory of this machine was used up\n"
            "  remedy: fewer workers"
        )
    return Ended(one.number, one.failed)


def share_of(place: int, places: int) -> Mapping[str, str]:
    """The environment in which one of several processes has its share of this machine.

    Its threads are an equal part of those that this process may use. Its GPUs are every
    `places`-th; where there are fewer than processes, several share one.
    """
    threads = str(max(1, torch.get_num_threads() // places))
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    share = dict(os.environ) | dict.fromkeys(names, threads)
    gpus = _gpus()
    if gpus:
        own = gpus[place::places] or [gpus[place % len(gpus)]]
        share["CUDA_VISIBLE_DEVICES"] = ",".join(own)
    return share


def _gpus() -> list[str]:
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return [str(number) for number in range(torch.cuda.device_count())]
    return [name for name in named.split(",") if name.strip()]


def _run(work: Work, theirs: Connection, share: Mapping[str, str]) -> None:
    """What a process does, from its start to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the first process ends us
    threading.Thread(target=_outlive_not, args=(theirs,), daemon=True).start()
    os.environ.clear()
    os.environ.update(share)
    torch.set_num_threads(int(share["OMP_NUM_THREADS"]))

    def send(kind: str, parts: tuple[Any, ...]) -> None:
        theirs.send((kind, parts))

    try:
        work(send)
    except (HyperadaptersError, OSError) as error:
        send("failed", (str(error),))
    except Exception:
        send("failed", (traceback.format_exc(),))


def _outlive_not(theirs: Connection) -> None:
    """Ends this process when the one that started it does."""
    with suppress(EOFError, OSError):
        theirs.recv()
    os._exit(1)
