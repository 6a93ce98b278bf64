"""Runs the notebooks of a folder, each in a folder of its own: `python execute.py NOTEBOOKS OUT`.

What they print is kept in OUT; in the repository they have no outputs.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main(folder: Path, out: Path) -> None:
    """Runs every notebook; one with an error ends it, with what its cell said."""
    out.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for file in sorted(folder.glob("*.ipynb")):
        begun, book = time.monotonic(), nbformat.read(file, as_version=4)
        nbformat.validate(book)
        with tempfile.TemporaryDirectory() as place:
            resources = {"metadata": {"path": place}}
            NotebookClient(book, timeout=600, kernel_name="python3", resources=resources).execute()
        _check_commands(book, file)
        nbformat.write(book, out / file.name)
        print(f"{file.name}: {time.monotonic() - begun:.0f} s")


def _check_commands(book: nbformat.NotebookNode, file: Path) -> None:
    """Raises where a command line, whose status a notebook does not look at, has said an error."""
    for cell in book.cells:
        for output in cell.get("outputs", ()):
            if "error: " in output.get("text", ""):
                sys.exit(f"{file}: {output['text']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
