"""The command line in this process: commands are called, and what they print comes back."""

from typing import Any

from typer.testing import CliRunner, Result

from hyperadapters.cli import app

RUN: dict[str, Any] = {
    "name": "tiny",
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
        "fields": {"kind": "tagging", "data": {"format": "cldr", "train": 60, "dev": 2, "test": 3}},
        "mlm": {
            "kind": "mlm",
            "data": {"format": "cldr", "content": "text", "train": 60, "dev": 2},
        },
    },
    "train": {"fields": ["en", "tr"], "mlm": ["en", "tr", "fi"]},
    "evaluate": {"fields": ["en", "fi"]},
    "recipe": {"steps": 2, "batch": 4, "length": 16},
    "phases": {"pretrain": {"train": {"mlm": ["en"]}, "steps": 1, "batch": 4, "length": 16}},
}


def call(*arguments: object, text: str | None = None) -> Result:
    """What became of a command; `text` is its standard input."""
    environment = {"COLUMNS": "200", "TERM": "dumb", "HYPERADAPTERS_DATA": ""}
    return CliRunner().invoke(app, [str(a) for a in arguments], input=text, env=environment)


def right(*arguments: object, text: str | None = None) -> str:
    """What a command prints that must end well."""
    result = call(*arguments, text=text)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout
