"""Files of one pair each: every kind of file serves both directions, and splits agree."""

import json

import pytest

from hyperadapters.data import Pair, Pairs
from hyperadapters.errors import ConfigError, ContextError, DataError
from hyperadapters.routes import Route

WORDS = {"de": "Haus", "en": "house", "ha": "gida"}


@pytest.fixture
def root(tmp_path):
    """120 pairs German-English as JSON, columns and two files; Hausa is `hau` in the files."""
    lines = [{"translation": {"de": f"Haus {n}", "en": f"house {n}"}, "id": n} for n in range(120)]
    (tmp_path / "de-en").mkdir()
    text = "\n".join(json.dumps(line) for line in lines) + "\n"
    for name in ("train.jsonl", "validation.jsonl", "all.json"):
        (tmp_path / "de-en" / name).write_text(text)
    for first, second in (("de", "en"), ("en", "hau")):
        left, right = (WORDS.get(code, "gida") for code in (first, second))
        rows = [f"{left} {n}\t{right} {n}\tCC-BY" for n in range(120)]
        (tmp_path / f"{first}_{second}.tsv").write_text("\n".join(rows) + "\n\n")
        for code, word in ((first, left), (second, right)):
            (tmp_path / f"{first}-{second}.{code}").write_text(
                "".join(f"{word} {n}\n" for n in range(120))
            )
    return tmp_path


JSON = "{first}-{second}/{split}.jsonl"
WHOLE = ["{first}-{second}/all.json", "{first}_{second}.tsv", "{first}-{second}.{language}"]


def read(source, direction, split, root):
    return source.read("mt", Route.parse(direction), split, root).examples


def test_both_directions_come_from_one_file(root):
    source = Pairs(path=JSON)
    assert read(source, "de-en", "train", root)[3] == Pair("Haus 3", "house 3", ("de", "en"))
    assert read(source, "en-de", "train", root)[3] == Pair("house 3", "Haus 3", ("en", "de"))
    assert len(read(source, "de-en", "train", root)) == 120


def test_splits_may_have_other_names(root):
    source = Pairs(path=JSON, splits={"dev": "validation"}, limit={"dev": 7})
    assert len(read(source, "de-en", "dev", root)) == 7
    assert not source.has(Route.of("de", "en"), "test", root)


@pytest.mark.parametrize("path", WHOLE)
def test_splits_by_hash_agree_between_kinds_directions_and_pairs(path, root):
    found = {
        split: [pair.second for pair in read(Pairs(path=path), "de-en", split, root)]
        for split in ("train", "dev", "test")
    }
    assert sum(map(len, found.values())) == 120 and all(found.values())
    assert found["test"] == [
        pair.first for pair in read(Pairs(path=WHOLE[1]), "en-ha", "test", root)
    ]
    assert found["dev"] == [pair.first for pair in read(Pairs(path=path), "en-de", "dev", root)]


def test_the_side_that_chooses_the_split_can_be_another(root):
    by_german = Pairs(path=WHOLE[1], anchor="de")
    assert read(by_german, "de-en", "test", root) != read(
        Pairs(path=WHOLE[1]), "de-en", "test", root
    )
    # where a pair is without it, the first by alphabet
    assert read(by_german, "en-ha", "test", root) == read(
        Pairs(path=WHOLE[1]), "en-ha", "test", root
    )


@pytest.mark.parametrize("path", WHOLE[1:])
def test_usual_codes_are_known(path, root):
    source = Pairs(path=path)
    pair = read(source, "ha-en", "train", root)[0]
    assert pair.languages == ("ha", "en")
    assert pair.first.startswith("gida") and pair.second.startswith("house")
    assert [*map(str, source.routes(root))] == ["de-en", "en-de", "en-ha", "ha-en"]
    assert source.has(Route.of("en", "ha"), "train", root)
    assert not source.has(Route.of("de", "ha"), "train", root) and not source.has(
        Route.of("de"), "train", root
    )


def test_texts_may_stand_at_the_top_of_an_object(root):
    (root / "de-en" / "flat.jsonl").write_text('{"de": "See", "en": "lake"}\n')
    source = Pairs(path="{first}-{second}/flat.jsonl", anchor="de")
    splits = [read(source, "en-de", split, root) for split in ("train", "dev", "test")]
    assert [*splits[0], *splits[1], *splits[2]] == [Pair("lake", "See", ("en", "de"))]


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("{first}-{second}/bad.jsonl", '{"translation": ["x", "y"]}', "a line holds no texts by"),
        ("{first}-{second}/bad.jsonl", '{"translation": {"de": [], "en": "y"}}', "no text"),
        ("{first}-{second}/bad.jsonl", "no json", "a line is no JSON"),
        ("{first}-{second}/bad.jsonl", '{"de": "\\udc00", "en": "y"}', "half a character"),
        ("{first}-{second}/bad.jsonl", '{"de": ' + "[" * 3000, "nested too deeply"),
        ("{first}-{second}/bad.tsv", "one column", "a line has one column"),
    ],
)
def test_a_broken_line_is_named(name, line, message, root):
    file = root / name.format(first="de", second="en")
    good = {"jsonl": '{"translation": {"de": "x", "en": "y"}}', "tsv": "x\ty"}
    file.write_text(f"{good[file.suffix[1:]]}\n{line}\n")
    with pytest.raises(DataError, match=message) as caught:
        read(Pairs(path=name), "de-en", "train", root)
    assert f"{file}:2" in str(caught.value)


