"""Folders of corpora for tests."""

from pathlib import Path


def write(root: Path, name: str, content: str) -> None:
    """Writes a file of a data root."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content, encoding="utf-8")
