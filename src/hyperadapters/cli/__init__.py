"""The command line, `hyperadapters`: every command a few lines over the library."""

from hyperadapters.cli import caching, exporting, looking, running, serving, sharing, using
from hyperadapters.cli.app import app
from hyperadapters.cli.screen import hold_streams

__all__ = [
    "app",
    "caching",
    "exporting",
    "looking",
    "main",
    "running",
    "serving",
    "sharing",
    "using",
]


def main() -> None:
    """The entry point of the command `hyperadapters`."""
    hold_streams()
    app()
