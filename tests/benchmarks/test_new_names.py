"""A new name beside the mean of those that were there, and beside a near one."""

from collections.abc import Sequence

import pytest
from benchmarks.claims.new_names import Fitted, gaps
from benchmarks.claims.paired import Cells

from hyperadapters.scoring.matrix import Score

WORDS = 10


def _cells(right: Sequence[int]) -> Cells:
    rows = tuple((float(one), float(WORDS)) for one in right)
    score = sum(right) / (WORDS * len(right))
    cell = Score("ner", "hr", "accuracy", score, len(right), "trained pair", rows)
    return {("ner", "hr"): cell}


def test_a_name_stands_beside_the_mean_and_a_near_one() -> None:
    own = [_cells([8, 8, 8]), _cells([6, 6, 6])]
    mean = [_cells([6, 6, 6]), _cells([6, 6, 6])]
    near = [_cells([9, 8, 7]), _cells([6, 6, 6])]
    seeds = {n: Fitted(*three, 1.0, 9) for n, three in enumerate(zip(own, mean, near, strict=True))}
    above_mean, above_near = gaps(seeds)
    assert above_mean[:3] == ("ner", "mean", pytest.approx(70.0))
    assert above_near[:3] == ("ner", "near", pytest.approx(70.0))
    gap = above_mean[3]
    assert gap.value == pytest.approx(0.1)
    assert gap.low < 0 < gap.high, "the seeds differ, and there are two"
    assert above_near[3].value == pytest.approx(0.0)
