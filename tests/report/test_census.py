"""What corpora hold."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from hyperadapters.config import RunFile, run_from
from hyperadapters.data.summary import Summary
from hyperadapters.errors import DataError
from hyperadapters.report.census import census, census_table, labels_table
from hyperadapters.routes import Route
from hyperadapters.run.library import Library


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    """Words by white space; it knows none."""
    inner = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="[UNK]")


def _run(**changes: object) -> RunFile:
    data = {"format": "cldr", "train": 4, "dev": 2, "test": 0}
    values = {
        "name": "x",
        "backbone": {"name": "bert-base-cased"},
        "method": "hyper-x-base",
        "tasks": {
            "fields": {"kind": "tagging", "data": data},
            "mlm": {"kind": "mlm", "data": {**data, "content": "text"}},
        },
        "train": {"fields": ["en"], "mlm": ["en"]},
        "evaluate": {"fields": ["en", "tr"]},
        "phases": {"pretrain": {"train": {"mlm": ["fi"]}}},
    }
    return run_from({**values, **changes})


def test_every_corpus_that_is_read_is_counted(tokenizer: PreTrainedTokenizerFast) -> None:
    """What is trained on, chosen by and scored; a test set that is not there has nothing."""
    run = _run()
    found = [(s.task, str(s.route), s.split, s.sentences) for s in census(Library(run), tokenizer)]
    assert found == [
        ("fields", "en", "train", 4),
        ("fields", "en", "dev", 2),
        ("fields", "en", "test", 0),
        ("fields", "tr", "test", 0),
        ("mlm", "fi", "train", 4),
        ("mlm", "en", "train", 4),
    ]


def test_a_route_is_counted_once_with_its_ends(tokenizer: PreTrainedTokenizerFast) -> None:
    data = {"format": "cldr", "content": "pairs", "train": 4, "dev": 2, "test": 3}
    run = _run(
        backbone={"name": "Helsinki-NLP/opus-mt-en-de"},
        method="transformer-base",
        tasks={"mt": {"kind": "translation", "data": data}},
        train={"mt": ["de-en", "en-fr"]},
        evaluate={"mt": ["de-fr", "de-en-fr"]},
        phases={},
    )
    found = [(str(s.route), s.split) for s in census(Library(run), tokenizer)]
    assert found[:4] == [("de-en", "train"), ("de-en", "dev"), ("en-fr", "train"), ("en-fr", "dev")]
    assert found[4:] == [("de-fr", "test")]


def test_sentences_that_several_splits_have_are_counted(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    """Whatever their case; also those of another language of the task."""
    splits = {"train": "a b c", "dev": "d A", "test": "b b d e"}
    for split, words in splits.items():
        (tmp_path / f"en-{split}").write_text("".join(f"{word} O\n\n" for word in words.split()))
    (tmp_path / "fi-train").write_text("e O\n")
    data = {"format": "conll", "path": f"{tmp_path}/{{language}}-{{split}}"}
    run = _run(
        tasks={"fields": {"kind": "tagging", "data": data}},
        train={"fields": ["en", "fi"]},
        evaluate={"fields": ["en"]},
        phases={},
    )
    found = {(str(s.route), s.split): s.repeated for s in census(Library(run), tokenizer)}
    assert found["en", "train"] == found["fi", "train"] == {}
    assert found["en", "dev"] == {"train": 1}
    assert found["en", "test"] == {"train": 3, "dev": 1}


def test_every_label_is_listed_with_its_count() -> None:
    labels = {"Nurses'I-ORG": 1, "O": 2000, None: 3, "[b]": 4}
    rows = [
        Summary("ner", Route.of("en"), "train", 5, 5, 5, 0.0, False, labels=labels),
        Summary("mlm", Route.of("en"), "train", 5, 5, 5, 0.0, False),
    ]
    stream = StringIO()
    Console(file=stream, width=120).print(labels_table(rows))
    assert "O 2,000, [b] 4, no label 3, Nurses'I-ORG 1" in stream.getvalue()
    assert "mlm" not in stream.getvalue()


def test_a_missing_corpus_to_train_on_is_an_error(tokenizer: PreTrainedTokenizerFast) -> None:
    data = {"format": "conll", "path": "/nowhere/{language}.{split}"}
    run = _run(
        tasks={"fields": {"kind": "tagging", "data": data}}, train={"fields": ["en"]}, phases={}
    )
    with pytest.raises(DataError, match="no file for language `en`, split `train`"):
        list(census(Library(run), tokenizer))


def test_the_table_warns_above_a_fifth_unknown() -> None:
    rows = [
        Summary("ner", Route.of("en"), "train", 1000, 5000, 8000, 0.01, False),
        Summary("ner", Route.of("ug"), "train", 10, 50, 80, 0.25, True),
        Summary("ner", Route.of("fi"), "test", 0, 0, 0, 0.0, False),
        Summary("mt", Route.of("de", "en"), "train", 10, 50, 80, 0.0, False, 1234, skipped=5678),
        Summary("ner", Route.of("yo"), "train", 9, 9, 9, 0.0, False, 0, 128, 7, 3),
        Summary(
            "ner", Route.of("sw"), "test", 9, 9, 9, 0.0, False, repeated={"train": 7, "dev": 1}
        ),
    ]
    stream = StringIO()
    Console(file=stream, width=200).print(census_table(rows))
    lines = stream.getvalue().splitlines()
    english = next(line for line in lines if " en " in line)
    uyghur = next(line for line in lines if " ug " in line)
    assert "8,000" in english and "above" not in english
    assert "25.0%" in uyghur and "above 20%" in uyghur
    finnish = next(line for line in lines if " fi " in line)
    assert "nothing there" in finnish and "nothing" not in english + uyghur
    german = next(line for line in lines if " de-en " in line)
    assert "5,678 rows skipped: something is missing" in german
    swahili = next(line for line in lines if " sw " in line)
    assert "7 also in train; 1 also in dev" in swahili and "also" not in german
    assert "1,234 left out: scored" in german and "left out" not in english + uyghur
    yoruba = next(line for line in lines if " yo " in line)
    assert "7 longer than 128 tokens; 3 labelled words without a token" in yoruba
    assert "longer" not in english + german


def test_what_is_longer_than_the_run_reads_is_counted(tokenizer: PreTrainedTokenizerFast) -> None:
    """Of what is trained on, by the phase that reads least; of what is scored, by the last."""
    phases = {"pretrain": {"train": {"mlm": ["fi", "en"]}, "length": 4}}
    run = _run(phases=phases, recipe={"length": 99})
    read = {(s.task, str(s.route), s.split): s for s in census(Library(run), tokenizer)}
    lengths = {key: found.length for key, found in read.items()}
    assert lengths["mlm", "en", "train"] == lengths["mlm", "fi", "train"] == 4
    assert lengths["fields", "en", "train"] == lengths["fields", "en", "dev"] == 99
    assert read["mlm", "en", "train"].longer > 0 == read["fields", "en", "train"].longer


def test_files_that_look_like_a_language_are_named_below(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    files = ("root/[b]zho_Hant.txt", "root/zh-TW.txt")
    rows = [
        Summary("mlm", Route.of("zh"), split, 9, 50, 80, 0.0, False, overlooked=files)
        for split in ("train", "dev")
    ]
    stream = StringIO()
    Console(file=stream, width=120).print(census_table(rows))
    said = [line for line in stream.getvalue().splitlines() if "not read" in line]
    assert [line.split(";")[0] for line in said] == [f"not read for `zh`: {name}" for name in files]
    assert "not read" not in str(census_table([]).caption)
