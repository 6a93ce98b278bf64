"""Labelled texts and pairs from files of any layout and from the hub."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import pytest

from data_roots import write
from hyperadapters.data import Corpus, Labelled, LabelledPair, LabelledTexts
from hyperadapters.data.corpora import SPLITS
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.routes import Route

EN = Route.of("en")
NLI = "nli/{language}/{split}.tsv"


def read(source: LabelledTexts, root: Path | None, split: str = "train") -> Corpus:
    return source.read("nli", EN, split, root)


def test_pairs_have_their_label_by_name_and_say_where_they_are(tmp_path: Path) -> None:
    write(tmp_path, "nli/en/train.tsv", "id\tlabel\thypothesis\tpremise\n7\tneutral\th\tp\n")
    corpus = read(LabelledTexts(path=NLI), tmp_path)
    (only,) = corpus.examples
    assert only == LabelledPair("p", "h", "neutral")
    assert only.where == f"{tmp_path}/nli/en/train.tsv:2"
    assert LabelledTexts(path=NLI).gives is LabelledPair


def test_names_give_the_same_labels_whatever_their_numbering(tmp_path: Path) -> None:
    """Two files that number the same labels otherwise."""
    write(tmp_path, "a/train.tsv", "text\tlabel\ngood\t1\nbad\t0\n")
    write(tmp_path, "b/train.jsonl", '{"text": "good", "label": 1}\n{"text": "bad", "label": "2"}')
    one = LabelledTexts(path="a/{split}.tsv", texts=("text",), label_names=("neg", "pos"))
    other = LabelledTexts(path="b/{split}.jsonl", texts=("text",), label_names={1: "pos", 2: "neg"})
    expected = (Labelled("good", "pos"), Labelled("bad", "neg"))
    assert tuple(read(one, tmp_path).examples) == tuple(read(other, tmp_path).examples) == expected
    with pytest.raises(DataError, match=r"(?s)label 1 has no name.*a/train.tsv:2"):
        read(LabelledTexts(path="a/{split}.tsv", texts=("text",)), tmp_path)


def test_an_empty_text_of_a_pair_is_read_and_a_row_without_any_is_counted(tmp_path: Path) -> None:
    rows = "premise\thypothesis\tlabel\n \th\tneutral\np\t\tneutral\n \t \tneutral\n"
    write(tmp_path, "nli/en/train.tsv", rows)
    corpus = read(LabelledTexts(path=NLI), tmp_path)
    assert [one.texts for one in corpus.examples] == [(" ", "h"), ("p", "")]
    assert corpus.skipped == 1
    write(tmp_path, "nli/en/dev.tsv", "premise\thypothesis\tlabel\n\t\tneutral\n")
    with pytest.raises(DataError, match=r"(?s)no text.*dev.tsv:2.*`premise` or `hypothesis`"):
        read(LabelledTexts(path=NLI), tmp_path, "dev")


def test_one_file_with_all_languages_is_read_by_a_column(tmp_path: Path) -> None:
    rows = ["language\tpremise\thypothesis\tlabel", "en\ta\tb\tx", "sw\tc\td\ty", "en\te\tf\ty"]
    write(tmp_path, "xnli.train.tsv", "\n".join(rows))
    source = LabelledTexts(path="xnli.{split}.tsv", only={"language": "{language}"})
    assert source.tells_languages_apart
    assert [one.texts for one in read(source, tmp_path).examples] == [("a", "b"), ("e", "f")]
    assert len(source.read("nli", Route.of("sw"), "train", tmp_path)) == 1
    with pytest.raises(DataError, match=r"(?s)no row is read.*`tr` in column `lang.*found: en, sw"):
        source.read("nli", Route.of("tr"), "train", tmp_path)


def test_rows_without_an_agreed_label_can_be_left_out(tmp_path: Path) -> None:
    write(tmp_path, "nli/en/train.tsv", "premise\thypothesis\tlabel\na\tb\t-\nc\td\tx\ne\tf\t-1\n")
    corpus = read(LabelledTexts(path=NLI, leave_out=("-", "-1")), tmp_path)
    assert [one.label for one in corpus.examples] == ["x"] and corpus.skipped == 0


def test_a_label_may_end_at_a_character(tmp_path: Path) -> None:
    write(tmp_path, "TREC.train", "NUM:dist How far: 5 ?\nNUM When ?\nX:a What ?\n")
    columns = {"columns": ("label", "text"), "texts": ("text",), "separator": " "}
    source = LabelledTexts(path="TREC.{split}", label_until=":", leave_out=("X",), **columns)
    expected = (Labelled("How far: 5 ?", "NUM"), Labelled("When ?", "NUM"))
    assert tuple(read(source, tmp_path).examples) == expected


def test_all_pairs_of_a_premise_are_in_one_split(tmp_path: Path) -> None:
    rows = [f"premise {n}\thypothesis {k}\tx" for n in range(100) for k in range(3)]
    write(tmp_path, "all.tsv", "\n".join(["premise\thypothesis\tlabel", *rows]))
    source = LabelledTexts(path="all.tsv")
    found = {
        split: {one.first for one in read(source, tmp_path, split).examples} for split in SPLITS
    }
    assert all(found.values()) and sum(map(len, found.values())) == 100
    assert sum(len(read(source, tmp_path, split)) for split in SPLITS) == 300


def test_parquet_and_the_hub_carry_the_names_of_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets.disable_progress_bars()
    kinds = {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["n", "p"])}
    rows = {"sentence": ["good", "bad"], "label": [1, 0]}
    made = datasets.Dataset.from_dict(rows, features=datasets.Features(kinds))
    (tmp_path / "en").mkdir()
    made.to_parquet(tmp_path / "en" / "train.parquet")
    local = LabelledTexts(path="{language}/{split}.parquet", texts=("sentence",))
    expected = (Labelled("good", "p"), Labelled("bad", "n"))
    assert tuple(read(local, tmp_path).examples) == expected
    asked: dict[str, Any] = {}

    def load(*names: str, **more: Any) -> datasets.Dataset:
        asked.update(more, names=names)
        return made

    monkeypatch.setattr(datasets, "load_dataset", load)
    hub = LabelledTexts(dataset="owner/sst", subset="{language}", texts=("sentence",))
    corpus = read(hub, None, "dev")
    assert tuple(corpus.examples) == expected and corpus.examples[1].where == "owner/sst/en, row 1"
    assert asked == {"names": ("owner/sst", "en"), "split": "validation", "revision": None}
    numbered = LabelledTexts(dataset="o/x", texts=("sentence",), label_names=("low", "high"))
    assert [one.label for one in read(numbered, None).examples] == ["high", "low"]
    assert hub.has(EN, "train", None) and hub.tells_languages_apart
    assert not LabelledTexts(dataset="o/x", codes={"tr": "tur"}).has(EN, "train", None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "needs `path` or `dataset`"),
        ({"path": "a", "dataset": "b"}, "needs `path` or `dataset`"),
        ({"path": "a", "texts": ()}, "reads one text or two"),
        ({"path": "a", "texts": ("x", "y", "z")}, "reads one text or two"),
        ({"path": "a", "subset": "x"}, "the `subset` of a source of format `labelled` has no eff"),
        ({"dataset": "a", "columns": ("x",)}, "the `columns` of a source .* has no effect"),
        ({"path": "a", "separator": "||"}, "one character, neither a quote"),
        ({"path": "a", "separator": ""}, "one character, neither a quote"),
        ({"path": "a", "separator": '"'}, "one character, neither a quote"),
        ({"path": "a", "columns": ("premise", "label")}, "lack `hypothesis`, which is read"),
    ],
)
def test_what_fits_nothing_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        LabelledTexts(**given)


_PAIR = ("sentence1", "sentence2")
REAL: dict[str, tuple[LabelledTexts, dict[tuple[str, str], int], int]] = {
    "xnli": (
        LabelledTexts(
            path="nli/xnli/{language}/{split}.tsv", columns=("premise", "hypothesis", "label")
        ),
        {
            (name, split): n
            for name in ("en", "ar", "sw", "tr", "zh")
            for split, n in (("dev", 2490), ("test", 5010))
        },
        3,
    ),
    "americasnli": (
        LabelledTexts(path="nli/americasnli/{language}/{split}.tsv"),
        {
            **{(name, "test"): 750 for name in ("aym", "cni", "gn", "quy", "shp")},
            **{(name, "dev"): 743 for name in ("aym", "gn", "quy", "shp")},
            **{("nah", "test"): 738, ("nah", "dev"): 585, ("cni", "dev"): 658},
        },
        3,
    ),
    "mnli": (LabelledTexts(path="nli/mnli_*/{split}.csv"), {("en", "train"): 10_000}, 3),
    "scitail": (LabelledTexts(path="nli/scitail/{split}.csv"), {("en", "dev"): 2126}, 2),
    "sick": (
        LabelledTexts(path="nli/sick/{split}.csv"),
        {("en", "train"): 9500, ("en", "dev"): 500},
        3,
    ),
    "qnli": (LabelledTexts(path="glue/qnli/{split}.csv"), {("en", "dev"): 3000}, 2),
    "rte": (
        LabelledTexts(path="glue/rte/{split}.csv"),
        {("en", "train"): 2490, ("en", "dev"): 277},
        2,
    ),
    "cb": (
        LabelledTexts(path="superglue/cb/{split}.csv"),
        {("en", "train"): 250, ("en", "dev"): 56},
        3,
    ),
    "pawsx": (
        LabelledTexts(
            path="glue/pawsx/{language}/{split}.tsv",
            columns=(*_PAIR, "label"),
            texts=_PAIR,
            label_names=("different", "paraphrase"),
        ),
        {("en", "dev"): 2000, ("es", "dev"): 2000, ("zh", "dev"): 2000, ("zh", "test"): 2000},
        2,
    ),
    "sst2": (
        LabelledTexts(
            path="glue/sst2/{split}.tsv",
            columns=("sentence", "label"),
            texts=("sentence",),
            label_names=("negative", "positive"),
        ),
        {("en", "train"): 6920, ("en", "dev"): 872, ("en", "test"): 1821},
        2,
    ),
    "cola": (
        LabelledTexts(
            path="glue/cola/in_domain_{split}.tsv",
            columns=("source", "label", "mark", "sentence"),
            texts=("sentence",),
            label_names=("unacceptable", "acceptable"),
        ),
        {("en", "train"): 8551, ("en", "dev"): 527},
        2,
    ),
    "trec": (
        LabelledTexts(
            path="glue/trec/TREC.{split}",
            columns=("label", "text"),
            texts=("text",),
            separator=" ",
        ),
        {("en", "train"): 5452, ("en", "test"): 500},
        50,
    ),
}
"""A way to read a real set, how many examples each split has, and how many labels all have."""


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_real_sets_are_read_whole(data_root: Path, name: str) -> None:
    source, sizes, labels = REAL[name]
    found = Counter[str]()
    for (language, split), size in sizes.items():
        corpus = source.read(name, Route.of(language), split, data_root)
        assert (len(corpus), corpus.skipped) == (size, 0), (language, split)
        found.update(str(one.label) for one in corpus.examples)
        assert all(one.texts[0] == one.texts[0].strip("\r\n") for one in corpus.examples)
    assert len(found) == labels


@pytest.mark.realdata
def test_degrees_of_similarity_are_refused(data_root: Path) -> None:
    source = LabelledTexts(
        path="glue/stsb/stsb-en-{split}.csv", columns=("a", "b", "label"), texts=("a", "b")
    )
    with pytest.raises(DataError, match=r"(?s)label `\d\.\d+` is no class.*stsb-en-train.csv:1"):
        source.read("sts", EN, "train", data_root)


def test_json_keeps_what_is_written(tmp_path: Path) -> None:
    rows = [{"premise": "1.50", "hypothesis": 7, "label": True}]
    write(tmp_path, "train.jsonl", "\n".join(map(json.dumps, rows)))
    corpus = read(LabelledTexts(path="{split}.jsonl"), tmp_path)
    assert corpus.examples == (LabelledPair("1.50", "7", "true"),)
