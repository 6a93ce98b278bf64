"""A small run file as plain values, and as a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyperadapters.document.document import Document


@pytest.fixture
def values() -> dict[str, Any]:
    """A run that is right; each call gives a fresh copy."""
    return {
        "name": "small run",
        "backbone": {"name": "bert-base-multilingual-cased"},
        "method": {"name": "hyper-x-base", "bottleneck": 32},
        "tasks": {
            "ner": {
                "kind": "tagging",
                "metric": "span_f1",
                "labels": ["O", "B-PER", "I-PER"],
                "label_map": {"DATE": "O", "B-HUMAN": "B-PER"},
                "data": {"format": "conll", "path": "ner/{language}/{split}.tsv"},
            },
            "fields": {"kind": "tagging", "data": {"format": "cldr", "content": "fields"}},
            "mlm": {"kind": "mlm", "data": [{"format": "cldr", "content": "text"}]},
        },
        "train": {"ner": ["en", "tr"], "fields": ["en"], "mlm": ["en", "tr", "ta"]},
        "groups": {"seen": ["tr"], "unseen": ["ta"]},
        "recipe": {"steps": 10},
    }


@pytest.fixture
def document(values: dict[str, Any]) -> Document:
    """The same run as a document without lines."""
    return Document(values, {}, (), "run.yaml")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file and returns its path."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written
