"""The tutorial "Add a kind of task": its code is added as it says, and works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hyperadapters.data.cldr import LABELS

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "tutorials" / "add-a-kind-of-task.md").read_text(encoding="utf-8")
TASKS = Path("src/hyperadapters/tasks")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the library, and the kind of task added to it as the page says."""
    folder = tmp_path_factory.mktemp("tutorial")
    source = REPOSITORY / "src"
    shutil.copytree(source, folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "before")
    (folder / TASKS / "topic.py").write_text(blocks("python")[0], encoding="utf-8")
    registry = folder / TASKS / "__init__.py"
    text = registry.read_text(encoding="utf-8")
    imported, named = (re.findall(r"^\+(.*)$", block, re.MULTILINE)[0] for block in blocks("diff"))
    last = "from hyperadapters.tasks.translation_settings import TranslationSettings\n"
    assert text.count(last) == 1 and text.count("    TranslationSettings,\n)") == 1
    text = text.replace(last, f"{imported}\n{last}")
    text = text.replace("    TranslationSettings,\n)", f"    TranslationSettings,\n{named}\n)")
    registry.write_text(text, encoding="utf-8")
    return folder


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()


def test_a_kind_of_task_is_one_new_file_and_two_edited_lines(added: Path) -> None:
    git(added, "add", "-A")
    changed = {
        line.split("\t")[2]: tuple(line.split("\t")[:2])
        for line in git(added, "diff", "--cached", "--numstat").splitlines()
    }
    assert set(changed) == {str(TASKS / "topic.py"), str(TASKS / "__init__.py")}
    assert changed[str(TASKS / "__init__.py")] == ("2", "0")


def test_it_trains_is_scored_and_answers(added: Path, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    environment = kept | {"PYTHONPATH": str(added / "src"), "COLUMNS": "200"}  # a copy of the code

    def command(*arguments: str, text: str = "") -> str:
        asked = [sys.executable, "-m", "hyperadapters", *arguments]
        done = subprocess.run(
            asked, cwd=tmp_path, env=environment, input=text, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "topic" in command("train", "topics.yaml", "--set", "recipe.steps=4")
    asked = ("predict", "runs/topics", "--task", "topic", "--language", "tr")
    topics = {label.partition("-")[2] or "O" for label in LABELS["spans"]}
    assert command(*asked, text="12 Mart 2024\n").strip() in topics
