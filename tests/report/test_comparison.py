"""Means and differences in HTML."""

import re
from dataclasses import replace

from hyperadapters.report.comparison import differences, means
from hyperadapters.scoring.matrix import Matrix, Score


def test_bars_are_as_long_as_the_means(good: Matrix) -> None:
    drawn = means([good], ["good"])
    mean = good.mean("ner", "seen")
    assert mean is not None
    assert f"--w:{100 * mean:.1f}%" in drawn and f">{100 * mean:.1f}</span>" in drawn
    assert "bar best" not in drawn


def test_intervals_lie_on_their_side_of_zero(good: Matrix, poor: Matrix) -> None:
    better = differences([poor, good], ["poor", "good"])
    dots = [float(left) for left in re.findall(r'class="dot" style="left:([\d.]+)%', better)]
    assert dots and all(50 < left <= 100 for left in dots)
    worse = differences([good, poor], ["good", "poor"])
    assert all(float(x) < 50 for x in re.findall(r'class="dot" style="left:([\d.]+)%', worse))
    assert "unclear" not in better
    assert "p &lt; 0.001" in better


def test_a_run_beside_itself_is_not_told_apart(good: Matrix) -> None:
    drawn = differences([good, good], ["a", "b"])
    assert "better in 0, worse in 0, not told apart in 6" in drawn
    assert "whisker c1 unclear" in drawn and "p = 1.000" in drawn


def test_lower_perplexity_is_better(good: Matrix) -> None:
    def run(nats: float) -> Matrix:
        statistics = tuple((nats + place % 3 / 10, 1.0) for place in range(40))
        cell = Score("mlm", "az", "perplexity", 2.718**nats, 40, "unseen pair", statistics)
        return replace(good, cells=(cell,))

    drawn = differences([run(3.0), run(2.0)], ["a", "b"])
    assert "better in 1, worse in 0" in drawn
    assert "--w:100.0%" in means([run(3.0), run(2.0)], ["a", "b"])
