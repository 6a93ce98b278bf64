"""The command `cache`: what this machine keeps of large corpora, and how it is removed."""

import time
from typing import Any

import typer

from hyperadapters.cli.app import AsJson, app, print_values
from hyperadapters.cli.screen import say

__all__ = ["clear", "entries"]

_cache = typer.Typer(no_args_is_help=True, help="Look at what is kept of large corpora; remove it.")
app.add_typer(_cache, name="cache")


@_cache.command("list")
def entries(as_json: AsJson = False) -> None:
    """List the entries of the cache, the latest used first: their sizes, and when they were used.

    Example: `hyperadapters cache list`
    """
    from hyperadapters.machine.cache import of_machine

    cache = of_machine()
    every = sorted(cache.entries(), key=lambda entry: -entry.used)
    values = [
        {
            "entry": entry.folder.name,
            "holds": entry.what,
            "bytes": entry.size,
            "used": time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used)),
        }
        for entry in every
    ]
    if not as_json:
        say(f"cache: {cache.folder}")
    print_values(values, _table(values), as_json)


@_cache.command("clear")
def clear() -> None:
    """Remove all entries of the cache; runs that go on make anew what they need.

    Example: `hyperadapters cache clear`
    """
    from hyperadapters.machine.cache import of_machine

    cache = of_machine()
    size = sum(entry.size for entry in cache.entries())
    gone, busy = cache.clear()
    say(f"removed from {cache.folder}: {gone:,} entries, {_megabytes(size)}")
    for place in busy:
        say(f"left, because a process makes it now: {place.name}")


def _table(values: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    size = sum(one["bytes"] for one in values)
    table = Table(title=f"{len(values):,} entries, {_megabytes(size)}")
    table.add_column("entry", overflow="fold")
    table.add_column("holds", overflow="fold")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("used", no_wrap=True)
    for one in values:
        table.add_row(one["entry"], one["holds"], _megabytes(one["bytes"]), one["used"])
    return table


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
