"""What a method is made of, in its paper's setting."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.methods import METHODS
from hyperadapters.report.description import catalogue_table, description_table, published


def _shown(table: Table) -> str:
    stream = StringIO()
    Console(file=stream, width=100).print(table)
    return stream.getvalue()


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_run_in_its_papers_setting(name: str) -> None:
    run = published(name)
    assert run.method.name == name
    assert run.tasks.keys() == run.train.keys()


def test_the_setting_of_hyper_x() -> None:
    run = published("hyper-x-base")
    assert {task: len(names) for task, names in run.train.items()} == {
        "ner": 16,
        "pos": 16,
        "mlm": 16,
    }
    assert run.backbone.name == "bert-base-multilingual-cased"


def test_changes() -> None:
    run = published("hyper-x-base", ["backbone.name=xlm-roberta-base", "method.bottleneck=8"])
    assert (run.backbone.name, run.method.arguments) == ("xlm-roberta-base", {"bottleneck": 8})


def test_unknown_names() -> None:
    with pytest.raises(UnknownName, match="unknown method `hyper-x`"):
        published("hyper-x")
    with pytest.raises(ConfigError, match="unknown argument `botleneck`"):
        published("hyper-x-base", ["method.botleneck=8"])


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
        "multi_task": True,
        "cross_lingual": True,
        "new_language": False,
        "unseen_pair": False,
    }
    text = _shown(catalogue_table([entry]))
    assert "MC··" in text and "unseen pair" in text
    assert all(millions in text for millions in ("0.1", "1.2", "2.3"))
