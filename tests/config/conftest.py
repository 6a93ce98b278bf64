"""The small run file of `run_files.py`."""

from run_files import document, values, write

__all__ = ["document", "values", "write"]
