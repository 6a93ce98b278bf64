"""The README: its tree is that of the code, its Python runs, its commands exist."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from hyperadapters.config.task_settings import AnySource

from hyperadapters.config import RunFile, load_run
from hyperadapters.run.assembly import method_of

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text()
RUNNING = (REPOSITORY / "docs" / "running.md").read_text()


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    sys.path.insert(0, str(REPOSITORY / "docs"))
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tree_is_that_of_the_code(generate):
    assert generate.written(README) == README, "the README is out of date: run `make docs`"


def test_the_page_of_run_files_is_that_of_the_code(generate):
    page = (REPOSITORY / "docs" / "run-files.md").read_text()
    assert generate.reference.page() == page, "the page is out of date: run `make docs`"
    for source in get_args(get_args(AnySource)[0]):
        assert f"`format: {source.format}`" in page, "every source has a section"
    for key in RunFile.model_fields:
        assert f"| `{key}` |" in page


def test_the_run_files_of_the_documentation_are_legal(tmp_path):
    blocks = re.findall(r"```yaml\n(name: (\S+)\n.*?)```", RUNNING, re.DOTALL)
    recipes = {}
    for block, name in blocks:
        (tmp_path / "run.yaml").write_text(block)
        recipes[name] = method_of(load_run(tmp_path / "run.yaml")).phases[-1].recipe
    assert recipes["mine"].batch_tokens == 8192
    assert recipes["my-tags"].contexts_per_batch == 4


def test_every_module_has_a_line_that_says_what_it_is(generate):
    lines = generate.tree().splitlines()
    modules = list((REPOSITORY / "src" / "hyperadapters").rglob("*.py"))
    named = [line for line in lines if re.match(r" +\S+(\.py|/) ", line)]
    assert len(named) == len(modules) - 1
    assert [line for line in lines if re.fullmatch(r" +\S+", line)] == []


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_runs(block, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("target", re.findall(r"^make (\S+)", README, re.MULTILINE))
def test_commands_exist(target):
    assert re.search(rf"^{target}:", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^):]+)\)", README))
def test_links_lead_somewhere(link):
    path, _, anchor = link.partition("#")
    assert (REPOSITORY / path).exists()
    text = (REPOSITORY / path).read_text() if anchor else ""
    headings = re.findall(r"^#+ (.*)", text, re.MULTILINE)
    known = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert not anchor or anchor in known
