"""By hand, with the wheel in an environment of its own and no checkout: what a user does first.

`python installed.py README.md FOLDER`: a shortened quickstart, `predict`, `export`, `push` without
a network, and the three lines of the README, all in FOLDER, which is new.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import hyperadapters

RUN = "runs/quickstart/by-name/hyper-x"
SHORT = (
    *("first.encoder.recipe.steps=20", "first.encoder.recipe.warmup=5", "always.recipe.steps=20"),
    *(
        "always.recipe.warmup=5",
        "always.tasks.fields.data.test=4",
        "always.tasks.spans.data.test=4",
    ),
)
"""Of the quickstart: too few updates to learn much, and few sentences that are scored."""
ROW = ("--task", "spans", "--language", "tr")
SENTENCE = "12 Mart 2024 , 1.200 Türk lirası ve Kanada"


def main(readme: Path, folder: Path) -> None:
    """Everything, with its time; ends with an error where something does not do what it should."""
    block = re.search(r"```py\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None and RUN in block[1]
    folder.mkdir(parents=True)
    os.chdir(folder)
    home = Path(hyperadapters.__file__).parent
    assert home.is_relative_to(sys.prefix), f"{home} is no installed package"
    assert (home / "py.typed").is_file()
    commands("study", "quickstart", *(part for one in SHORT for part in ("--set", one)))
    tagged = commands("predict", RUN, *ROW, text=SENTENCE)
    words = [line.split("\t")[0] for line in tagged.splitlines() if line]
    assert words == SENTENCE.split(), tagged
    commands("export", RUN, *ROW, "--to", "spans-tr", "--format", "table")
    assert commands("predict", "spans-tr", *ROW, text=SENTENCE) == tagged
    commands("push", RUN, "--to", "ada/quickstart", "--dry-run", "upload")
    Path("runs").rename("gone")  # what is uploaded needs none of it
    assert commands("predict", "upload", *ROW, text=SENTENCE) == tagged
    Path("gone").rename("runs")
    printed = called([sys.executable, "-c", block[1]])
    assert printed.startswith("[[('12', "), printed
    print(printed)


def commands(*arguments: str, text: str = "") -> str:
    """What `hyperadapters` prints."""
    return called([str(Path(sys.executable).with_name("hyperadapters")), *arguments], text)


def called(command: Sequence[str], text: str = "") -> str:
    """What a command prints that must end well."""
    begun = time.monotonic()
    apart = {"PYTHONPATH", "HYPERADAPTERS_DATA"}
    known = {name: value for name, value in os.environ.items() if name not in apart}
    done = subprocess.run(command, input=text, env=known, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    print(f"{time.monotonic() - begun:6.1f} s  {' '.join(command[1:3])[:60]}".replace("\n", " "))
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
