"""What tables agree on."""

from dataclasses import replace

import pytest

from hyperadapters.report.summary import (
    best_of,
    blocks,
    flat_means,
    language_name,
    letter,
    mean_rows,
    shown,
    tasks_of,
)
from hyperadapters.scoring.matrix import Matrix, Score


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


# Karimi Mahabadi et al. (2021), table 1: CoLA, SST-2, MRPC, QQP, STS-B, MNLI, QNLI, RTE, average.
GLUE = """
46.81 90.47 86.21/90.67 91.02/87.96 89.11/88.70 82.09 90.21 59.42 82.06
40.12 89.44 85.22/89.29 90.04/86.68 83.93/83.62 81.58 89.11 55.80 79.53
54.85 92.19 88.18/91.61 91.46/88.61 89.55/89.41 86.49 91.60 67.39 84.67
59.49 93.46 88.18/91.55 90.94/88.01 87.44/87.18 86.38 92.26 68.84 84.88
50.67 91.39 84.73/88.89 89.53/86.31 88.70/88.27 81.04 89.67 59.42 81.69
39.87 90.01 88.67/91.81 88.51/84.77 88.15/87.89 79.95 89.60 60.14 80.85
47.64 91.39 90.15/92.96 88.68/85.08 87.49/86.96 81.24 90.39 65.22 82.47
53.96 90.59 84.24/88.81 88.44/84.46 87.73/87.26 80.69 90.39 71.01 82.51
54.88 92.54 90.15/93.01 91.13/88.07 88.84/88.53 85.66 92.04 75.36 85.47
61.53 93.00 90.15/92.91 90.47/87.26 89.86/89.44 86.09 93.17 70.29 85.83
61.32 93.80 90.64/93.33 90.13/87.18 89.55/89.03 86.33 92.79 78.26 86.58
63.73 94.03 89.66/92.63 90.28/87.20 90.00/89.66 85.74 93.02 75.36 86.48
"""
TASKS = ("cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "qnli", "rte")


def _scored(task: str, printed: str) -> Score:
    """A cell with these scores; two are F1 and accuracy, whatever they are in the paper."""
    shares = [float(number) / 100 for number in printed.split("/")]
    if len(shares) == 2:
        accuracy, f1 = shares
        row, metric, score = (f1, 1.0, 1.0, accuracy, 1.0), "f1_accuracy", sum(shares) / 2
    else:
        row, metric, score = (shares[0], 1.0), "accuracy", shares[0]
    return Score(task, "en", metric, score, 1, "trained pair", (row,))


@pytest.mark.parametrize("line", GLUE.split("\n")[1:-1])
def test_the_flat_mean_is_the_printed_average_of_glue(line: str) -> None:
    *printed, average = line.split()
    cells = tuple(_scored(task, own) for task, own in zip(TASKS, printed, strict=True))
    (flat,) = flat_means(Matrix("paper", "adapters", (0,), cells, {}))
    assert flat.tasks == TASKS and flat.values == 11
    assert flat.mean == pytest.approx(float(average), abs=0.0051)
    assert str(flat).startswith("flat mean in en over 11 scores of cola, sst2, mrpc, qqp, stsb")


def test_a_flat_mean_is_none_where_it_says_no_more_than_the_table(good: Matrix) -> None:
    assert flat_means(good) == []
