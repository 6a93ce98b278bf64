"""The command line, `hyperadapters`: every command a few lines over the library."""

from hyperadapters.cli.commands import app, main

__all__ = ["app", "main"]
