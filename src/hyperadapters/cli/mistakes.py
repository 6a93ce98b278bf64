"""What a user did wrong, or a disk, as one readable message and an exit status."""

import errno
from typing import Any

import typer
from typer.core import TyperGroup

from hyperadapters.errors import HyperadaptersError

__all__ = ["Commands"]


class Commands(TyperGroup):
    """Turns a user's mistake into one readable message and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Runs a command; mistakes of the user go to standard error."""
        try:
            return super().invoke(ctx)
        except HyperadaptersError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # `| head` has read enough
                raise
            typer.echo(f"error: {_said_of(error)}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("stopped; the same command goes on where it can", err=True)
            raise typer.Exit(130) from None


def _said_of(error: OSError) -> HyperadaptersError:
    return HyperadaptersError(
        error.strerror or str(error),
        where=None if error.filename is None else str(error.filename),
        cause="a full disk, a place that cannot be read or written, or the network",
        remedy="mend it, and give the same command again: a run goes on where it can",
    )
