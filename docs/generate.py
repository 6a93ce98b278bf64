"""Writes what the documentation takes from the code: the tree of the README, and the page of run
files.

python docs/generate.py            write it
python docs/generate.py --check    exit with status 1 where it is out of date
"""

import ast
import sys
from pathlib import Path

import reference

REPOSITORY = Path(__file__).resolve().parents[1]
START, END = "<!-- tree: written by `make docs` -->", "<!-- /tree -->"


def first_sentence(path: Path) -> str:
    """The first sentence of a module's docstring, without its full stop."""
    paragraph = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).split(". ")[0].removesuffix(".")


def branch(folder: Path, depth: int) -> list[str]:
    """A folder's files and then its folders, each on a line with what it is."""
    found = [path for path in sorted(folder.iterdir()) if path.suffix == ".py"]
    entries = [(path.name, path) for path in found if path.name != "__init__.py"]
    lines = [row(name, path, depth) for name, path in entries]
    for inner in sorted(path for path in folder.iterdir() if (path / "__init__.py").exists()):
        lines += [row(f"{inner.name}/", inner / "__init__.py", depth), *branch(inner, depth + 1)]
    return lines


def row(name: str, path: Path, depth: int) -> str:
    """One line of the tree."""
    return f"{'  ' * depth + name:<28} {first_sentence(path)}".rstrip()


def tree() -> str:
    """The tree of the package as a fenced block."""
    lines = ["src/hyperadapters/", *branch(REPOSITORY / "src" / "hyperadapters", 1)]
    return "\n".join([START, "```", *lines, "```", END])


def written(readme: str) -> str:
    """The README with today's tree in it."""
    before, rest = readme.split(START)
    return before + tree() + rest.split(END)[1]


def main() -> int:
    """Writes or checks both."""
    readme, page = REPOSITORY / "README.md", REPOSITORY / "docs" / "run-files.md"
    pages = {readme: written(readme.read_text()), page: reference.page()}
    if "--check" in sys.argv:
        return int(any(path.read_text() != text for path, text in pages.items()))
    for path, text in pages.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
