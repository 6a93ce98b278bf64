"""What holds of every source: its place in run files, and the kind of its examples."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from hyperadapters.data import (
    SOURCES,
    Aligned,
    AnySource,
    BuiltInTrees,
    Cldr,
    Conll,
    ConllU,
    Hub,
    Labelled,
    LabelledPair,
    LabelledTexts,
    Pair,
    Pairs,
    Parallel,
    PlainText,
    RootText,
    Source,
    Sources,
    Tagged,
    Text,
    Tree,
    Trees,
)
from hyperadapters.errors import ConfigError
from hyperadapters.routes import Route

ONE: TypeAdapter[Any] = TypeAdapter(AnySource)
SOME: TypeAdapter[Any] = TypeAdapter(Sources)

FORMATS: list[dict[str, object]] = [
    {"format": "aligned", "paths": ["a.{language}"]},
    {"format": "built-in-trees", "content": "upos", "limit": {"train": 3}},
    {"format": "cldr", "content": "text"},
    {"format": "conll", "path": "a", "codes": {"yo": ["yor", "yo"]}, "limit": {"train": 5}},
    {"format": "conllu", "path": "a", "column": "xpos"},
    {"format": "trees", "path": "a/{language}", "splits": {}},
    {"format": "hub", "path": "a.json", "text": "text"},
    {"format": "labelled", "path": "a.tsv", "texts": ["t"], "label_names": {1: "a", 2: "b"}},
    {"format": "pairs", "path": "{first}-{second}"},
    {"format": "parallel", "paths": ["{language}.txt"], "beside": "fr"},
    {"format": "text", "path": "a"},
    {"format": "root-text", "texts": ["a/{language}.txt"]},
    {"format": "squad", "path": "{language}.json", "skip": ["unanswered"]},
]


def test_every_format_is_among_those_tried() -> None:
    assert {type(ONE.validate_python(values)) for values in FORMATS} == set(SOURCES)
    assert len(FORMATS) == len(SOURCES)


@pytest.mark.parametrize("values", FORMATS, ids=lambda values: values["format"])
def test_run_files_choose_by_format_and_refuse_other_keys(values: dict[str, object]) -> None:
    source = ONE.validate_python(values)
    assert isinstance(source, Source) and source.format == values["format"]
    with pytest.raises(ValidationError, match="colour"):
        ONE.validate_python({**values, "colour": "red"})


def test_one_source_is_a_list_of_one() -> None:
    assert SOME.validate_python({"format": "cldr"}) == (Cldr(),)
    assert SOME.validate_python([{"format": "cldr"}]) == (Cldr(),)
    with pytest.raises(ValidationError, match="the list is empty"):
        SOME.validate_python([])


def test_what_a_source_refuses_is_one_fault_among_others() -> None:
    wrong = [{"format": "root-text"}, {"format": "cldr", "colour": "red"}]
    with pytest.raises(ValidationError, match="colour") as caught:
        SOME.validate_python(wrong)
    assert "a source names no files; expected: `texts` or `labelled`" in str(caught.value)


GIVEN: list[tuple[Source, type]] = [
    (Aligned(paths=("{language}.txt",)), Pair),
    (BuiltInTrees(), Tree),
    (BuiltInTrees(content="upos"), Tagged),
    (Cldr(content="fields"), Tagged),
    (Cldr(content="spans"), Tagged),
    (Cldr(content="text"), Text),
    (Cldr(content="pairs"), Pair),
    (Cldr(content="kinds"), Labelled),
    (Cldr(content="same"), LabelledPair),
    (Cldr(content="same-across"), LabelledPair),
    (Conll(path="a"), Tagged),
    (ConllU(path="a"), Tagged),
    (Trees(path="a"), Tree),
    (Hub(path="a.json", words="w", labels="l"), Tagged),
    (Hub(path="a.json", text="t"), Text),
    (Hub(dataset="a/b", first="f", second="s"), Pair),
    (Hub(dataset="a/b", translation="t"), Pair),
    (LabelledTexts(path="a"), LabelledPair),
    (LabelledTexts(dataset="a/b", texts=("t",)), Labelled),
    (Pairs(path="{first}-{second}"), Pair),
    (Parallel(paths=("{language}.txt",)), Pair),
    (PlainText(path="a"), Text),
    (RootText(texts=("a",)), Text),
]


@pytest.mark.parametrize(("source", "kind"), GIVEN)
def test_a_source_says_what_it_gives_without_reading(source: Source, kind: type) -> None:
    assert source.gives is kind


def test_what_the_built_in_data_give_is_what_they_said() -> None:
    for source in (one for one, _ in GIVEN if isinstance(one, BuiltInTrees | Cldr)):
        examples = source.read("t", Route.of("tr"), "dev", None).examples
        assert {type(example) for example in examples} == {source.gives}


@pytest.mark.parametrize(
    ("source", "apart"),
    [
        (Conll(path="{language}.txt"), True),
        (ConllU(path="{treebank}.conllu", treebanks={"en": "EWT"}), True),
        (PlainText(path="{split}.txt"), False),
        (Hub(path="a.json", text="t"), False),
        (Hub(path="{language}.json", text="t"), True),
        (Hub(dataset="a/b", text="t"), False),
        (Hub(dataset="a/b", subset="{language}", text="t"), True),
        (Hub(dataset="a/b", translation="t"), True),
        (LabelledTexts(path="{split}.tsv"), False),
        (LabelledTexts(path="{split}.tsv", only={"language": "{language}"}), True),
        (LabelledTexts(dataset="a/b", subset="{language}"), True),
        (Cldr(), True),
        (Aligned(paths=("{language}.txt",)), True),
        (Pairs(path="{first}-{second}"), True),
    ],
)
def test_whether_languages_can_have_different_examples(source: Source, apart: bool) -> None:
    assert source.tells_languages_apart is apart


@pytest.mark.parametrize("source", [RootText, Parallel])
def test_layouts_of_corpora_are_for_the_run_file_to_say(source: type) -> None:
    keys = {RootText: "`texts` or `labelled`", Parallel: "`paths`"}[source]
    with pytest.raises(ConfigError, match=rf"a source names no files\n  expected: {keys}: temp"):
        source() if source is RootText else source(paths=())
