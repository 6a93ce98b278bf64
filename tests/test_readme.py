"""The README: its Python runs, its run file is legal, its commands exist, its links lead on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hyperadapters.config import load_run, method_of
from hyperadapters.methods import METHODS

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("block", PYTHON)
def test_python_runs(block: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[[")


def test_fifteen_lines_are_enough_two_of_them_imports() -> None:
    (block,) = PYTHON
    lines = [line for line in block.splitlines() if line]
    assert len(lines) <= 15
    assert [line for line in lines if "import" in line] == lines[:2]


def test_the_run_file_is_legal(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "run.yaml").write_text(block)
    method = method_of(load_run(tmp_path / "run.yaml"))
    assert [cell.task for cell in method.phases[-1].cells] == ["ner", "pos", "pos", "mlm", "mlm"]


def test_every_method_is_in_the_table_of_systems() -> None:
    table = README.partition("## What is in")[2]
    named = re.findall(r"`([\w+-]+\*?)`", table.partition("\n\nTasks")[0])
    patterns = [re.compile(re.escape(name).replace(r"\*", ".*")) for name in named]
    assert [name for name in METHODS if not any(p.fullmatch(name) for p in patterns)] == []
    assert all(any(p.fullmatch(name) for name in METHODS) for p in patterns)


def test_it_is_a_front_page() -> None:
    assert len(README.splitlines()) <= 90


@pytest.mark.parametrize("target", re.findall(r"^make (\S+)", README, re.MULTILINE))
def test_commands_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
