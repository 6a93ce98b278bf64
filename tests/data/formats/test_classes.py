"""Labels of texts: names, and numbers that somebody names."""

from decimal import Decimal

import pytest

from hyperadapters.data.formats.classes import class_in
from hyperadapters.errors import DataError

NAMES = {0: "no", 1: "yes"}


@pytest.mark.parametrize(
    ("cell", "label"),
    [("yes", "yes"), (" yes ", "yes"), (1, "yes"), ("0", "no"), (True, "true"), ("NUM:x", "NUM:x")],
)
def test_a_label_is_its_name_or_what_its_number_is_called(cell, label):
    assert class_in(cell, NAMES, "here") == label


@pytest.mark.parametrize("cell", [None, "", "  ", [1], float("nan")])
def test_a_row_without_a_label_is_told_with_its_place(cell):
    with pytest.raises(DataError, match=r"(?s)a row has no label.*where: x.tsv:3"):
        class_in(cell, NAMES, "x.tsv:3")


@pytest.mark.parametrize("cell", ["3.6", 0.5, Decimal("1.0"), "-.5", "1e3", "4."])
def test_degrees_are_no_classes(cell):
    with pytest.raises(DataError, match=r"(?s)is no class.*where: x.tsv:3.*degrees"):
        class_in(cell, NAMES, "x.tsv:3")


def test_a_number_without_a_name_says_which_have_one():
    with pytest.raises(DataError) as caught:
        class_in(2, NAMES, "x.tsv:3")
    assert str(caught.value).splitlines() == [
        "label 2 has no name",
        "  where: x.tsv:3",
        "  expected: 0: no, 1: yes",
        "  remedy: name the numbers: `label_names: [...]` in order from 0, or "
        "`label_names: {1: ...}`",
    ]
    with pytest.raises(DataError, match=r"label 9{80} has no name"):
        class_in("9" * 5000, NAMES, "x.tsv:3")
    with pytest.raises(DataError, match="expected: labels as names"):
        class_in("2", {}, "x.tsv:3")


def test_hidden_labels_of_a_test_split_are_told():
    with pytest.raises(
        DataError, match=r"(?s)label -1.*not given away.*splits: {test: validation}"
    ):
        class_in(-1, NAMES, "x")
