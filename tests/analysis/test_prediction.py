"""Labels for raw text."""

from pathlib import Path

import pytest

from hyperadapters.analysis.prediction import predict
from hyperadapters.build import Assembly, assemble
from hyperadapters.config import run_from
from hyperadapters.errors import ConfigError, ContextError, UnknownName


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An untrained tiny model over built-in data."""
    folder: Path = tmp_path_factory.mktemp("run")
    data = {"format": "cldr", "train": 30}
    values = {
        "name": "x",
        "output": str(folder),
        "backbone": {
            "architecture": {
                "layers": 1,
                "width": 8,
                "heads": 2,
                "ffn": 8,
                "positions": 32,
                "vocabulary": 300,
            }
        },
        "method": {"name": "hyper-x-base", "code": 4, "bottleneck": 2, "embedding": 2, "hidden": 4},
        "tasks": {
            "fields": {"kind": "tagging", "data": data},
            "mlm": {"kind": "mlm", "data": {**data, "content": "text"}},
        },
        "train": {"fields": ["en"], "mlm": ["en", "tr"]},
        "pretrain": {"train": {"mlm": ["en"]}, "recipe": {"length": 32}},
        "recipe": {"length": 12},
    }
    return assemble(run_from(values))


def test_every_word_gets_a_label_and_every_line_its_sentence(assembly: Assembly) -> None:
    lines = ["three days ago\n", "\n", "Monday\n"] + ["in 5 weeks\n"] * 40
    found = list(predict(assembly, "fields", "tr", lines))
    assert [[word for word, _ in words] for words in found] == [line.split() for line in lines]
    assert {label for words in found for _, label in words} <= set(assembly.tasks["fields"].labels)  # type: ignore[attr-defined]


def test_a_sentence_is_tagged_alike_alone_and_among_others(assembly: Assembly) -> None:
    together = list(
        predict(assembly, "fields", "en", ["one day ago", "in two years and three days"])
    )
    alone = list(predict(assembly, "fields", "en", ["one day ago"]))
    assert together[0] == alone[0]


def test_no_text_gives_nothing(assembly: Assembly) -> None:
    assert list(predict(assembly, "fields", "en", [])) == []


def test_an_unknown_task(assembly: Assembly) -> None:
    with pytest.raises(UnknownName, match="unknown task `feilds`\n.*\n.*mean `fields`"):
        list(predict(assembly, "feilds", "en", ["a"]))


def test_a_task_without_labels(assembly: Assembly) -> None:
    with pytest.raises(ConfigError, match="task `mlm` gives no labels"):
        list(predict(assembly, "mlm", "en", ["a"]))


def test_an_unknown_language(assembly: Assembly) -> None:
    with pytest.raises((UnknownName, ContextError), match="unknown language `xx`"):
        list(predict(assembly, "fields", "xx", ["a"]))
