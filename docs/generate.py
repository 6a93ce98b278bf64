"""Writes what the documentation takes from the code: the tree in CONTRIBUTING.md, the page of run
files, and the page of the Python interface.

python docs/generate.py            write it
python docs/generate.py --check    exit with status 1 where it is out of date
"""

import ast
import sys
from pathlib import Path

import api
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
    return f"{'  ' * depth + name:<24} {first_sentence(path)}".rstrip()


def tree() -> str:
    """The tree of the package as a fenced block."""
    lines = ["src/hyperadapters/", *branch(REPOSITORY / "src" / "hyperadapters", 1)]
    return "\n".join([START, "```", *lines, "```", END])


def written(page: str) -> str:
    """CONTRIBUTING.md with today's tree in it."""
    before, rest = page.split(START)
    return before + tree() + rest.split(END)[1]


def pages() -> dict[Path, str]:
    """Every page that is written here, in whole or in part, as it should be."""
    contributing = REPOSITORY / "CONTRIBUTING.md"
    return {
        contributing: written(contributing.read_text()),
        REPOSITORY / "docs" / "run-files.md": reference.page(),
        REPOSITORY / "docs" / "api.md": api.page(),
    }


def main() -> int:
    """Writes or checks all of them."""
    if "--check" in sys.argv:
        return int(any(not p.exists() or p.read_text() != text for p, text in pages().items()))
    for path, text in pages().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
