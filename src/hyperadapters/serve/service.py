"""One thread that has the model, and the requests that wait for it."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import final

from hyperadapters.errors import ServingError
from hyperadapters.export import check_known
from hyperadapters.mixes import unsigned
from hyperadapters.model.adapt import REMEMBERED, remembering
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.evaluation import Seen
from hyperadapters.scoring.matrix import Standing
from hyperadapters.scoring.prediction import Answered, answered, answering_of

__all__ = ["Reply", "Service"]

_TOGETHER = 256
"""Texts that are answered in one go, where nothing else is said."""
_WAITING = 4096
"""Texts that may wait, where nothing else is said."""
_CHARACTERS = 2**25
"""Of the texts that may wait."""


@final
@dataclass(frozen=True)
class Reply:
    """What a request is told.

    Args:
        cell: the task and the language or direction that it asked in.
        standing: what training saw of that.
        answers: to each text, in their order.
    """

    cell: Cell
    standing: Standing
    answers: tuple[Answered, ...]


@dataclass(frozen=True)
class _Request:
    """Texts that wait, and what becomes the reply."""

    cell: Cell
    standing: Standing
    texts: tuple[str, ...]
    reply: "Future[Reply]" = field(default_factory=Future)

    @cached_property
    def characters(self) -> int:
        """Of all its texts."""
        return sum(map(len, self.texts))


@final
class Service:
    """Answers requests of any task and language of a trained model.

    One thread has the model. While it computes, requests wait; then it takes all of them and
    answers the texts of each task together, in batches whose examples have different rows. So
    nobody waits for others to come, and the more ask at once, the fuller the batches. What a
    hypernetwork wrote for a row is remembered from one request to the next.

    It is a context manager: inside the `with` it answers, and nothing else may use the model.

    Attributes:
        assembly: the trained model.
        seen: what its training saw.

    Args:
        assembly: the trained model.
        together: texts that are answered in one go, at most, if no single request has more.
        waiting: texts that may wait, at most; a request that finds nobody waiting is always taken.
        remembered: bytes of generated weights that are kept for later requests.
    """

    def __init__(
        self,
        assembly: Assembly,
        *,
        together: int = _TOGETHER,
        waiting: int = _WAITING,
        remembered: int = REMEMBERED,
    ) -> None:
        self.assembly = assembly
        self._together, self._most, self._remembered = together, waiting, remembered
        self._requests: deque[_Request] = deque()
        self._changed = threading.Condition()
        self._open = False
        self._entered = ExitStack()
        self.seen = Seen.by(assembly)

    def __enter__(self) -> "Service":
        if self._open:
            raise ServingError("the service is open already", expected="one that is closed")
        with ExitStack() as entered:
            entered.enter_context(remembering(self.assembly.model, self._remembered))
            thread = threading.Thread(target=self._work, name="hyperadapters-serve", daemon=True)
            self._open = True
            entered.callback(self._close, thread)
            thread.start()
            self._entered = entered.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes no more requests, and returns when those that wait are answered."""
        self._entered.close()

    def _close(self, thread: threading.Thread) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()
        if thread.is_alive():
            thread.join()

    @property
    def waiting(self) -> int:
        """Texts that wait now."""
        with self._changed:
            return self._waiting()

    def ask(self, task: str, language: str, texts: Sequence[str]) -> "Future[Reply]":
        """The answers to some texts, as soon as they are there.

        Args:
            task: of the run.
            language: that weights are known of, also one never trained with this task; a direction
                `de-en`, a route `de-en-fr`, or a mix `sw*0.6+zu*0.4`.
            texts: one sentence each, as `predict` takes them.

        Returns:
            What becomes the reply, or the fault of a text: a DataError that names it by its number,
            from 1. It may be cancelled as long as it waits.

        Raises:
            UnknownName: no such task, or nothing knows a name.
            ConfigError: the task gives no answers.
            ContextError: the language is none for this task.
            ServingError: too many texts wait, or the service is closed.
        """
        answering_of(self.assembly, task)
        cell = self.assembly.cell(task, unsigned(language))
        for hop in cell.route.hops:
            check_known(self.assembly, Cell(task, hop))
        request = _Request(cell, self.seen.standing(cell), tuple(texts))
        self._put(request)
        return request.reply

    def _put(self, request: _Request) -> None:
        with self._changed:
            if not self._open:
                raise ServingError("the service is closed", expected="a request while it is open")
            if not request.texts:
                request.reply.set_result(Reply(request.cell, request.standing, ()))
                return
            characters = sum(one.characters for one in (*self._requests, request))
            if self._requests and (
                self._waiting() + len(request.texts) > self._most or characters > _CHARACTERS
            ):
                raise ServingError(
                    "too many texts wait for an answer",
                    expected=f"{self._most:,} at most, of {_CHARACTERS:,} characters",
                    found=f"{self._waiting():,} that wait, and {len(request.texts):,} more, of "
                    f"{characters:,} characters",
                    remedy="ask again a little later, or for fewer texts at once",
                )
            self._requests.append(request)
            self._changed.notify()

    def _waiting(self) -> int:
        return sum(len(request.texts) for request in self._requests)

    def _work(self) -> None:
        while taken := self._taken():
            wanted = [one for one in taken if one.reply.set_running_or_notify_cancel()]
            for task in dict.fromkeys(one.cell.task for one in wanted):
                self._answer([one for one in wanted if one.cell.task == task])

    def _taken(self) -> list[_Request]:
        """The requests that are answered next; none at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests or not self._open)
            taken: list[_Request] = []
            room = self._together
            while self._requests and (not taken or len(self._requests[0].texts) <= room):
                taken.append(self._requests.popleft())
                room -= len(taken[-1].texts)
            return taken

    def _answer(self, requests: Sequence[_Request]) -> None:
        """Answers requests of one task together; where a text is at fault, one by one, so that the
        others have their answers.
        """
        asked = [(one.cell.route, text) for one in requests for text in one.texts]
        try:
            found = iter(answered(self.assembly, requests[0].cell.task, asked))
        except Exception as fault:  # whatever it is, it is told to those who asked
            if len(requests) == 1:
                requests[0].reply.set_exception(fault)
            else:
                for request in requests:
                    self._answer([request])
            return
        for one in requests:
            own = tuple(next(found) for _ in one.texts)
            one.reply.set_result(Reply(one.cell, one.standing, own))
