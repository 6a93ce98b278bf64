"""Commands that use a trained model: `evaluate`, of models of other libraries too, `predict`."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import yaml
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

from commands import RUN, call, right
from hyperadapters.config import load_run
from hyperadapters.examples import Tagged
from hyperadapters.routes import Cell, Route
from hyperadapters.run.library import Library


def test_evaluate_under_another_row(trained: Path, tmp_path: Path) -> None:
    out = right(
        "evaluate",
        trained / "run",
        "--run-as",
        "language=tr",
        "--split",
        "dev",
        "--output",
        tmp_path / "scores.json",
    )
    assert "unseen pair" in out
    cells = json.loads((tmp_path / "scores.json").read_text())["cells"]
    assert {cell["note"].split("; ")[-1] for cell in cells} == {"run as language=tr,task=fields"}
    assert {cell["sentences"] for cell in cells} == {2}


def test_a_mix_in_place_of_a_language(trained: Path) -> None:
    said = "en*3+tr*2 is 0.6 en + 0.4 tr"
    assert said in right("evaluate", trained / "run", "--run-as", "language=en*0.6+tr*0.4")
    asked = ("predict", trained / "run", "--task", "fields")
    named = call(*asked, "--language", "tr*2+en*3", text="May 3\n")
    assert said in named.stderr
    assert "it was not trained on" in named.stderr
    assert right(*asked, text="en*0.6+tr*0.4\tMay 3\n") == named.stdout
    alone = right(*asked, "--language", "tr*1", text="May 3\n")
    assert alone == right(*asked, "--language", "tr", text="May 3\n")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en*0.6+xx*0.4", "unknown language `xx`"),
        ("en*0.6+tr", "`tr` is not a name of its own and a number"),
        ("en*2+tr*-1", "a weight below zero"),
    ],
)
def test_what_is_no_mix_ends_in_one_message(trained: Path, language: str, said: str) -> None:
    named = call("predict", trained / "run", "--task", "fields", "--language", language, text="a\n")
    scored = call("evaluate", trained / "run", "--run-as", f"language={language}")
    for result in (named, scored):
        assert result.exit_code == 2
        assert said in result.stderr and "Traceback" not in result.stderr


def test_the_nearest_languages_are_a_mix_to_be_used(tmp_path: Path) -> None:
    file = tmp_path / "typology.tsv"
    file.write_text("en\t1\t0\t1\nfi\t0\t1\t\ntr\t-1\t1\t1\n", encoding="utf-8")
    result = call("nearest", "yo", "--among", "en,tr", "--vectors", file)
    assert result.exit_code == 2 and "unknown name of a vector `yo`" in result.stderr
    result = call("nearest", "fi", "--among", "en,tr", "--vectors", file)
    assert result.stdout == "tr\n"
    assert "tr: similarity 1.000 on 1 features" in result.stderr
    assert "left out: en: similarity 0.000 on 2 features" in result.stderr


def test_scores_go_through_a_link_and_to_a_device(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("scores.json")
    asked = ("evaluate", trained / "run", "--cell", "fields/en", "--output")
    right(*asked, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert len(json.loads((tmp_path / "scores.json").read_text())["cells"]) == 1
    right(*asked, os.devnull)
    assert Path(os.devnull).is_char_device()


def test_predict_from_standard_input_and_from_a_file(trained: Path, tmp_path: Path) -> None:
    piped = right(
        "predict",
        trained / "run",
        "--task",
        "fields",
        "--language",
        "fi",
        text="one day ago\n\nMay\n",
    )
    words = [line.split("\t")[0] for line in piped.split("\n")]  # as `cut -f1` does
    assert words == ["one", "day", "ago", "", "", "May", "", ""]
    (tmp_path / "text.txt").write_text("one day ago\n\nMay\n")
    run = trained / "run" / "model"
    named = right("predict", run, tmp_path / "text.txt", "--task", "fields", "--language", "fi")
    assert named == piped


def test_predict_as_lines_of_json(trained: Path) -> None:
    asked = ("predict", trained / "run", "--task", "fields", "--language", "fi")
    text = "one \x1b[2J ago\n\nMay\n"
    plain = [line.split("\t") for line in right(*asked, text=text).split("\n") if line]
    lines = right(*asked, "--json", text=text).splitlines()
    found = [json.loads(line) for line in lines]
    assert [one["words"] for one in found] == [["one", "\x1b[2J", "ago"], [], ["May"]]
    assert [label for one in found for label in one["labels"]] == [label for _, label in plain]
    assert all(line.isprintable() for line in lines)


def test_predict_of_lines_in_languages_of_their_own(trained: Path) -> None:
    asked = ("predict", trained / "run", "--task", "fields")
    mixed = right(*asked, text="fi\tone day ago\n\ntr\tMay\n")
    words = [line.split("\t")[0].strip() for line in mixed.split("\n")]
    assert words == ["one", "day", "ago", "", "", "May", "", ""]
    alone = right(*asked, "--language", "tr", text="May\n")
    assert mixed.endswith(alone)


def test_a_line_without_a_language_and_a_task_without_answers(trained: Path) -> None:
    asked = call("predict", trained / "run", "--task", "fields", text="fi\tMay\nMay\n")
    assert asked.exit_code == 2
    assert "error: a line has no language" in asked.stderr
    assert "where: line 2" in asked.stderr
    asked = call("predict", trained / "run", "--task", "mlm", "--language", "fi", text="May\n")
    assert asked.exit_code == 2
    assert "error: task `mlm` gives no answers to raw text" in asked.stderr


def test_evaluate_of_some_cells(trained: Path, tmp_path: Path) -> None:
    scores = tmp_path / "scores.json"
    right("evaluate", trained / "run", "--cell", "fields/tr", "--output", scores)
    assert [cell["language"] for cell in json.loads(scores.read_text())["cells"]] == ["tr"]


def test_evaluate_of_nothing() -> None:
    asked = call("evaluate")
    assert asked.exit_code == 2
    assert "error: nothing to score" in asked.stderr
    assert "expected: a folder of a run, or `--model`" in asked.stderr


Words = Callable[[str], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def words(trained: Path) -> Words:
    """Each word of a language's test sentences, with its label."""
    library = Library(load_run(trained / "run.yaml"), None)

    def read(language: str) -> list[tuple[str, str]]:
        corpus = library.corpus(Cell("fields", Route.of(language)), "test")
        sentences = [one for one in corpus.examples if isinstance(one, Tagged)]
        return [pair for one in sentences for pair in zip(one.words, one.labels, strict=True)]

    return read


