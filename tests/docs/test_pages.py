"""The documentation: what is written from the code is up to date, examples are legal, links lead
on, and prose fits into lines.
"""

import importlib
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import hyperadapters
from hyperadapters.config import load_run, method_of
from hyperadapters.config.run_file import PhaseChanges, RunFile
from hyperadapters.data import SOURCES
from hyperadapters.methods import METHODS
from hyperadapters.tasks import KINDS

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
GUIDES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [REPOSITORY / name for name in GUIDES] + sorted(DOCS.rglob("*.md"))
NAMES = [page.relative_to(REPOSITORY).as_posix() for page in PAGES]
PER_PAGE = pytest.mark.parametrize("page", PAGES, ids=NAMES)
WIDTH = 120


@pytest.fixture(scope="module")
def generate() -> Iterator[ModuleType]:
    """What writes the pages that are written from the code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        yield importlib.import_module("generate")
        for name in ("generate", "reference", "api", "docstrings"):
            sys.modules.pop(name, None)


def test_what_is_written_from_the_code_is_up_to_date(generate: ModuleType) -> None:
    late = [path.name for path, text in generate.pages().items() if path.read_text() != text]
    assert late == [], "run `make docs`"


def test_every_module_has_a_line_that_says_what_it_is(generate: ModuleType) -> None:
    lines = generate.tree().splitlines()
    modules = list((REPOSITORY / "src" / "hyperadapters").rglob("*.py"))
    named = [line for line in lines if re.match(r" +\S+(\.py|/) ", line)]
    assert len(named) == len(modules) - 1
    assert [line for line in lines if re.fullmatch(r" +\S+", line)] == []


def test_the_reference_has_every_kind_source_method_and_key() -> None:
    page = (DOCS / "run-files.md").read_text()
    for source in SOURCES:
        assert f"### `format: {source.format}`" in page
    for settings in KINDS:
        (kind,) = settings.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
        assert f"### `kind: {kind}`" in page
    for name in METHODS:
        assert f"`{name}`" in page.partition("## Methods")[2]
    keys = {key for row in re.findall(r"^- ((?:`\w+`(?:, )?)+)", page, re.M) for key in _in(row)}
    assert {*RunFile.model_fields, *PhaseChanges.model_fields} <= keys
    for settings in (*SOURCES, *KINDS):
        taken = getattr(settings, "model_fields", None) or inspect.signature(settings).parameters
        assert set(taken) - {"kind", "format"} <= keys


def test_every_method_stands_on_its_page(generate: ModuleType) -> None:
    for function, names in generate.reference.by_function().items():
        page = generate.reference.PAGES[function.__module__.rpartition(".")[2]]
        listed = re.findall(r"`([\w*+-]+)`", (DOCS / "methods" / f"{page}.md").read_text())
        patterns = [re.escape(one).replace(r"\*", ".+") for one in listed]
        assert [n for n in names if not any(re.fullmatch(p, n) for p in patterns)] == [], page


def _in(row: str) -> list[str]:
    return re.findall(r"\w+", row)


def test_a_key_of_a_recipe_is_explained_once() -> None:
    page = (DOCS / "run-files.md").read_text()
    phases = page.partition("## Phases")[2].partition("\n## ")[0]
    assert "\n- `start_from`" in phases and "`learning_rate`" not in phases
    assert page.count("\n- `learning_rate`") == 1


def test_every_public_name_is_on_the_page_of_the_interface(generate: ModuleType) -> None:
    names = [name for group in generate.api.GROUPS.values() for name in group]
    assert len(set(names)) == len(names)
    assert set(names) == {*hyperadapters.__all__, *generate.api.RETURNED}
    assert 5 <= len(generate.api.GROUPS) <= 6


@PER_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^):]+)\)", _without_code(page.read_text())):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def _without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}


@PER_PAGE
def test_lines_are_short(page: Path) -> None:
    """All but those of tables, whose cells cannot be broken."""
    lines = page.read_text().splitlines()
    apart = ("|", "![")
    assert [one for one in lines if len(one) > WIDTH and not one.lstrip().startswith(apart)] == []


@PER_PAGE
def test_nothing_is_said_of_the_place_where_it_was_written(page: Path) -> None:
    assert not re.search(r"/work/|/tmp/|\.\./shared|pypi|this session", page.read_text(), re.I)


def _run_files() -> Iterator[Any]:
    for page in PAGES:
        for block in re.findall(r"```yaml\n(name: (?:.*?))```", page.read_text(), re.DOTALL):
            name = re.match(r"name: (\S+)", block)
            yield pytest.param(block, id=f"{page.stem}-{name and name[1]}")


@pytest.mark.parametrize("block", list(_run_files()))
def test_run_files_are_legal(block: str, tmp_path: Path) -> None:
    if "kind: topic" in block:
        pytest.skip("a kind of task that the tutorial adds")
    (tmp_path / "run.yaml").write_text(block)
    phases = method_of(load_run(tmp_path / "run.yaml")).phases
    assert all(phase.cells for phase in phases)


def test_the_navigation_has_every_page() -> None:
    project = tomllib.loads((REPOSITORY / "zensical.toml").read_text())["project"]
    listed = set(re.findall(r"[\w/-]+\.md", str(project["nav"])))
    assert listed == {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    index = (DOCS / "index.md").read_text()
    assert all(f"({name})" in index for name in listed - {"index.md"})
