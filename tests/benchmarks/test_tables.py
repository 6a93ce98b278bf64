"""The paper's tables beside ours, and the choice of rates."""

import json
from pathlib import Path

import pytest
from benchmarks.claims import chosen_rates, tables
from benchmarks.claims.pages import as_table
from benchmarks.claims.stored import read

import tiny_runs
from hyperadapters.config import run_from, to_yaml
from hyperadapters.report.papers import COLUMNS, Papers
from hyperadapters.scoring.matrix import Matrix, Score

ROWS = """\
hyper-x,2,mixed-language-multi-task,hyper-x-base,ner,,f1,seen,63.3,,
hyper-x,6,mixed-language-multi-task,hyper-x-base,ner,tr,f1,seen,82.7,,
hyper-x,6,mixed-language-multi-task,full-fine-tuning,ner,tr,f1,seen,77.2,,
hyper-x,6,mixed-language-multi-task,hyper-x-base,ner,en,f1,source,83.7,,
hyper-x,3,,hyper-x-base,,,params-millions,,76,,
hyper-x,3,,hyper-x-base,,,training-hours,,18,,
hyper-x,3,,mad-x-ms,,,training-hours,language-adapter,7,,
hyper-x,5,few-shot-0,hyper-x-base,ner,ar,f1,seen,40,,
hyper-x,5,few-shot-5,hyper-x-base,ner,ar,f1,seen,50,,
hyper-x,5,few-shot-5,hyper-x-base,ner,tr,f1,seen,70,,
hyper-x,5,few-shot-10,hyper-x-base,ner,ar,f1,seen,60,,
hyper-x,5,few-shot-20,hyper-x-base,ner,ar,f1,seen,60,,
hyper-x,5,few-shot-50,hyper-x-base,ner,ar,f1,seen,60,,
"""


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    text = ",".join(COLUMNS) + "\n" + ROWS
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "all.csv").write_text(text, encoding="utf-8")
    return Papers.read(tmp_path / "papers")


def written(folder: Path, name: str, seed: int, score: float, standing: str) -> str:
    cells = [
        Score("ner", "tr", "span_f1", score, 2, standing),
        Score("ner", "xx", "span_f1", 0.1, 2, standing),
        Score("ner", "en", "span_f1", 0.9, 2, "trained pair"),
    ]
    groups = {"seen": ("tr",), "unseen": ("xx",)}
    folder.mkdir(parents=True)
    text = Matrix(name, "m", (seed,), tuple(cells), groups).to_json()
    (folder / "results.json").write_text(text, encoding="utf-8")
    return f"{name}={folder}"


def test_ours_stand_beside_the_papers(papers: Papers, tmp_path: Path) -> None:
    given = [
        written(tmp_path / f"{seed}", "hyper-x", seed, score, "unseen pair")
        for seed, score in ((0, 0.4), (1, 0.6))
    ]
    given.append(written(tmp_path / "few", "hyper-x shots-5", 0, 0.3, "trained pair"))
    counts = {"parameters": {"trained_without_heads": 5_000_000, "trained": 6_000_000}}
    (tmp_path / "0" / "facts.json").write_text(json.dumps(counts), encoding="utf-8")
    lines = '{"phase": "train", "step": 1, "time": 7200.0}\n'
    (tmp_path / "0" / "metrics.jsonl").write_text(lines, encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in tables.tables(read(given), papers).splitlines()
        if line.startswith("|")
    ]
    head, first = rows[0], {row[0]: row for row in reversed(rows[:7])}
    both = {
        label: (row[head.index("paper: hyper-x-base")], row[head.index("here: hyper-x")])
        for label, row in first.items()
    }
    assert both["seen"] == ("63.3", "50.0")
    assert both["tr"] == ("82.7", "50.0") and "en" not in both
    assert both["unseen"] == ("–", "10.0") and both["all"] == ("–", "30.0")
    assert first["tr"][head.index("here: task-adapters")] == "–"
    assert ["hyper-x-base", "76.0", "18.0", "5.0", "2.0"] in rows
    assert ["mad-x-ms", "–", "–", "–", "–"] in rows
    assert ["5 sentences", "–", "60.0", "–", "43.3"] in rows


def test_a_rate_is_chosen_by_dev_scores_of_trained_pairs(tmp_path: Path) -> None:
    given = []
    for rate, trained, other in (("1e-4", 0.5, 0.9), ("1e-3", 0.6, 0.1)):
        own = tmp_path / rate
        given.append(written(own, f"hyper-x {rate}", 0, 0.5, "unseen pair"))
        text = to_yaml(run_from(tiny_runs.values(own)))
        (own / "run.yaml").write_text(text, encoding="utf-8")
        line = {"phase": "train", "step": 6, "dev": {"fields/en": trained, "fields/ta": other}}
        (own / "metrics.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    found = chosen_rates.finals(read(given))
    assert found == {"hyper-x": {"1e-4": 0.5, "1e-3": 0.6}}
    assert chosen_rates.best(found["hyper-x"]) == "1e-3"


def test_a_table_of_markdown() -> None:
    assert as_table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