def word_pieces(texts: list[str]) -> PreTrainedTokenizerFast:
    """A cased tokenizer with other special tokens than this library gives its own."""
    built = Tokenizer(models.WordPiece(unk_token="<?>"))
    built.normalizer = normalizers.BertNormalizer(lowercase=False)
    built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["<?>", "<fill>", "<from>", "<to>"]
    built.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=90, special_tokens=special)
    )
    built.post_processor = processors.TemplateProcessing(
        single="<from> $A <to>", special_tokens=[("<from>", 2), ("<to>", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=built, unk_token="<?>", pad_token="<fill>", cls_token="<from>"
    )


@pytest.fixture(scope="module")
def foreign(trained: Path, words: Words, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A token classifier of `transformers` with a tokenizer of its own, that says one label of
    every word.
    """
    folder = tmp_path_factory.mktemp("foreign") / "other-tagger"
    kept = json.loads((trained / "run" / "model" / "bundle.json").read_text())
    labels = sorted(kept["tasks"]["fields"]["labels"], reverse=True)
    usual = max(labels, key=[label for _, label in words("en")].count)
    tokenizer = word_pieces([word for word, _ in words("en")])
    shape = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=64,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
    )
    model = BertForTokenClassification(shape)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.zero_()
        model.classifier.bias[labels.index(usual)] = 1.0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_model_of_another_library_is_scored_beside_a_run(
    trained: Path, foreign: Path, words: Words, tmp_path: Path
) -> None:
    other, page = tmp_path / "other", tmp_path / "report.html"
    asked = ("evaluate", "--model", foreign, "--data", trained / "run.yaml", "--task", "fields")
    whole = ("--set", "recipe.length=64")  # no sentence is cut
    out = right(*asked, *whole, "--trained", "fields/en", "--output", other)
    assert f"hyperadapters report RUN {other}" in out.replace("\n", "")
    matrix = json.loads((other / "results.json").read_text())
    assert (matrix["run"], matrix["method"]) == ("other-tagger", "not of this library")
    shape = json.loads((foreign / "config.json").read_text())
    every = list(shape["id2label"].values())
    usual = max(every, key=[label for _, label in words("en")].count)
    for cell, standing in zip(matrix["cells"], ("trained pair", "unseen language"), strict=True):
        gold = [label for _, label in words(cell["language"])]
        assert cell["score"] == pytest.approx(gold.count(usual) / len(gold))
        assert (cell["standing"], cell["sentences"]) == (standing, 3)
        assert "not trained by this library" in cell["note"]
    ours = json.loads((trained / "run" / "results.json").read_text())
    assert [c["language"] for c in ours["cells"]] == [c["language"] for c in matrix["cells"]]
    assert "other-tagger" in right("report", trained / "run", other, "--output", page)
    text = page.read_text(encoding="utf-8")
    assert "other-tagger" in text and "tiny" in text
    assert (other / "report.html").is_file()


def test_a_model_of_another_library_on_another_split(
    trained: Path, foreign: Path, tmp_path: Path
) -> None:
    asked = ("evaluate", "--model", foreign, "--data", trained / "run.yaml", "--task", "fields")
    out = right(*asked, "--split", "dev", "--set", "evaluate.fields=[tr]")
    assert "tr" in out and "unseen language" in out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], ["`--model` does not say what is scored", "`--data FILE`", "`--task NAME`"]),
        (["--data", "RUN", "--task", "feilds"], ["unknown task `feilds`", "mean `fields`?"]),
        (
            ["--data", "RUN", "--task", "mt"],
            ["is of another kind", "that `AutoModelForSeq2SeqLM` reads", "found: `bert`"],
        ),
        (
            ["--data", "RUN", "--task", "fields", "--output", "TRAINED"],
            ["holds a run", "remedy: give the scores another folder"],
        ),
        (
            ["--data", "RUN", "--task", "fields", "--trained", "fields"],
            ["`fields` names no cell", "such as `ner/tr`"],
        ),
        (["--data", "RUN", "--task", "mlm"], ["is not whole", "AutoModelForMaskedLM"]),
    ],
)
def test_what_cannot_be_scored(
    trained: Path, foreign: Path, tmp_path: Path, more: list[str], said: list[str]
) -> None:
    pairs = {"kind": "translation", "data": {"format": "cldr", "content": "pairs"}}
    values = {**RUN, "tasks": {**RUN["tasks"], "mt": pairs}, "backbone": {"name": "any"}}
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(values))
    places = {"RUN": str(tmp_path / "run.yaml"), "TRAINED": str(trained / "run")}
    asked = call("evaluate", "--model", foreign, *(places.get(one, one) for one in more))
    assert asked.exit_code == 2
    rest = asked.stderr.replace("\n", " ")
    assert all(part in rest for part in said), rest
    assert (trained / "run" / "model" / "bundle.json").is_file()
