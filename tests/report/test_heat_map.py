"""The heat map: blocks, standings, colours."""

import re
from dataclasses import replace
from statistics import fmean

from hyperadapters.report.heat_map import heat_map
from hyperadapters.scoring.matrix import Matrix, Score


def test_blocks_means_and_standings(good: Matrix) -> None:
    drawn = heat_map([good], ["good"])
    assert re.findall(r"<h3>(.*?)</h3>", drawn) == ["seen", "unseen", "in no group"]
    assert drawn.count(">mean</span>") == 2  # the source has none
    for kind, cells in (("trained", 4), ("unseen", 4), ("foreign", 2)):
        assert len(re.findall(f'class="tile {kind}[ "][^>]*style', drawn)) == cells


def test_colours_run_from_worst_to_best_in_the_direction_of_the_metric(good: Matrix) -> None:
    def value(metric: str, score: float) -> str:
        cells = [Score("mlm", name, metric, s, 1, "unseen pair") for name, s in
                 (("tr", score), ("ta", 2.0), ("fi", 4.0))]  # fmt: skip
        drawn = heat_map([replace(good, cells=tuple(cells), groups={})], ["a"])
        return re.findall(r"--v:([\d.]+)", drawn)[0]

    assert value("perplexity", 2.0) == "1.000"
    assert value("perplexity", 4.0) == "0.000"
    assert value("accuracy", 3.0) == "0.500"


def test_many_languages_are_broken_into_equal_parts(good: Matrix) -> None:
    names = tuple(f"l{place}" for place in range(50))
    cells = tuple(Score("ner", name, "accuracy", 0.5, 1, "unseen pair") for name in names)
    drawn = heat_map([replace(good, cells=cells, groups={"many": names})], ["a"])
    assert drawn.count("many (continued)") == 2
    assert drawn.count(">mean</span>") == 1
    assert all(f">{name}</span>" in drawn for name in names)


def test_notes_are_told(good: Matrix) -> None:
    cells = tuple(replace(cell, note="run as language=nl") for cell in good.cells)
    assert "run as language=nl" in heat_map([replace(good, cells=cells)], ["a"])


def test_the_mean_of_a_group_is_over_the_same_cells_of_every_run(good: Matrix) -> None:
    """Also of a run that has other groups, or none, or lacks a cell of the group."""
    seen = good.groups["seen"]
    left_out, task = seen[0], good.tasks[0]
    kept = tuple(c for c in good.cells if (c.task, c.language) != (task, left_out))
    other = replace(good, cells=kept, groups={})
    means = re.findall(r"tile mean[^>]*>([^<]*)<", heat_map([good, other], ["a", "b"]))
    rest = [good.cell(task, language) for language in seen[1:]]
    expected = f"{100 * fmean(cell.score for cell in rest if cell):.1f}"
    assert means[:2] == [expected, expected]
