"""Data sets of `datasets`, from local files and offline."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import datasets
import pyarrow
import pytest
from pyarrow import parquet

from hyperadapters.data import Hub, Pair, Tagged, Text
from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.formats.rows import DataSet, read_rows
from hyperadapters.data.held_out import key, split_of
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.routes import Route

ROWS = {"tokens": [["a", "b"], ["c"]], "tags": [[0, 1], [2]]}
NAMES = ("O", "B-PER", "I-PER")


@pytest.fixture(autouse=True)
def quiet() -> None:
    datasets.disable_progress_bars()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ner" / "yor"
    folder.mkdir(parents=True)
    named = datasets.Features(
        {
            "tokens": datasets.Sequence(datasets.Value("string")),
            "tags": datasets.Sequence(datasets.ClassLabel(names=list(NAMES))),
        }
    )
    datasets.Dataset.from_dict(ROWS, features=named).to_parquet(folder / "train.parquet")
    lines = [json.dumps({"tokens": t, "tags": g}) for t, g in zip(*ROWS.values(), strict=True)]
    (folder / "train.jsonl").write_text("\n".join(lines))
    (folder / "validation.jsonl").write_text(json.dumps({"tokens": ["a", "b"], "tags": ["O"]}))
    (folder / "text-train.csv").write_text("en,yo\none,ọkan\ntwo,eji\n", encoding="utf-8")
    return tmp_path


EXPECTED = (Tagged(("a", "b"), ("O", "B-PER")), Tagged(("c",), ("I-PER",)))
PARQUET = "ner/{language}/{split}.parquet"
JSON = "ner/{language}/{split}.jsonl"


def test_parquet_carries_its_label_names(root: Path) -> None:
    source = Hub(path=PARQUET, words="tokens", labels="tags")
    assert tuple(source.read("ner", Route.of("yo"), "train", root).examples) == EXPECTED
    assert source.routes(root) == (Route.of("yo"),)
    assert source.has(Route.of("yo"), "train", root) and not source.has(
        Route.of("yo"), "test", root
    )


def test_json_with_named_labels_and_a_limit(root: Path) -> None:
    source = Hub(path=JSON, words="tokens", labels="tags", label_names=NAMES, limit=1)
    assert tuple(source.read("ner", Route.of("yo"), "train", root).examples) == EXPECTED[:1]


def test_text_and_pairs(root: Path) -> None:
    source = Hub(path="ner/yor/text-{split}.csv", text="yo")
    assert tuple(source.read("mlm", Route.of("yo"), "train", root).examples) == (
        Text("ọkan"),
        Text("eji"),
    )
    pairs = Hub(path="ner/yor/text-{split}.csv", first="yo", second="en")
    found = pairs.read("tlm", Route.of("yo"), "train", root).examples
    assert found[0] == Pair("ọkan", "one", ("yo", "en"))


def test_one_file_for_all_splits_is_divided_among_them(tmp_path: Path) -> None:
    """By the sentence, of pairs by its side in `beside`: the same in every language."""
    lines = [f"one {n},ọkan {n}" for n in range(200)]
    (tmp_path / "yor.csv").write_text("\n".join(["en,yo", *lines]), encoding="utf-8")
    text = Hub(path="{language}.csv", text="yo")
    pairs = Hub(path="{language}.csv", first="yo", second="en")
    for source, side in ((text, "text"), (pairs, "second")):
        read = {
            split: source.read("t", Route.of("yo"), split, tmp_path).examples for split in SPLITS
        }
        splits = {split: [getattr(one, side) for one in own] for split, own in read.items()}
        assert sum(map(len, splits.values())) == 200
        assert all(splits.values())
        assert not set(splits["train"]) & {*splits["dev"], *splits["test"]}
        assert all(
            split_of(key(text)) == split for split, texts in splits.items() for text in texts
        )


@pytest.mark.parametrize(
    ("words", "labels"), [("a b", "O B"), (["a", None], ["O", "O"]), (["a"], [0.5]), (None, ["O"])]
)
def test_what_is_no_list_of_words_is_refused(words: object, labels: object, tmp_path: Path) -> None:
    rows = [{"words": words, "labels": labels}]
    (tmp_path / "yor-train.json").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    source = Hub(path="{language}-{split}.json", words="words", labels="labels")
    with pytest.raises(DataError, match=r"yor-train.json:1(.|\n)*a list of words"):
        source.read("ner", Route.of("yo"), "train", tmp_path)


def test_a_data_set_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def load(*names: str, **more: object) -> datasets.Dataset:
        asked.update(more, names=names)
        return datasets.Dataset.from_dict({"tokens": [["a"]], "tags": [["O"]]})

    monkeypatch.setattr(datasets, "load_dataset", load)
    source = Hub(
        dataset="owner/ner", subset="{language}-x", revision="abc", words="tokens", labels="tags"
    )
    corpus = source.read("ner", Route.of("yo"), "dev", None)
    assert asked == {"names": ("owner/ner", "yo-x"), "split": "validation", "revision": "abc"}
    assert corpus.examples[0] == Tagged(("a",), ("O",))
    assert corpus.source == "owner/ner/yo-x"
    assert source.has(Route.of("yo"), "dev", None) and source.routes(None) == ()


@pytest.mark.parametrize(
    ("values", "mixed"),
    [
        (["007", "null"], False),
        (["007", 5], True),
        ([{"en": "007"}, {"yo": "null", "en": "a"}], False),
        ([{"en": "007"}, {"en": 5}], True),
    ],
)
def test_a_column_that_mixes_texts_and_numbers_is_not_read_by_datasets(
    values: list[object], mixed: bool, tmp_path: Path
) -> None:
    """Of a data set of the hub; in files of this machine every value is read as it is written."""
    file = tmp_path / "train.json"
    file.write_text("".join(json.dumps({"cell": value}) + "\n" for value in values))
    options = {"data_files": str(file), "split": "train", "cache_dir": str(tmp_path / "cache")}
    asked = DataSet(("json",), options, "owner/rows")
    if mixed:
        with pytest.raises(DataError, match=r"`cell` mixes texts(.|\n)*owner/rows(.|\n)*`path`"):
            read_rows(asked, ["cell"], "a split")
    else:
        assert [cell for _, (cell,) in read_rows(asked, ["cell"], "a split")[1]] == values


def test_what_datasets_cannot_load(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*names: str, **more: object) -> None:
        raise FileNotFoundError("no such data set\nat all")

    monkeypatch.setattr(datasets, "load_dataset", load)
    message = r"(?s)cannot load language `yo`, split `train`.*FileNotFoundError: no such data set\n"
    with pytest.raises(DataError, match=message):
        Hub(dataset="owner/none", text="text").read("mlm", Route.of("yo"), "train", None)


def test_no_file(root: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)no file for language `tr`.*files for yo"):
        Hub(path=JSON, text="text").read("mlm", Route.of("tr"), "train", root)


def test_no_column(root: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)no column `words`.*found: tokens, tags"):
        Hub(path=PARQUET, words="words", labels="tags").read("ner", Route.of("yo"), "train", root)


def test_numbers_without_names(root: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)label 0 has no name.*label_names"):
        Hub(path=JSON, words="tokens", labels="tags").read("ner", Route.of("yo"), "train", root)


def test_words_and_labels_that_differ_in_number(root: Path) -> None:
    with pytest.raises(
        DataError, match=r"(?s)differ in number.*validation.jsonl:1.*2 words, 1 labels"
    ):
        Hub(path=JSON, words="tokens", labels="tags").read("ner", Route.of("yo"), "dev", root)


@pytest.mark.parametrize(("dataset", "path"), [(None, None), ("a", "b")])
def test_exactly_one_place(dataset: str | None, path: str | None) -> None:
    with pytest.raises(ConfigError, match="needs `dataset` or `path`"):
        Hub(dataset=dataset, path=path, text="text")


@pytest.mark.parametrize(
    "columns", [{}, {"words": "w"}, {"text": "t", "words": "w"}, {"text": "t", "first": "f"}]
)
def test_columns_that_are_not_clear(columns: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="the columns of a source of format `hub` are not clear"):
        Hub(path="a.json", **columns)


def test_directions_from_two_columns(root: Path) -> None:
    source = Hub(path="ner/yor/text-{split}.csv", first="yo", second="en")
    there, back = (
        source.read("mt", Route.parse(name), "train", root).examples for name in ("en-yo", "yo-en")
    )
    assert there[0] == Pair("one", "ọkan", ("en", "yo"))
    assert back[0] == Pair("ọkan", "one", ("yo", "en"))


def test_directions_from_texts_by_code(root: Path) -> None:
    lines = [{"translation": {"en": "one", "yor": "ọkan"}}]
    (root / "mt.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    source = Hub(path="mt.jsonl", translation="translation")
    found = source.read("mt", Route.of("yo", "en"), "train", root).examples
    assert found[0] == Pair("ọkan", "one", ("yo", "en"))
    with pytest.raises(DataError, match="no text in `de`") as error:
        source.read("mt", Route.of("de", "en"), "train", root)
    assert "'yor': 'ọkan'" in str(error.value)


@pytest.mark.parametrize("value", ['{"en": "one", "yo": null}', '"one"'])
def test_a_row_without_a_text_is_refused(root: Path, value: str) -> None:
    (root / "mt.jsonl").write_text(f'{{"translation": {value}}}\n')
    with pytest.raises(DataError, match="no text in `yo`"):
        Hub(path="mt.jsonl", translation="translation").read(
            "mt", Route.of("yo", "en"), "train", root
        )


def test_columns_of_two_languages_serve_no_third(root: Path) -> None:
    with pytest.raises(DataError, match="`de-fr` is not a direction of this data set"):
        Hub(path="ner/yor/text-{split}.csv", first="yo", second="en").read(
            "mt", Route.of("de", "fr"), "train", root
        )


@pytest.mark.parametrize("split", ["", "{split}"])
def test_words_that_mean_nothing_elsewhere_are_words(split: str, tmp_path: Path) -> None:
    lines = ["de,en", "Hallo,Hello", ",empty", "null,zero", "NA,NA", '"nan, ja","grandma, yes"']
    (tmp_path / f"mt{'train' if split else ''}.csv").write_text("\n".join(lines) + "\n")
    source = Hub(path=f"mt{split}.csv", first="de", second="en")
    read = [
        source.read("mt", Route.of("de", "en"), name, tmp_path)
        for name in ("train", "dev", "test")[: 1 if split else 3]
    ]
    found = {(pair.first, pair.second) for corpus in read for pair in corpus.examples}
    assert found == {
        ("Hallo", "Hello"),
        ("null", "zero"),
        ("NA", "NA"),
        ("nan, ja", "grandma, yes"),
    }


def test_a_cell_without_a_text_is_refused_by_its_row(tmp_path: Path) -> None:
    lines = ['{"de": "a", "en": "b"}', '{"de": null, "en": "c"}']
    (tmp_path / "mt-train.jsonl").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=r"(?s)no text\n  where: .*mt-train\.jsonl:2\n.*None"):
        Hub(path="mt-{split}.jsonl", text="de").read("mlm", Route.of("de"), "train", tmp_path)


@pytest.mark.parametrize("columns", [{"first": "de", "second": "en"}, {"translation": "t"}])
def test_rows_that_lack_a_language_are_skipped_and_counted(
    columns: dict[str, str], tmp_path: Path
) -> None:
    rows = [{"de": "a", "en": "b"}, {"en": "c"}, {"de": None, "en": "d"}, {"de": "e", "en": " "}]
    rows = [{**row, "t": row} for row in rows]
    (tmp_path / "mt-train.jsonl").write_text("\n".join(map(json.dumps, rows)))
    source = Hub(path="mt-{split}.jsonl", **columns)
    corpus = source.read("mt", Route.of("de", "en"), "train", tmp_path)
    assert [*corpus.examples] == [Pair("a", "b", ("de", "en"))]
    assert corpus.skipped == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "x,text\n1,007\n2,1.50\n3,true\n4,2024-01-05\n5,null\n\n"),
        ("a.jsonl", '{"text": 7}\n{"text": 1.50}\n{"text": true}\n{"text": "2024-01-05"}\n'),
        ("a.json", '[{"text": 7},\n {"text": 1.50}, {"text": true}, {"text": "2024-01-05"}]'),
    ],
)
def test_numbers_dates_and_booleans_are_text_as_they_are_written(
    name: str, content: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    source = Hub(path=str(tmp_path / "{split}.") + name[2:], text="text")
    (tmp_path / name).rename(tmp_path / f"train.{name[2:]}")
    found = [one.text for one in source.read("mlm", Route.of("en"), "train", None).examples]
    zeros = name == "a.csv"
    assert found[:4] == ["007" if zeros else "7", "1.50", "true", "2024-01-05"]
    assert found[4:] == ["null"] * zeros


@pytest.mark.parametrize("number", ["1e308", "1E5", "2.0", "-0.10", "12e-3", "9" * 30])
def test_a_number_of_json_is_text_as_it_is_written(number: str, tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": ' + number + "}\n")
    source = Hub(path=str(tmp_path / "{split}.jsonl"), text="text")
    (one,) = source.read("mlm", Route.of("en"), "train", None).examples
    assert one.text == number


def test_typed_columns_of_parquet_are_text(tmp_path: Path) -> None:
    when = date(2024, 1, 5)
    columns = {
        "a": [7],
        "b": [1.5],
        "c": [True],
        "d": [when],
        "w": [[2010, 7]],
        "l": [["O", "X"]],
    }
    datasets.Dataset.from_dict(columns).to_parquet(tmp_path / "train.parquet")
    for name, said in {"a": "7", "b": "1.5", "c": "true", "d": "2024-01-05"}.items():
        source = Hub(path="{split}.parquet", text=name)
        assert [*source.read("m", Route.of("en"), "train", tmp_path).examples] == [Text(said)]
    tagged = Hub(path="{split}.parquet", words="w", labels="l")
    (one,) = tagged.read("ner", Route.of("en"), "train", tmp_path).examples
    assert one == Tagged(("2010", "7"), ("O", "X"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"text": "\xff"}\n', r"not UTF-8\n  where: .*a.jsonl:2"),
        ("a.csv", b"text\na\n\xff\n", r"not UTF-8\n  where: .*a.csv:3"),
        ("a.csv", b"text\nyes, and no\n", r"more cells than there are columns\n  where: .*:2"),
        ("a.csv", b'text\n"open\n', r"comma-separated values cannot be read\n  where: .*a.csv:2"),
        ("a.csv", b"", r"no column `text`"),
        ("a.jsonl", b'{"text": "a"}\n{"text": "b"\n', r"no JSON\n  where: .*a.jsonl:2\n"),
        ("a.json", b'[{"text": "a"},\n {"text"]', r"no JSON\n  where: .*a.json:2\n"),
        ("a.json", b'[{"text": "a"}, 5]', r"(?s)no JSON\n  where: .*a.json, row 1\n.*no object"),
        ("a.jsonl", b'{"text": NaN}', r"(?s)no JSON\n  where: .*a.jsonl:1.*`NaN` is no number"),
        ("a.jsonl", b'{"text": "\\ud83d"}', r"(?s)a.jsonl:1.*U\+D83D, which is half a character"),
        ("a.jsonl", b'{"text": ' + b"7" * 5000 + b"}", r"(?s)no JSON\n  where: .*a.jsonl:1"),
        ("a.jsonl", b'{"text": 1e' + b"7" * 50 + b"}", r"(?s)no JSON\n  where: .*a.jsonl:1"),
        ("a.jsonl", b'{"text": ' + b"[" * 5000 + b"}", r"(?s)no JSON.*nested too deeply"),
        ("a.json", b"[" * 5000, r"(?s)no JSON\n  where: .*a.json:1.*nested too deeply"),
        (
            "a.jsonl",
            b'{"text": ' + b"[" * 300 + b"]" * 300 + b"}",
            r"no text\n  where: .*a.jsonl:1",
        ),
        ("a.parquet", b"PAR1", r"(?s)cannot load.*a file is damaged"),
    ],
)
def test_damaged_files_are_named(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    source = Hub(path="{language}." + name[2:], text="text")
    with pytest.raises(DataError, match=message):
        source.read("mlm", Route.of("a"), "train", tmp_path)


def test_two_halves_of_a_character_are_one(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "\\ud83d\\ude00"}')
    source = Hub(path="{split}.jsonl", text="text")
    assert [*source.read("m", Route.of("en"), "train", tmp_path).examples] == [Text("😀")]


def test_text_of_parquet_that_is_no_text_is_refused(tmp_path: Path) -> None:
    raw = pyarrow.array([b"a\xff"], pyarrow.binary())
    broken = pyarrow.StringArray.from_buffers(1, raw.buffers()[1], raw.buffers()[2])
    parquet.write_table(pyarrow.table({"text": broken}), tmp_path / "train.parquet")
    with pytest.raises(DataError, match="cannot load(.|\n)*a file is damaged"):
        Hub(path="{split}.parquet", text="text").read("m", Route.of("en"), "train", tmp_path)


@pytest.mark.parametrize(
    "unused", [{"revision": "abc"}, {"subset": "{language}"}, {"label_names": ("O",)}]
)
def test_values_without_effect_are_refused(unused: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"the `{next(iter(unused))}` of .* has no effect"):
        Hub(path="{language}.json", text="text", **unused)


@pytest.mark.parametrize("columns", [{"first": "yue", "second": "en"}, {"translation": "texts"}])
def test_a_language_with_a_hyphen_is_beside_the_other(
    columns: dict[str, str], tmp_path: Path
) -> None:
    row = {"yue": "雨", "en": "rain", "texts": {"zh-yue": "雨", "en": "rain"}}
    (tmp_path / "train.jsonl").write_text(json.dumps(row) + "\n")
    source = Hub(path="{split}.jsonl", **columns)
    alone, back = Route.of("zh-yue"), Route.of("en", "zh-yue")
    assert [*source.read("tlm", alone, "train", tmp_path).examples] == [
        Pair("雨", "rain", ("zh-yue", "en"))
    ]
    assert [*source.read("mt", back, "train", tmp_path).examples] == [
        Pair("rain", "雨", ("en", "zh-yue"))
    ]


def test_codes_name_directions_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def load(*names: str, **more: object) -> datasets.Dataset:
        asked.append(names)
        return datasets.Dataset.from_dict({"t": [{"de": "Haus", "en": "house"}]})

    monkeypatch.setattr(datasets, "load_dataset", load)
    source = Hub(dataset="o/d", subset="{language}", translation="t", codes={"en-de": "de-en"})
    route = Route.of("en", "de")
    assert [*source.read("mt", route, "train", None).examples] == [
        Pair("house", "Haus", ("en", "de"))
    ]
    assert asked == [("o/d", "de-en")]
    assert source.has(route, "train", None) and source.routes(None) == ()


def test_codes_say_which_languages_a_data_set_has() -> None:
    source = Hub(dataset="o/d", subset="{language}", text="t", codes={"yo": "yor", "ha": "hau"})
    assert source.routes(None) == (Route.of("ha"), Route.of("yo"))
    assert source.has(Route.of("yo"), "dev", None) and not source.has(Route.of("tr"), "dev", None)
