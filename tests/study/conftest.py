"""Studies on paper: files, and scores that cost nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hyperadapters.config import RunFile
from hyperadapters.scoring.matrix import Matrix, Score

RUN = """\
name: base
backbone: {name: bert-base-multilingual-cased}
method: full-fine-tuning
tasks:
  fields: {kind: tagging, data: {format: cldr}}
  mlm: {kind: mlm, data: {format: cldr, content: text}}
train: {fields: [en, tr], mlm: [en]}
evaluate: {fields: [en, tr, fi]}
groups: {seen: [tr], unseen: [fi]}
"""

STUDY = """\
name: small
output: OUTPUT
base: run.yaml
grid:
  method:
    tuned: {method: full-fine-tuning, train: {mlm: null}}
    small: {method: hyper-x-small}
  partition:
    a: {train: {fields: [en, tr]}}
    b: {train: {fields: [en, fi]}}
  seed: [0, 1, 2]
combine: partition
"""

Study = Callable[..., Path]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Writes a study file beside its base file, with pieces of text replaced or put at the end."""

    def written(replaced: Mapping[str, str] | None = None, more: str = "", run: str = RUN) -> Path:
        text = STUDY.replace("OUTPUT", str(tmp_path / "out"))
        for old, new in (replaced or {}).items():
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "run.yaml").write_text(run, encoding="utf-8")
        path = tmp_path / "study.yaml"
        path.write_text(text + more, encoding="utf-8")
        return path

    return written


class Scores:
    """Does runs by looking their scores up; remembers which."""

    def __init__(self, score: Callable[[RunFile, str], float]) -> None:
        self.score = score
        self.done: list[str] = []

    def __call__(self, run: RunFile, folder: Path) -> Matrix:
        """The matrix of a run: ten sentences of ten words each per language."""
        self.done.append(run.name)
        cells: list[Any] = []
        for language in run.evaluate.get("fields", ()):
            right = round(10 * self.score(run, language))
            trained = language in run.train.get("fields", ())
            cells.append(
                Score(
                    "fields",
                    language,
                    "accuracy",
                    right / 10,
                    10,
                    "trained pair" if trained else "unseen pair",
                    ((float(right), 10.0),) * 10,
                )
            )
        groups = {name: tuple(members) for name, members in run.groups.items()}
        return Matrix(run.name, run.method.name, (run.seed,), tuple(cells), groups)


@pytest.fixture
def scores() -> Scores:
    """Trained pairs 0.9, others 0.5; Hyper-X a tenth above; a tenth more with each seed after 0."""

    def score(run: RunFile, language: str) -> float:
        trained = language in run.train["fields"]
        more = 0.1 * (run.method.name == "hyper-x-small") + 0.1 * (run.seed == 2)
        return (0.7 if trained else 0.3) + more

    return Scores(score)
