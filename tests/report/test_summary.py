"""What tables agree on."""

from dataclasses import replace

import pytest

from hyperadapters.report.summary import (
    best_of,
    blocks,
    language_name,
    letter,
    mean_rows,
    shown,
    tasks_of,
)
from hyperadapters.scoring.matrix import Matrix


def test_rows_of_means_and_what_none_of_the_runs_trained_on(good: Matrix, poor: Matrix) -> None:
    rows = {row.label: row for row in mean_rows([good, poor])}
    # `tr` is a trained pair of one run only, and all of `unseen` is trained by none.
    assert list(rows) == [
        "seen", "unseen", "all", "seen, never trained on", "all, never trained on",
    ]  # fmt: skip
    assert rows["seen, never trained on"].of_task("ner") == [("ner", "ta")]
    assert rows["all"].of(good, "ner") == pytest.approx(good.mean("ner", "all"))
    assert rows["all"].of(good, "xx") is None


def test_means_are_over_what_all_runs_scored(good: Matrix, poor: Matrix) -> None:
    less = replace(poor, cells=tuple(cell for cell in poor.cells if cell.language != "ta"))
    rows = {row.label: row for row in mean_rows([good, less])}
    assert rows["seen"].of_task("ner") == [("ner", "tr")]
    assert rows["seen"].title("ner", "pos") == "seen, 2 of 4 cells"
    assert rows["seen"].title("ner") == "seen, 1 of 2 cells"
    no_az = replace(
        poor, cells=tuple(c for c in poor.cells if (c.task, c.language) != ("pos", "az"))
    )
    (unseen,) = (row for row in mean_rows([good, no_az]) if row.label == "unseen")
    assert unseen.title("ner") == "unseen"
    only_ner = replace(poor, cells=tuple(cell for cell in poor.cells if cell.task == "ner"))
    assert tasks_of([only_ner, good]) == ("ner", "pos")
    rows = {row.label: row for row in mean_rows([good, only_ner])}
    assert rows["seen"].of_task("pos") == [("pos", "ta"), ("pos", "tr")]


def test_blocks_list_each_language_once_and_the_source_last(good: Matrix) -> None:
    overlapping = replace(good, groups={"seen": ("tr", "ta"), "dravidian": ("ta", "te", "ml")})
    assert blocks([overlapping]) == [
        ("seen", ("tr", "ta")), ("dravidian", ("te",)), (None, ("en", "az")),
    ]  # fmt: skip


def test_print() -> None:
    assert shown("accuracy", 0.12345) == "12.3"
    assert shown("accuracy", -0.05, signed=True) == "−5.0"
    assert shown("accuracy", 0.05, signed=True) == "+5.0"
    assert shown("perplexity", 3.14159) == "3.14"
    assert shown("accuracy", None) == "–"


def test_best() -> None:
    assert best_of("accuracy", [0.1, 0.3, None, 0.30001]) == {1, 3}
    assert best_of("perplexity", [4.0, 2.0]) == {1}
    assert best_of("accuracy", [0.1, None]) == frozenset()


def test_names() -> None:
    assert language_name("tr") == "Turkish"
    assert language_name("zh-Hant") == "Traditional Chinese"
    assert language_name("qqq") == "qqq"
    assert [letter(place) for place in (0, 1, 26)] == ["A", "B", "A"]
