"""The notebooks: without outputs, with code that parses and names only what is public; `make
notebooks` runs them.
"""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hyperadapters
from hyperadapters.cli import app
from hyperadapters.config import load_run, method_of

DOCS = Path(__file__).parents[2] / "docs"
FILES = sorted((DOCS / "notebooks").glob("*.ipynb"))
BOOKS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FILES}
PER_BOOK = pytest.mark.parametrize("name", BOOKS)
COMMANDS = {command.name or command.callback.__name__ for command in app.registered_commands}


def _code(book: dict[str, Any]) -> Iterator[str]:
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def _python(book: dict[str, Any]) -> ast.Module:
    lines = "\n".join(_code(book)).splitlines()
    return ast.parse("\n".join(line for line in lines if not line.startswith("!")))


def test_there_are_three() -> None:
    assert len(BOOKS) == 3
    page = (DOCS / "sharing.md").read_text()
    assert all(f"(notebooks/{file.name})" in page for file in FILES)


@PER_BOOK
def test_outputs_are_stripped(name: str) -> None:
    book = BOOKS[name]
    assert book["nbformat"] == 4
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    assert max(len(line) for text in _code(book) for line in text.splitlines()) <= 100


@PER_BOOK
def test_only_public_names_are_used(name: str) -> None:
    nodes = list(ast.walk(_python(BOOKS[name])))
    named = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "ha"
    }
    assert named and named <= set(hyperadapters.__all__)
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            public = getattr(module, "__all__", dir(module))
            assert {one.name for one in node.names} <= {*public}, node.module
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")


@PER_BOOK
def test_its_run_file_is_legal(name: str, tmp_path: Path) -> None:
    (text,) = re.findall(r'write_text\("""\n(.*?)"""\)', "\n".join(_code(BOOKS[name])), re.DOTALL)
    (tmp_path / "run.yaml").write_text(text)
    assert all(phase.cells for phase in method_of(load_run(tmp_path / "run.yaml")).phases)


@PER_BOOK
def test_its_commands_exist(name: str) -> None:
    for line in "\n".join(_code(BOOKS[name])).splitlines():
        if line.startswith("!"):
            program, command, *_ = line[1:].split()
            assert program == "hyperadapters" and command in COMMANDS
