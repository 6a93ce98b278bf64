"""The page for newcomers: its files are written, and its commands do what it says, in order."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hyperadapters.cli import app

PAGE = (Path(__file__).parents[2] / "docs" / "start.md").read_text()


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


COMMANDS = [line for block in _blocks("sh")[1:] for line in block.splitlines()]
"""All but those that install."""
REPORT = COMMANDS.index(next(line for line in COMMANDS if line.startswith("hyperadapters report")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the files of the page; its run is smaller and takes two updates."""
    folder = tmp_path_factory.mktemp("start")
    (run,) = _blocks("yaml")
    for key, less in (("steps", 2), ("vocabulary", 300), ("width", 16), ("ffn", 16)):
        run = re.sub(rf"{key}: \d+", f"{key}: {less}", run)
    (folder / "ner.yaml").write_text(run)
    (write,) = _blocks("python")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(write.replace("train=300", "train=40"), {})
        yield folder


def _call(command: str) -> str:
    """What a line of the page prints, `printf` or `echo` being what it reads."""
    said, bar, rest = command.partition(" | ")
    text = shlex.split(said)[1].replace("\\t", "\t").replace("\\n", "\n") if bar else ""
    arguments = shlex.split(rest if bar else command, comments=True)
    assert arguments[0] == "hyperadapters"
    environment = {"COLUMNS": "200", "TERM": "dumb", "HYPERADAPTERS_DATA": ""}
    result = CliRunner().invoke(app, arguments[1:], input=text or None, env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def _other_model(folder: Path) -> None:
    """A model of `transformers` that tags, beside its tokenizer."""
    from transformers import AutoTokenizer, BertConfig, BertForTokenClassification

    import hyperadapters as ha

    labels = ha.load(folder / "runs" / "ner").assembly.tasks["ner"].kept()["labels"]
    tokenizer = AutoTokenizer.from_pretrained(folder / "runs" / "ner" / "tokenizer")
    shape = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label=dict(enumerate(labels)),
    )
    BertForTokenClassification(shape).save_pretrained(folder / "tagger")
    tokenizer.save_pretrained(folder / "tagger")


@pytest.mark.parametrize("command", [line for line in COMMANDS[:REPORT] if "tagger" not in line])
def test_a_command_of_the_page_works(folder: Path, command: str) -> None:
    printed = _call(command)
    if "--task ner --language tr" in command:
        assert "ner/tr is an unseen pair" in printed
    if command.startswith("hyperadapters train"):
        assert "trained pair" in printed and "unseen pair" in printed


def test_three_lines_answer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (lines,) = _blocks("py")
    exec(lines, {})
    assert "('Türk'," in capsys.readouterr().out


def test_all_are_compared_in_one_report(folder: Path) -> None:
    _other_model(folder)
    _call(next(line for line in COMMANDS if "tagger" in line))
    _call(COMMANDS[REPORT])
    page = (folder / "compared.html").read_text()
    assert all(name in page for name in ("fine-tuned", "tagger"))
