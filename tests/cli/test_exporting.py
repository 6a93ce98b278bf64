"""The command `export`."""

from pathlib import Path

import pytest

import hyperadapters
from commands import call, right

ROW = ("--task", "fields", "--language", "fi")


def test_a_row_never_trained_becomes_a_folder(trained: Path, tmp_path: Path) -> None:
    out = right("export", trained / "run", *ROW, "--to", tmp_path / "out", "--format", "table")
    assert f"written: {tmp_path / 'out'}" in out.replace("\n", "")
    ((first, *_),) = hyperadapters.load(tmp_path / "out").predict("fields", "fi", ["May 3"])
    assert first[0] == "May"
    assert right("predict", tmp_path / "out", *ROW, text="May 3\n").startswith("May\t")


def test_a_mix_becomes_a_folder(trained: Path, tmp_path: Path) -> None:
    row = ("--task", "fields", "--language", "en*0.5+tr*0.5")
    right("export", trained / "run", *row, "--to", tmp_path / "out", "--format", "table")
    text = "May 3\n"
    again = right("predict", tmp_path / "out", *row, text=text)
    assert again == right("predict", trained / "run", *row, text=text)
    hub = ("--to", tmp_path / "hub", "--format", "adapterhub", "--with-backbone")
    right("export", trained / "run", *row, *hub)
    assert list(tmp_path.rglob("adapter_config.json"))


def test_a_grid(trained: Path, tmp_path: Path) -> None:
    asked = ("--tasks", "fields", "--languages", "all", "--format", "adapterhub")
    out = right("export", trained / "run", *asked, "--to", tmp_path / "out", "--with-backbone")
    assert "3 in" in out
    found = {path.parent.name for path in tmp_path.rglob("head_config.json")}
    assert found == {"en", "tr", "fi"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "pfet"), "unknown format `pfet`"),
        (("--format", "peft"), "the format `peft` cannot carry the adapter `adapters`"),
        (("--merge",), "a bottleneck has a non-linearity and cannot be merged"),
        (("--merge", "--format", "peft"), "`--merge` is a format of its own"),
        (("--format", "table", "--no-head"), "the format `table` has no `--no-head`"),
        (("--format", "adapterhub"), "cannot carry trained norms"),
        (("--format", "table", "--language", "xx"), "`xx`"),
        (("--format", "table", "--language", "en*1+xx*1"), "unknown language `xx`"),
        (("--format", "table", "--language", "en*2+tr*-1"), "a weight below zero"),
        (("--format", "table", "--task", "ner"), "unknown task `ner`"),
    ],
)
def test_mistakes_end_in_one_message_and_no_folder(
    options: tuple[str, ...], said: str, trained: Path, tmp_path: Path
) -> None:
    result = call("export", trained / "run", *ROW, "--to", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert said in result.output and "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []
