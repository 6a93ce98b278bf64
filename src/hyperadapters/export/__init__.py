"""Rows leave: what one adds to a backbone, in folders that other programs read, and back again."""

from hyperadapters.export.all import FORMATS, format_of
from hyperadapters.export.grid import cells_of, check_known, export
from hyperadapters.export.imported import Imported, read_adapter
from hyperadapters.export.portable import readers_of

__all__ = [
    "FORMATS",
    "Imported",
    "cells_of",
    "check_known",
    "export",
    "format_of",
    "read_adapter",
    "readers_of",
]
