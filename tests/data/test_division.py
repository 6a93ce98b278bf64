"""A dev split that is a part of another: nothing is lost, nothing twice, and sizes are known."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.data import LabelledTexts
from hyperadapters.data.division import Division
from hyperadapters.data.source import Sample
from hyperadapters.errors import DataError
from hyperadapters.examples import Labelled, LabelledPair, Text
from hyperadapters.routes import Route

EN = Route.of("en")


def samples(count):
    return [Sample(Text(str(number)), str(number)) for number in range(count)]


def split(division, count, name):
    return [int(example.text) for example in division.rule(samples(count), name, None)]


@given(st.integers(0, 60), st.one_of(st.none(), st.integers(1, 70)), st.integers(0, 5))
def test_both_parts_together_are_the_whole(count, examples, seed):
    division = Division(dev_of="train", examples=examples, seed=seed)
    dev, rest = split(division, count, "dev"), split(division, count, "train")
    assert sorted(dev + rest) == list(range(count))
    assert len(dev) == min(count, count // 2 if examples is None else examples)
    assert split(division, count, "test") == list(range(count)), "it is not divided"


def test_the_first_of_a_shuffled_split_are_dev():
    """As in the released code: `torch.randperm` under the seed 42."""
    order = torch.randperm(408, generator=torch.Generator().manual_seed(42)).tolist()
    division = Division(dev_of="test")
    assert split(division, 408, "dev") == order[:204]
    assert split(division, 408, "test") == order[204:]
    assert split(division, 408, "dev") != split(Division(dev_of="test", seed=1), 408, "dev")


@pytest.mark.parametrize(
    ("division", "whole", "sizes"),
    [
        (Division(dev_of="test"), 408, (204, 204)),  # MRPC
        (Division(dev_of="test", drop_last=True), 408, (203, 203)),
        (Division(dev_of="test", drop_last=True), 277, (137, 138)),  # RTE
        (Division(dev_of="test", drop_last=True), 1043, (520, 521)),  # CoLA
        (Division(dev_of="test", drop_last=True), 1500, (749, 749)),  # STS-B
        (Division(dev_of="test", drop_last=True), 56, (27, 27)),  # CB
        (Division(dev_of="train", examples=1000, drop_last=True), 67349, (999, 66348)),  # SST-2
    ],
)
def test_sizes_are_those_of_the_paper_and_of_its_released_code(division, whole, sizes):
    names = ("dev", division.dev_of)
    assert tuple(len(split(division, whole, name)) for name in names) == sizes


def test_an_undivided_split_loses_its_last_example_too():
    division = Division(dev_of="train", examples=1000, drop_last=True)
    assert split(division, 872, "test") == list(range(871))  # SST-2


def write(path: Path, labels):
    path.write_text("".join(f"text {n}\t{label}\n" for n, label in enumerate(labels)))


def source(path, **more):
    own = {"columns": ("text", "label"), "texts": ("text",), "splits": {"test": "dev"}, **more}
    return LabelledTexts(path=str(path / "{split}.tsv"), **own)


def test_dev_is_of_train_although_there_is_a_file_dev(tmp_path):
    write(tmp_path / "train.tsv", ["yes"] * 5)
    write(tmp_path / "dev.tsv", ["no"] * 3)
    divided = source(tmp_path, divide=Division(dev_of="train", examples=2))
    found = {name: divided.read("t", EN, name, None) for name in ("train", "dev", "test")}
    assert {name: len(corpus) for name, corpus in found.items()} == {
        "train": 3,
        "dev": 2,
        "test": 3,
    }
    assert {one.label for one in found["dev"].examples} == {"yes"}
    assert {one.label for one in found["test"].examples} == {"no"}
    assert set(found["dev"].examples).isdisjoint(found["train"].examples)
    assert all(divided.has(EN, name, None) for name in found)


def test_a_missing_file_is_said_to_be_that_of_the_split_that_is_divided(tmp_path):
    divided = source(tmp_path, divide=Division(dev_of="train"))
    with pytest.raises(DataError, match="split `train`"):
        divided.read("t", EN, "dev", None)


def test_degrees_stay_as_they_are_written(tmp_path):
    write(tmp_path / "train.tsv", ["3.8", "0", "4.75"])
    corpus = source(tmp_path, degrees=True).read("t", EN, "train", None)
    assert [one.label for one in corpus.examples] == ["3.8", "0", "4.75"]
    assert isinstance(corpus.examples[0], Labelled)


@pytest.mark.parametrize("cell", ["high", "", "nan", "3,8"])
def test_what_is_no_degree_is_told_with_its_line(tmp_path, cell):
    write(tmp_path / "train.tsv", ["3.8", cell])
    with pytest.raises(DataError, match="a row has no degree") as caught:
        source(tmp_path, degrees=True).read("t", EN, "train", None)
    assert caught.value.where == f"{tmp_path / 'train.tsv'}:2"


@pytest.mark.realdata
def test_the_halves_of_real_sets(data_root):
    path = "glue/stsb/stsb-{language}-{split}.csv"
    own = {"columns": ("first", "second", "score"), "texts": ("first", "second"), "label": "score"}
    stsb = LabelledTexts(path=path, **own, degrees=True, divide=Division(dev_of="test"))
    dev, test = (stsb.read("stsb", EN, name, data_root).examples for name in ("dev", "test"))
    assert (len(dev), len(test)) == (439, 440)
    assert isinstance(dev[0], LabelledPair) and 0 <= float(dev[0].label) <= 5
