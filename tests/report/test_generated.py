"""What is shown of generated weights: the last look, in a table and in words."""

import json
from pathlib import Path

from hyperadapters.report.generated import generated_tables, last_looked_at, told, written_facts
from hyperadapters.report.page import html
from hyperadapters.report.runs import RunReport, records_in
from hyperadapters.scoring.matrix import Matrix

SHARES = {"common": 0.5, "layers": 0.25, "tasks": 0.125, "languages": 0.0625, "rest": 0.0625}
SMALL = {"size": 0.02, "step": 0.001, **SHARES}
LARGE = {"size": 0.2, "step": 0.0005, **SHARES, "layers": 0.01, "tasks": 0.365}
RECORDS = [
    {"phase": "train", "step": 1, "loss": 2.0},
    {"phase": "train", "step": 2, "generated": {"adapters/down": SMALL}},
    {"phase": "train", "step": 4, "generated": {"adapters/down": SMALL, "adapters/up": LARGE}},
    {"phase": "train", "step": 5, "loss": 1.0},
]


def test_the_last_look_counts() -> None:
    assert set(last_looked_at(RECORDS)) == {"adapters/down", "adapters/up"}
    assert last_looked_at(RECORDS[:2]) == {"adapters/down": SMALL}
    assert last_looked_at(RECORDS[:1]) == {}
    still = {"phase": "train", "step": 9, "generated": {"adapters/up": {**LARGE, "step": 0.0}}}
    assert last_looked_at([*RECORDS, still]) == {"adapters/up": LARGE}, "the largest step"


def test_the_sentence_is_about_the_largest_and_says_what_it_varies_by() -> None:
    said = told(last_looked_at(RECORDS))
    assert said.startswith("Of adapters/up, whose weights have a size of 0.2, 50% is the same")
    assert "most differs by tasks (layers 1%, tasks 36%, languages 6%)" in said


def test_a_page_has_a_table_of_runs_that_generate(good: Matrix) -> None:
    with_them, without = RunReport(good, RECORDS), RunReport(good, RECORDS[:1])
    page = html([with_them])
    assert "Generated weights" in page
    assert "<td>0.2</td><td>0.0005</td><td>50%</td><td>1%</td>" in page
    assert "Generated weights" not in html([without])
    assert generated_tables([without], ["a"]) == ""


def test_facts_are_words(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(one) + "\n" for one in RECORDS))
    facts = written_facts(records_in(tmp_path))
    assert facts["generated"]["adapters/down"] == (
        "size 0.02, moved by at most 0.001; the same everywhere 50%, layers 25%, tasks 12%, "
        "languages 6%, combinations 6%"
    )
    assert written_facts(RECORDS[:1]) == {}
