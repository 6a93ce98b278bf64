"""The public surface: the names of the package, what every module offers, and a cheap import."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

import pytest

import hyperadapters

REPOSITORY = Path(__file__).parents[1]
SOURCE = REPOSITORY / "src" / "hyperadapters"
MODULES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
HEAVY = {
    *("torch", "transformers", "datasets", "accelerate", "numpy", "pydantic"),
    *("sklearn", "matplotlib", "pandas", "scipy"),
}
PUBLIC = [
    *("Adapter", "Asked", "BASE", "Bottleneck", "Cell", "Classification", "Context", "Coupling"),
    *("Cycle", "Fixed", "HyperadaptersError", "Labelled", "LabelledPair"),
    *(
        "LanguageModelling",
        "Linear",
        "LinearHeads",
        "LoRA",
        "METHODS",
        "METRICS",
        "MaskedLM",
        "Method",
        "Mlp",
        "Norm",
    ),
    *("Observed", "Pair", "Parsing", "Phase", "QuestionAnswering", "Recipe", "Residual", "Route"),
    *("Row", "SpanCorruption", "Tagged", "Tagging", "Text", "TextToText", "Translation", "Tree"),
    *("Where", "adapt", "collate", "hypernetwork", "joined", "load"),
    *(
        "load_run",
        "materialise",
        "mix",
        "nearest",
        "perform",
        "read_adapter",
        "table",
        "train_tokenizer",
    ),
]
"""The names of the package. One that is added or taken away changes the interface: it stands in
the changelog, and in a group of `docs/api.py`.
"""


def test_the_names_of_the_package() -> None:
    assert hyperadapters.__all__ == PUBLIC == dir(hyperadapters)
    assert sorted(hyperadapters.__all__) == hyperadapters.__all__


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_can_be_imported(name: str) -> None:
    found = getattr(hyperadapters, name)
    home = getattr(found, "__module__", "hyperadapters")
    assert home.startswith("hyperadapters") or not isinstance(found, type)


def test_a_name_that_is_not_public_is_told() -> None:
    with pytest.raises(AttributeError, match="module `hyperadapters` has no attribute `adpat`"):
        hyperadapters.adpat  # noqa: B018


def names_of(statement: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [t.id for t in targets if isinstance(t, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def statements(tree: ast.Module) -> list[ast.stmt]:
    """Those at the top of a module, and those that are for type checkers only or for all else."""
    found: list[ast.stmt] = []
    for one in tree.body:
        found += [*one.body, *one.orelse] if isinstance(one, ast.If) else [one]
    return found


def aliases_of(tree: ast.Module) -> set[str]:
    """Short names of types for the module's own signatures: `Model = Any`, `T = TypeVar("T")`."""
    assigned = {n for one in statements(tree) if isinstance(one, ast.Assign) for n in names_of(one)}
    return {
        name for name in assigned if name[0].isupper() and (len(name) == 1 or name[1:2].islower())
    }


def used_in(tree: ast.Module) -> set[str]:
    """Names that a module reads itself."""
    return {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}


def imported(tree: ast.Module) -> set[str]:
    """Names taken from other modules of the package."""
    return {
        alias.asname or alias.name
        for one in statements(tree)
        if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("hyperadapters")
        for alias in one.names
    }


def exported(tree: ast.Module) -> list[str] | None:
    """The literal value of `__all__`."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and names_of(statement) == ["__all__"]:
            value = ast.literal_eval(statement.value)
            return [str(name) for name in value]
    return None


@pytest.mark.parametrize("module", [m for m in MODULES if not m.endswith("__init__.py")])
def test_a_module_exports_exactly_what_it_defines_publicly(module):
    tree = ast.parse(MODULES[module].read_text())
    defined = {name for one in statements(tree) for name in names_of(one)} - {"__all__"}
    public = {name for name in defined if not name.startswith("_")}
    offered = exported(tree)
    assert offered is not None, "the module has no `__all__`"
    hidden = public - aliases_of(tree) - set(offered)
    assert not hidden, "add to `__all__`, or begin the name with `_`"
    assert set(offered) <= public | imported(tree), "in `__all__`, but not defined"


@pytest.mark.parametrize("module", [m for m in MODULES if m.endswith("__init__.py")])
def test_a_package_exports_exactly_what_it_takes_from_its_modules(module):
    tree = ast.parse(MODULES[module].read_text())
    offered = set(exported(tree) or [])
    defined = {name for one in tree.body for name in names_of(one)}
    public = {name for name in imported(tree) | defined if not name.startswith("_")}
    assert offered <= public, "in `__all__`, but neither defined nor imported"
    assert public - used_in(tree) <= offered, "add to `__all__`, or begin the name with `_`"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_fits_in_three_hundred_lines(module):
    assert len(MODULES[module].read_text().splitlines()) <= 300


def test_importing_the_package_loads_nothing_heavy():
    code = f"import sys, hyperadapters; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_pinned_versions_are_in_the_declared_ranges():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    requirements = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {r.split(">")[0].split("[")[0].lower().replace("_", "-") for r in requirements}
    for constraints in ("constraints.txt", "constraints-oldest.txt"):
        lines = (REPOSITORY / constraints).read_text().splitlines()
        pins = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
        assert names <= pins, f"not pinned in {constraints}: {sorted(names - pins)}"
        assert not [line for line in lines if "@" in line or "://" in line or "+cpu" in line]


def test_the_installed_version_is_that_of_the_project():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    try:
        installed = version("hyperadapters")
    except PackageNotFoundError:
        pytest.skip("the package is not installed, only on the path")
    assert installed == project["version"]
    (script,) = entry_points(group="console_scripts", name="hyperadapters")
    assert script.value == project["scripts"]["hyperadapters"]
