"""What a user did wrong, or a disk, or who stopped a command: one message and an exit status."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from hyperadapters.cli.screen import escaped
from hyperadapters.errors import HyperadaptersError

__all__ = ["Commands", "Terminated"]

_WRONG = 2
_BY_SIGNAL = 128
"""What shells add to the number of the signal that ended a command."""


class Terminated(KeyboardInterrupt):
    """Someone asked this process to end, as Ctrl-C does."""


class Commands(TyperGroup):
    """Turns a user's mistake into one readable message and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Runs a command; mistakes of the user go to standard error."""
        try:
            with _terminable():
                return super().invoke(ctx)
        except HyperadaptersError as error:
            raise _ended(f"error: {error}", _WRONG) from None
        except BrokenPipeError:
            _leave_pipe()
            raise typer.Exit(_BY_SIGNAL + signal.SIGPIPE) from None
        except OSError as error:
            raise _ended(f"error: {_said_of(error)}", _WRONG) from None
        except KeyboardInterrupt as error:
            number = signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT
            said = "stopped; the same command goes on where it can"
            raise _ended(said, _BY_SIGNAL + number) from None
        except Exception as error:  # a wrong option, which `typer` prints as it was given
            message = getattr(error, "message", None)
            if isinstance(message, str):
                setattr(error, "message", escaped(message))  # noqa: B010  # not every one has it
            raise


def _ended(said: str, status: int) -> typer.Exit:
    typer.echo(escaped(said), err=True)
    return typer.Exit(status)


@contextmanager
def _terminable() -> Iterator[None]:
    """Inside a `with`, SIGTERM is an exception, once: the second one ends the process.

    Only where nothing else listens: not in a thread, nor where the caller has a handler.
    """
    free = threading.current_thread() is threading.main_thread()
    if not free or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Terminated


def _leave_pipe() -> None:
    """What Python would still write at its end goes nowhere: `| head` has read enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _said_of(error: OSError) -> HyperadaptersError:
    return HyperadaptersError(
        error.strerror or str(error),
        where=None if error.filename is None else str(error.filename),
        cause="a full disk, a place that cannot be read or written, or the network",
        remedy="mend it, and give the same command again: a run goes on where it can",
    )
