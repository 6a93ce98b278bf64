"""What a method is made of, as tables."""

from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table

from hyperadapters.report.description import catalogue_table, description_table
from hyperadapters.run.catalogue import published


def _shown(table: Table) -> str:
    stream = StringIO()
    Console(file=stream, width=100).print(table)
    return stream.getvalue()


def test_a_published_method_as_a_table() -> None:
    text = _shown(description_table(published("mad-x-v2")))
    for part in (
        "provider `language`",
        "248,209,920",
        "100,000 updates of invertible, language",
        "(35 in all)",
    ):
        assert part in text


def test_a_description_as_a_table() -> None:
    facts: dict[str, Any] = {
        "method": "m",
        "paper": "p",
        "backbone": 1234,
        "providers": {"adapters": 56},
        "names": {"language": [f"l{n}" for n in range(13)], "task": ["ner"]},
        "phases": [{"name": "train", "trains": ["adapters", "heads"], "steps": 1000}],
        "unseen_pair": True,
    }
    text = _shown(description_table(facts))
    for part in (
        "1,234",
        "provider `adapters`",
        "1,000 updates of adapters, heads",
        "l11, ... (13 in all)",
        "names of `task`",
        "yes",
    ):
        assert part in text


def test_the_catalogue_as_a_table() -> None:
    entry = {
        "name": "m",
        "paper": "p",
        "backbone": "b",
        "added_parameters": 123456,
        "trained_parameters": 1234567,
        "total_parameters": 2345678,
        "times_backbone": 1.0555,
        "trained_per_task_percent": 0.4991,
        "multi_task": True,
        "cross_lingual": True,
        "new_language": False,
        "unseen_pair": False,
    }
    text = _shown(catalogue_table([entry]))
    assert "MC··" in text and "unseen pair" in text
    assert all(millions in text for millions in ("0.1", "1.2", "2.3"))
    assert "1.06" in text and "0.50" in text
