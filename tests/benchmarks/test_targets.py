"""Systems beside a reference, target by target."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from benchmarks.claims.stored import read
from benchmarks.claims.targets import lines

from hyperadapters.scoring.matrix import Matrix, Score

WORDS = 10


def _cell(language: str, right: Sequence[int]) -> Score:
    rows = tuple((float(one), float(WORDS)) for one in right)
    score = sum(right) / (WORDS * len(right))
    standing = "trained pair" if language == "en" else "unseen pair"
    return Score("ner", language, "accuracy", score, len(right), standing, rows)


def _study(folder: Path, runs: Mapping[str, Sequence[Mapping[str, Sequence[int]]]]) -> Path:
    """The folder of a study: by line, for each of its runs how many words are right by language."""
    said = []
    for line, each in runs.items():
        for number, cells in enumerate(each):
            own = folder / "runs" / f"{line}-{number}"
            own.mkdir(parents=True)
            scores = tuple(_cell(*one) for one in cells.items())
            matrix = Matrix(line, "m", (0,), scores, {"all": ("sw", "wo")})
            (own / "results.json").write_text(matrix.to_json(), encoding="utf-8")
            said.append({"line": line, "values": {"system": line}, "folder": str(own)})
    (folder / "study.json").write_text(json.dumps({"runs": said}), encoding="utf-8")
    return folder


def test_a_run_per_target_beside_one_run_for_all(tmp_path: Path) -> None:
    one = {"en": [9, 9, 9, 9], "sw": [5, 5, 5, 5], "wo": [4, 4, 4, 4]}
    apart = [{"en": [8, 8, 8, 8], "sw": [6, 6, 6, 6]}, {"en": [6, 6, 6, 6], "wo": [3, 4, 5, 3]}]
    folder = _study(tmp_path, {"tlr": apart, "mad-x": [one]})
    reference, line = lines(read([str(folder)]), "mad-x")
    assert (reference.system, reference.adapters, reference.mean) == ("mad-x", 1, None)
    assert (reference.source, reference.target) == (pytest.approx(90.0), pytest.approx(45.0))
    assert (line.system, line.adapters) == ("tlr", 2)
    assert (line.source, line.target) == (pytest.approx(70.0), pytest.approx(48.75))
    assert line.mean is not None
    assert line.mean.value == pytest.approx((0.1 - 0.025) / 2)
    assert line.each["sw"][:3] == pytest.approx((0.1, 0.1, 0.1)), "every sentence is better alike"
    assert line.each["wo"].low < line.each["wo"].value < 0 < line.each["wo"].high
    assert (line.above, line.surely) == (1, 1)
