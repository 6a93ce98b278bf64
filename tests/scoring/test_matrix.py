"""Cells, means, JSON, and the combination of partitioned runs."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.errors import BundleError, DataError
from hyperadapters.metrics import METRICS
from hyperadapters.scoring.matrix import Matrix, Score, Standing, combine

GROUPS = {"seen": ("tr", "fi"), "unseen": ("ta",)}


def cell(
    task: str, language: str, score: float, standing: Standing = "unseen pair", sentences: int = 4
) -> Score:
    statistics = ((score * 10, 10.0),) * sentences
    return Score(task, language, "accuracy", score, sentences, standing, statistics)


def matrix(*cells: Score, run: str = "a") -> Matrix:
    return Matrix(run, "hyper-x", (0,), cells, GROUPS)


MATRIX = matrix(
    cell("ner", "en", 0.9, "trained pair"),
    cell("ner", "tr", 0.6),
    cell("ner", "fi", 0.8, "trained pair"),
    cell("ner", "ta", 0.1, "unseen language"),
    cell("pos", "tr", 0.5),
)


def test_group_means_leave_out_the_source() -> None:
    assert MATRIX.group_names == ("seen", "unseen", "all")
    assert MATRIX.mean("ner", "seen") == pytest.approx(0.7)
    assert MATRIX.mean("ner", "unseen") == pytest.approx(0.1)
    assert MATRIX.mean("ner", "all") == pytest.approx((0.6 + 0.8 + 0.1) / 3)
    assert MATRIX.mean("ner") == pytest.approx((0.9 + 0.6 + 0.8 + 0.1) / 4)
    assert MATRIX.mean("ner", "all", ("trained pair",)) == pytest.approx(0.8)
    assert MATRIX.mean("pos", "unseen") is None


def test_without_groups_all_is_everything_and_one_group_needs_no_all() -> None:
    assert replace(MATRIX, groups={}).mean("ner", "all") == MATRIX.mean("ner")
    assert replace(MATRIX, groups={}).group_names == ("all",)
    assert replace(MATRIX, groups={"seen": ("tr",)}).group_names == ("seen",)


def test_axes_and_cells() -> None:
    assert MATRIX.tasks == ("ner", "pos")
    assert MATRIX.languages == ("en", "tr", "fi", "ta")
    found = MATRIX.cell("pos", "tr")
    assert found is not None and found.score == 0.5
    assert MATRIX.cell("pos", "fi") is None


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.sampled_from(["trained pair", "unseen pair", "unseen language"]),
            st.text(max_size=5),
        ),
        max_size=4,
    )
)
def test_json_round_trip(drawn: list[tuple[float, Standing, str]]) -> None:
    cells = tuple(
        Score("ner", f"l{place}", "span_f1", score, 1, standing, ((score, 2.0, 3.0),), note)
        for place, (score, standing, note) in enumerate(drawn)
    )
    assert Matrix.from_json(matrix(*cells).to_json()) == matrix(*cells)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"run": "a"}',
        MATRIX.to_json().replace("accuracy", "luck"),
        MATRIX.to_json().replace("unseen pair", "half seen"),
        json.dumps({**json.loads(MATRIX.to_json()), "cells": [{"task": "ner"}]}),
    ],
)
def test_broken_json_is_refused(text: str) -> None:
    with pytest.raises(BundleError, match=r"not a matrix of results\n  where: runs/a/results.json"):
        Matrix.from_json(text, "runs/a/results.json")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"score": 1.5}, "accuracy is from 0.0 to 1.0, not 1.5"),
        ({"score": -0.1}, "accuracy is from 0.0 to 1.0, not -0.1"),
        ({"score": float("nan")}, "not nan"),
        ({"score": "0.5"}, "expected: a number"),
        ({"score": True}, "expected: a number"),
        ({"metric": "perplexity", "score": 0.5}, "perplexity is from 1.0 to inf, not 0.5"),
        ({"sentences": -4}, "sentences"),
        ({"sentences": 5}, "5 sentences, and numbers of 4"),
        ({"sentences": 4.0}, "expected: a whole number"),
        ({"statistics": [[-1.0, 10.0]] * 4}, "a number of `accuracy` is below 0.0"),
        ({"statistics": [[float("inf"), 10.0]] * 4}, "finite"),
        ({"models": 0}, "models"),
        ({"models": 10**30}, "models"),
        ({"note": None}, "`cells.0.note`"),
        ({"language": ["tr"]}, "`cells.0.language`"),
        ({"colour": "red"}, "unknown key `colour`"),
    ],
)
def test_scores_and_counts_that_cannot_be_are_refused(changes: dict[str, Any], said: str) -> None:
    values = json.loads(MATRIX.to_json())
    values["cells"][0] |= changes
    with pytest.raises(BundleError, match="not a matrix of results") as caught:
        Matrix.from_json(json.dumps(values))
    assert said in str(caught.value)


def test_a_cell_twice_is_refused() -> None:
    text = matrix(cell("ner", "tr", 0.5), cell("ner", "tr", 0.6)).to_json()
    with pytest.raises(BundleError, match="a cell twice: ner/tr"):
        Matrix.from_json(text)


@pytest.mark.parametrize(
    "changes",
    [{"seeds": [-1]}, {"seeds": [10**30]}, {"seeds": 0}, {"groups": {"seen": "tr"}}, {"run": 3}],
)
def test_results_of_other_types_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match="not a matrix of results"):
        Matrix.from_json(json.dumps({**json.loads(MATRIX.to_json()), **changes}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "recursion limit"),
        (MATRIX.to_json().replace('"sentences":4', '"sentences":' + "4" * 5000), "out of range"),
        (MATRIX.to_json().replace("unseen", "\\ud800"), "hex escape|surrogate"),
        (b"\xff" + MATRIX.to_json().encode(), "expected value"),
    ],
    ids=["deep", "digits", "surrogate", "bytes"],
)
def test_json_that_no_program_writes_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(BundleError, match=f"(?s)not a matrix of results.*{said}"):
        Matrix.from_json(text)


def test_the_best_bleu_is_a_little_above_one() -> None:
    """As `sacrebleu` counts it, 100.00000000000004; and a perplexity may overflow."""
    counts = ((1.0,) * METRICS["bleu"].width,)
    cells = (
        Score("mt", "de-en", "bleu", 1.0000000000000004, 1, "trained pair", counts),
        Score("mlm", "tr", "perplexity", math.inf, 1, "trained pair", ((1e6, 1.0),)),
    )
    assert Matrix.from_json(matrix(*cells).to_json()) == matrix(*cells)


@pytest.mark.parametrize(("metric", "wrong"), [("bleu", 10), ("chrf", 18), ("accuracy", 3)])
def test_counts_of_another_time_are_refused(metric: str, wrong: int) -> None:
    """Results that an older version wrote are scored again, not read as something else."""
    old = Score("mt", "de-en", metric, 0.5, 1, "trained pair", ((1.0,) * wrong,))
    with pytest.raises(BundleError, match=r"(?s)numbers per sentence.*evaluate the run again"):
        Matrix.from_json(matrix(old).to_json())


def test_counts_of_labels_come_in_threes_as_many_in_every_sentence() -> None:
    counts = ((1.0, 1.0, 1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    one = Score("nli", "tr", "mcc", -0.5, 2, "unseen pair", counts)
    assert Matrix.from_json(matrix(one).to_json()) == matrix(one)
    assert one.rescored((1.0, 2.0, 1.0, 0.0, 0.0, 1.0)) == 0
    for wrong in (((1.0,) * 4, (1.0,) * 4), ((1.0,) * 3, (1.0,) * 6)):
        other = matrix(replace(one, statistics=wrong))
        with pytest.raises(BundleError, match="needs 3 numbers per sentence and label"):
            Matrix.from_json(other.to_json())
    twice = replace(one, models=2, statistics=((1.0,) * 6, (0.0,) * 6))
    assert Matrix.from_json(matrix(twice).to_json()) == matrix(twice)


def test_rescoring_the_sums_gives_the_score() -> None:
    one = Score("ner", "tr", "span_f1", 0.0, 2, "unseen pair", ((1.0, 2.0, 1.0), (0.0, 0.0, 2.0)))
    assert one.rescored((1.0, 2.0, 3.0)) == pytest.approx(2 * 1 / 5)


def test_combine_takes_each_cell_from_the_run_that_did_not_train_on_it() -> None:
    a = matrix(
        cell("ner", "en", 0.8, "trained pair"), cell("ner", "tr", 0.9, "trained pair"),
        cell("pos", "tr", 0.4), cell("ner", "ta", 0.2, "unseen language"),
    )  # fmt: skip
    b = matrix(
        cell("ner", "en", 0.6, "trained pair"), cell("ner", "tr", 0.5),
        cell("pos", "tr", 0.7, "trained pair"), cell("ner", "ta", 0.4, "unseen language"),
        run="b",
    )  # fmt: skip
    both = combine([a, b])
    assert both.run == "a + b"
    assert both.cell("ner", "tr") == b.cell("ner", "tr")
    assert both.cell("pos", "tr") == a.cell("pos", "tr")
    english, tamil = both.cell("ner", "en"), both.cell("ner", "ta")
    assert english is not None and tamil is not None
    assert (english.score, english.models) == (pytest.approx(0.7), 2)
    assert english.note == "mean of 2 runs"
    noted = [
        replace(cell("mt", "de-en", score), note=f"chrf: {score}; copied: 3.0; nrefs:1")
        for score in (0.1, 0.2)
    ]
    mean = combine([matrix(one) for one in noted]).cells[0]
    assert mean.note == "mean of 2 runs; copied: 3.0; nrefs:1"
    assert combine([matrix(mean), matrix(mean)]).cells[0].note == mean.note.replace("2", "4")
    assert tamil.score == pytest.approx(0.3)


def test_a_mean_cell_scores_each_model_on_its_own_sums() -> None:
    rows = (((1.0, 1.0, 2.0), (0.0, 0.0, 1.0)), ((0.0, 3.0, 2.0), (1.0, 1.0, 1.0)))
    scores = [2 * sum(r[0] for r in m) / sum(r[1] + r[2] for r in m) for m in rows]
    cells = [
        Score("ner", "ta", "span_f1", score, 2, "unseen pair", row)
        for score, row in zip(scores, rows, strict=True)
    ]
    mean = combine([matrix(one) for one in cells]).cells[0]
    totals = tuple(map(sum, zip(*mean.statistics, strict=True)))
    assert mean.rescored(totals) == pytest.approx(mean.score) == pytest.approx(sum(scores) / 2)
    thrice = combine([matrix(mean), matrix(replace(cells[0], score=0.9))]).cells[0]
    assert thrice.models == 3 and thrice.score == pytest.approx((sum(scores) + 0.9) / 3)


def test_combine_names_every_seed_once() -> None:
    runs = [replace(MATRIX, seeds=(seed,)) for seed in (2, 0, 2)]
    assert combine([combine(runs), replace(MATRIX, seeds=(1,))]).seeds == (2, 0, 1)


def test_the_one_seed_of_older_results_is_read() -> None:
    text = replace(MATRIX, seeds=(7,)).to_json()
    older = text.replace('"seeds":[7]', '"seed":7')
    assert older != text and Matrix.from_json(older) == Matrix.from_json(text)


def test_a_matrix_without_a_seed_is_read() -> None:
    """That of a model that this library did not train."""
    foreign = replace(MATRIX, seeds=())
    assert Matrix.from_json(foreign.to_json()) == foreign


def test_combine_refuses_what_does_not_belong_together() -> None:
    with pytest.raises(DataError, match="no matrix to combine"):
        combine([])
    a, b = matrix(cell("ner", "ta", 0.5)), matrix(cell("ner", "ta", 0.5, sentences=5))
    with pytest.raises(DataError, match="different sentences of `ner` in `ta`"):
        combine([a, b])


def test_runs_that_other_tokenizers_counted_are_not_combined() -> None:
    """The variant is kept in files, and absent in those of before."""
    one = cell("mt", "en-ja", 0.5)
    other = replace(one, variant="tok:char")
    kept = Matrix.from_json(matrix(other).to_json()).cell("mt", "en-ja")
    assert kept is not None and kept.counted == f"{one.metric} tok:char"
    before = matrix(one).to_json().replace(',"variant":""', "")
    assert Matrix.from_json(before) == matrix(one)
    assert combine([matrix(other), matrix(other)]).cells[0].variant == "tok:char"
    with pytest.raises(DataError, match=r"by \w+, \d+ by \w+ tok:char"):
        combine([matrix(one), matrix(other)])