@pytest.mark.parametrize("row", ['{"translation": {"de": null, "en": "y"}}', '{"id": 4}'])
def test_a_language_that_no_row_has_is_refused(row, root):
    (root / "de-en" / "null.jsonl").write_text(f"{row}\n{row}\n")
    with pytest.raises(DataError, match=r"(?s)no text in `de`\n  where: .*null.jsonl:1\n.*codes:"):
        read(Pairs(path="{first}-{second}/null.jsonl"), "de-en", "train", root)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.jsonl", '{"de": "ja", "en": "yes"}\n{"de": 5, "en": 5.0}\n{"de": "x"}\n{"en": null}'),
        ("t.json", '[{"de": "ja", "en": "yes"},\n{"de": 5, "en": 5.0}, {"en": "x"}, {"fr": "y"}]'),
        ("t.tsv", "ja\tyes\n5\t5.0\n\tx\ny\t \n"),
    ],
)
def test_rows_that_lack_a_language_are_skipped_and_counted(name, content, tmp_path):
    (tmp_path / f"de-en-train.{name[2:]}").write_text(content)
    source = Pairs(path="{first}-{second}-{split}." + name[2:])
    for direction, texts in (("de-en", ("ja", "yes")), ("en-de", ("yes", "ja"))):
        corpus = source.read("mt", Route.parse(direction), "train", tmp_path)
        assert [(one.first, one.second) for one in corpus.examples][0] == texts
        assert {*corpus.examples[1].texts} == {"5", "5.0"}
        assert (len(corpus), corpus.skipped) == (2, 2)


def test_a_line_that_one_side_lacks_is_counted(root):
    (root / "de-en-x.de").write_text("ja\n\n\nnein\n")
    (root / "de-en-x.en").write_text("yes\n\nno\n \n")
    source = Pairs(path="{first}-{second}-x.{language}", anchor="de")
    assert source.read("mt", Route.parse("de-en"), "train", root).skipped == 2


@pytest.mark.parametrize("path", ["corpus.tsv", "{first}.tsv", "{language}.txt"])
def test_a_path_must_name_both_languages(path):
    with pytest.raises(ConfigError, match="does not say which languages"):
        Pairs(path=path)


def test_sides_in_different_numbers_of_files_are_refused(root):
    for name in ("a.de", "b.de", "a.en"):
        (root / "de-en" / name).write_text("x\n")
    with pytest.raises(DataError, match="differ in their files") as caught:
        read(Pairs(path="{first}-{second}/*.{language}"), "de-en", "train", root)
    assert "found: 2 and 1" in str(caught.value)


def test_a_missing_split_says_which_there_are(root):
    with pytest.raises(DataError, match="split `dev`") as caught:
        read(Pairs(path=JSON), "de-en", "dev", root)
    assert "found: only train" in str(caught.value)
    assert "splits: {dev: ...}" in str(caught.value)


def test_sides_of_different_length_are_refused(root):
    with (root / "de-en.de").open("a") as file:
        file.write("mehr\n")
    with pytest.raises(DataError, match="differ in length"):
        read(Pairs(path=WHOLE[2]), "de-en", "train", root)


def test_no_file_says_what_there_is(root):
    with pytest.raises(DataError, match="no pairs for the direction `de-tr`") as caught:
        read(Pairs(path=WHOLE[1]), "de-tr", "train", root)
    assert "de-en, en-de, en-ha, ha-en" in str(caught.value)


@pytest.mark.realdata
def test_real_files(data_root):
    lafand = Pairs(path="mt/lafand/{first}-{second}/{split}.json")
    assert {"en-yo", "yo-en", "fr-wo"} <= set(map(str, lafand.routes(data_root)))
    pair = read(lafand, "ha-en", "dev", data_root)[1]
    assert pair.second == "No, the people trust the Islamic Republic."
    tatoeba = Pairs(path="mt/tatoeba/{first}-{second}.{language}")
    assert {pair.languages for pair in read(tatoeba, "en-af", "train", data_root)} == {("en", "af")}


def test_splits_that_no_path_has_are_refused():
    with pytest.raises(ConfigError, match="the `splits` of a source have no effect"):
        Pairs(path="{first}-{second}.tsv", splits={"dev": "valid"})


def test_languages_with_hyphens_have_directions(tmp_path):
    (tmp_path / "pt-PT_zh-yue.tsv").write_text("chuva\t雨\n", encoding="utf-8")
    source = Pairs(path="{first}_{second}.tsv")
    there, back = Route.of("pt-PT", "zh-yue"), Route.of("zh-yue", "pt-PT")
    assert source.routes(tmp_path) == (there, back)
    found = {
        pair
        for split in ("train", "dev", "test")
        for pair in source.read("mt", back, split, tmp_path).examples
    }
    assert found == {Pair("雨", "chuva", ("zh-yue", "pt-PT"))}
    with pytest.raises(ContextError, match="`zh-yue` is a language, and not a direction"):
        source.read("mt", Route.of("zh-yue"), "train", tmp_path)


@pytest.mark.parametrize(("file", "missing"), [("de-en.de", "en"), ("de-en.en", "de")])
def test_the_side_of_a_pair_that_is_missing_is_named(tmp_path, file, missing):
    (tmp_path / file).write_text("one\n")
    with pytest.raises(DataError) as error:
        Pairs(path="{first}-{second}.{language}").read("mt", Route.of("en", "de"), "dev", tmp_path)
    assert f"  where: {tmp_path}/de-en.{missing}\n" in str(error.value)
