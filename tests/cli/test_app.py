"""The application: help for newcomers, the version, and how cheap both are."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from commands import call, right
from hyperadapters.cli.app import console, print_values

COMMANDS = (
    "train",
    "study",
    "evaluate",
    "predict",
    "describe",
    "methods",
    "report",
    "data",
    "nearest",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_to_type(command: str) -> None:
    text = " ".join(right(command, "--help").split())
    assert "Example:" in text
    assert f"hyperadapters {command} " in text


def test_help_lists_every_command() -> None:
    text = right("--help")
    assert all(f"{command} " in text for command in COMMANDS)


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from hyperadapters.cli import app\n"
        "try: app(['train', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'transformers', 'datasets', 'accelerate'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_no_command_is_a_wrong_command() -> None:
    assert call().exit_code == 2
    assert call("trian").exit_code == 2


def test_the_version_is_that_of_the_package() -> None:
    assert right("--version") == f"hyperadapters {version('hyperadapters')}\n"


def test_the_version_asks_for_no_command_and_loads_no_heavy_library() -> None:
    code = (
        "import sys; from hyperadapters.cli import app\n"
        "try: app(['--version'])\n"
        "except SystemExit as end: assert not end.code\n"
        "assert not {'torch', 'transformers', 'datasets', 'accelerate'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("hyperadapters ")


def test_values_for_programs_or_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    print_values({"språk": 1}, "a table", as_json=True)
    print_values({"språk": 1}, "a table", as_json=False)
    assert capsys.readouterr().out == '{\n "språk": 1\n}\na table\n'


def test_nothing_in_a_text_is_markup(capsys: pytest.CaptureFixture[str]) -> None:
    console(stderr=True).print("task [bold] :smile:")
    assert capsys.readouterr().err == "task [bold] :smile:\n"
