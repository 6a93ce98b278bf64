"""Header, parameters, the paper's tables, run files."""

from dataclasses import replace

from hyperadapters.report.facts import header, parameters, run_files
from hyperadapters.report.runs import RunReport


def test_header_of_one_run(good_run: RunReport) -> None:
    drawn = header([good_run], ["good"])
    assert "<h1>good</h1>" in drawn and "<dt>updates</dt><dd>200</dd>" in drawn
    assert "badge" not in drawn


def test_parameters_of_runs_that_have_different_parts(good_run: RunReport) -> None:
    plain = replace(good_run, facts={"parameters": {"backbone": 2000, "trained": 2000}})
    drawn = parameters([good_run, plain])
    assert "250<small>25.0% of the backbone</small>" in drawn
    assert "2,000<small>100.0% of the backbone</small>" in drawn
    assert "<td>240</td><td>–</td>" in drawn
    assert parameters([replace(good_run, facts={})]) == ""


def test_run_files_are_folded_and_escaped(good_run: RunReport) -> None:
    drawn = run_files([replace(good_run, run_yaml="name: <a>\n")], ["good"])
    assert drawn.startswith("<details><summary>") and "&lt;a&gt;" in drawn
    assert run_files([replace(good_run, run_yaml="")], ["good"]) == ""


def test_a_run_without_a_seed_says_nothing_of_one(good_run: RunReport) -> None:
    drawn = header([replace(good_run, matrix=replace(good_run.matrix, seeds=()))], ["good"])
    assert "<dt>seed</dt>" not in drawn and "<dt>method</dt>" in drawn
