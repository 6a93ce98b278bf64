"""The page on export: its commands and its Python do what it says, in order."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from hyperadapters.cli import app

PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text()
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)
LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
TYPES = {"PLACE": "LOC", "DATE": "PER", "TIME": "PER", "RELATIVE": "PER"}
TYPES |= {"QUANTITY": "ORG", "MONEY": "ORG", "LANG": "ORG"}
SHAPE = {"layers": 1, "width": 16, "heads": 2, "ffn": 16, "positions": 32, "vocabulary": 300}
METHODS: dict[str, dict[str, Any]] = {
    "lora": {"name": "hyper-x-lora", "rank": 2, "code": 4, "hidden": 4, "embedding": 4},
    "bottlenecks": {"name": "hyper-x-base", "bottleneck": 2, "code": 4, "hidden": 4},
    "decoder": {"name": "hyper-x-lora", "rank": 2, "code": 4, "hidden": 4, "embedding": 4},
}


def _run(name: str) -> dict[str, Any]:
    corpus = {"format": "cldr", "train": 20, "dev": 2, "test": 2}
    data = {**corpus, "content": "spans"}
    ner = {"kind": "tagging", "labels": LABELS, "label_map": TYPES, "data": data}
    first = {"train": {"mlm": ["en"]}, "steps": 1, "batch": 2, "length": 16}
    return {
        "name": name,
        "backbone": {"architecture": SHAPE},
        "method": METHODS[name],
        "tasks": {
            "ner": ner,
            "qa": {"kind": "qa", "data": {**corpus, "content": "questions"}},
            "mlm": {"kind": "mlm", "data": {**corpus, "content": "text"}},
        },
        "train": {"ner": ["en"], "qa": ["en"], "mlm": ["en", "yo"]},
        "recipe": {"steps": 1, "batch": 2, "length": 16},
        "phases": {"pretrain": first},
    }


def _decoder() -> dict[str, Any]:
    corpus = {"format": "cldr", "content": "kinds", "train": 20, "dev": 2, "test": 2}
    kinds = {"kind": "text-to-text", "template": "{text}", "data": corpus}
    return {
        **{key: _run("decoder")[key] for key in ("name", "method", "recipe")},
        "phases": {"pretrain": {"train": {"kinds": ["en"]}, "steps": 1}},
        "backbone": {"architecture": {**SHAPE, "type": "llama"}},
        "tasks": {"kinds": kinds},
        "train": {"kinds": ["en", "yo"]},
    }


def _call(*arguments: str) -> str:
    environment = {"COLUMNS": "200", "TERM": "dumb", "HYPERADAPTERS_DATA": ""}
    result = CliRunner().invoke(app, list(arguments), env=environment)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the three runs of the page."""
    folder = tmp_path_factory.mktemp("export")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in METHODS:
            Path(f"{name}.yaml").write_text(
                yaml.safe_dump(_decoder() if name == "decoder" else _run(name))
            )
            _call("train", f"{name}.yaml")
        yield folder


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_the_page_does_what_it_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for kind, block in BLOCKS:
        lines = [line for line in block.splitlines() if line]
        assert len(lines) <= 5
        if kind == "python" and "from adapters import" not in block:
            exec(block, {})
            printed.append(capsys.readouterr().out)
        for line in lines if kind == "sh" else ():
            command, *arguments = shlex.split(line)
            assert command == "hyperadapters"
            _call(*arguments)
    assert "vllm reads it" in printed[1] and "sglang modules that are saved whole" in printed[1]
    assert re.fullmatch(r"tensor\(\d+\) tensor\(\d+\)\n", printed[3])
    assert printed[4].startswith("ọjọ́ 3</s>")
    assert printed[5].startswith("[[('Ada', ")
    assert "{'lora': " in printed[6]
    rows = sorted(path.parent.name for path in Path("every-row/ner").rglob("*.safetensors"))
    assert rows == ["en", "yo"]
    assert os.listdir("hub-yo/backbone")
