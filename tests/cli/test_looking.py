"""Commands that look: parameters are counted, methods listed, runs compared."""

import json
from pathlib import Path

import pytest

from commands import call, right


def test_a_change_on_the_command_line(trained: Path) -> None:
    asked = ("describe", trained / "run.yaml", "--json")
    wide, narrow = (
        json.loads(right(*asked, "--set", f"method.bottleneck={width}")) for width in (8, 4)
    )
    assert wide["method"] == narrow["method"] == "hyper-x-base"
    assert wide["providers"]["adapters"] > narrow["providers"]["adapters"]


def test_report(trained: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    out = right("report", trained / "run", trained / "run", "--output", page)
    assert "fields A" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_replaces_none_but_a_report_unless_it_is_told_to(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        right("report", trained / "run")
    assert "<!doctype html>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    (tmp_path / "report.html").write_text("my own report")
    asked = call("report", trained / "run")
    assert asked.exit_code == 2
    assert "`report.html` would be replaced, and is no report of this library" in asked.stderr
    assert (tmp_path / "report.html").read_text() == "my own report"
    right("report", trained / "run", "--output", "report.html")
    assert "<!doctype html>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_report_beside_the_paper(trained: Path, tmp_path: Path) -> None:
    head = "paper,table,setting,method,task,language,metric,group,value,std,note"
    figure = "hyper-x,2,mixed,hyper-x-base,fields,,accuracy,all,63.3,,"
    (tmp_path / "hyper-x.csv").write_text(f"{head}\n{figure}\n")
    page = tmp_path / "report.html"
    right("report", trained / "run", "--paper", "--papers", tmp_path, "--output", page)
    assert "63.3" in page.read_text(encoding="utf-8")


def test_methods() -> None:
    entries = {entry["name"]: entry for entry in json.loads(right("methods", "--json"))}
    assert entries["hyper-x-small"]["trained_parameters"] == 13_093_536
    assert entries["hyper-x-base"]["trained_parameters"] == 76_202_816


def test_methods_are_a_table() -> None:
    assert "13.1" in right("methods")


def test_describe_a_method_on_another_backbone() -> None:
    facts = json.loads(right("describe", "hyper-x-base", "--json"))
    assert (facts["trained_without_heads"], facts["backbone"]) == (76_202_816, 177_262_848)
    assert facts["providers"] == {"adapters": 76_164_416, "norms": 38_400}
    assert facts["heads"]["ner"] == 7 * 769
    assert len(facts["names"]["language"]) == 16
    other = json.loads(
        right("describe", "hyper-x-base", "--backbone", "xlm-roberta-base", "--json")
    )
    assert other["trained_without_heads"] == facts["trained_without_heads"]
    assert other["backbone"] > facts["backbone"]
    assert "provider `norms`" in right("describe", "hyper-x-base")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--paper"], ["`--paper` needs the figures of the papers", "or HYPERADAPTERS_PAPERS"]),
        (["--setting", "one"], ["`--setting` chooses among a paper's figures", "add `--paper`"]),
    ],
)
def test_figures_of_papers_are_asked_for_whole(
    trained: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], said: list[str]
) -> None:
    monkeypatch.delenv("HYPERADAPTERS_PAPERS", raising=False)
    asked = call("report", trained / "run", *more)
    assert asked.exit_code == 2
    assert all(part in asked.stderr for part in said), asked.stderr
