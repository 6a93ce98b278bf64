"""Runs with questions: trained, chosen, scored, asked, kept and mixed with other tasks."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import hyperadapters
import tiny
import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.context import Context
from hyperadapters.data.corpora import Corpus
from hyperadapters.errors import ConfigError, DataError, HyperadaptersError
from hyperadapters.examples import Asked
from hyperadapters.mixture.streams import streams_of
from hyperadapters.report.census import census
from hyperadapters.routes import Cell, Route
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.prediction import answers, ask, predict
from hyperadapters.study import perform
from hyperadapters.tasks import collate
from hyperadapters.training import train
from hyperadapters.training.selection import Selection

ROW = Cell("qa", Route.of("en")).row
HYPER_X = {"name": "hyper-x-small", "bottleneck": 4, "embedding": 4}


def values(output: Path, **changes: Any) -> dict[str, Any]:
    """A run file: tagging, questions and masked language modelling on built-in data."""
    whole = tiny_runs.values(output)
    data = {"format": "cldr", "content": "questions", "train": 24, "dev": 6, "test": 8}
    return {
        **whole,
        "method": HYPER_X,
        "tasks": {
            "fields": whole["tasks"]["fields"],
            "qa": {"kind": "qa", "data": data},
            "mlm": whole["tasks"]["mlm"],
        },
        "train": {"fields": ["en", "tr"], "qa": ["en", "ta"], "mlm": ["en", "ta", "tr"]},
        "evaluate": {"qa": ["en", "tr"]},
        "select": {"qa": ["en"]},
        "phases": {
            "pretrain": {**tiny_runs.PLAIN, "train": {"mlm": ["en"]}, "steps": 1, "batch": 4}
        },
        "recipe": {"steps": 4, "batch": 8, "length": 24, "learning_rate": 0.01},
        **changes,
    }


LINES = ["DATE\t6 libre, 3 Mart 2024", "", "MONEY\t12 ml ve 1.200 Türk lirası " + "ve Kanada " * 9]


def test_a_run_is_trained_scored_kept_and_asked(tmp_path: Path) -> None:
    run = run_from(values(tmp_path / "run"))
    matrix = perform(run, run.folder, data_root=None, console=None)
    assert [(score.language, score.sentences) for score in matrix.cells] == [("en", 8), ("tr", 8)]
    for score in matrix.cells:
        assert score.metric == "answer_f1" and 0 <= score.score <= 1
        assert [one for *_, one in score.statistics] == [1.0] * 8
    assert "answers compared by the rules of MLQA `en`" in matrix.cells[0].note
    assert "MLQA without articles" in matrix.cells[1].note
    assert "exact_match: " in (run.folder / "report.html").read_text(encoding="utf-8")
    trained = hyperadapters.load(str(run.folder))
    assert trained.evaluate().to_json() == matrix.to_json()
    found = trained.predict("qa", "tr", LINES)
    for line, answer in zip(LINES, found, strict=True):
        context = line.partition("\t")[2].strip()
        assert context[answer.start : answer.end] == answer.text
        assert 0 <= answer.score <= 1
    assert found[1].text == "" and found[0].text
    assert [*answers(trained.assembly, "qa", "tr", LINES)] == [one.text for one in found]


def test_a_model_learns_the_answers_that_it_is_shown(tmp_path: Path) -> None:
    whole = values(tmp_path / "run", method="full-fine-tuning", phases={}, select={})
    whole["tasks"]["qa"]["data"] |= {"train": 12, "test": 12}
    recipe = {"steps": 60, "batch": 12, "length": 32, "learning_rate": 0.01, "criterion": "last"}
    own = {"train": {"qa": ["en"]}, "evaluate": {"qa": ["en"]}, "recipe": recipe}
    shape = {**tiny_runs.ARCHITECTURE, "width": 32, "dropout": 0.0}
    whole |= {**own, "tasks": {"qa": whole["tasks"]["qa"]}, "backbone": {"architecture": shape}}
    made = assemble(run_from(whole))
    untrained = evaluate(made, split="train").cells[0].score
    train(made, tmp_path / "run")
    score = evaluate(made, split="train").cells[0]
    assert score.score > 0.9 > 0.6 > untrained


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A run that is not trained; its adapters are drawn so that they bite."""
    made = assemble(run_from(values(tmp_path_factory.mktemp("run"))))
    tiny.redraw(made.model, seed=1, scale=0.3)
    made.model.eval()
    return made


def long_corpus(questions: int = 5) -> Corpus:
    """Questions about contexts of many windows, whose answers stand near their ends."""
    context = " , ".join(f"{number} July 20{number}" for number in range(10, 40))
    spans = [context.index(f"{number} July") for number in range(35, 35 + questions)]
    return Corpus(
        "qa",
        Route.of("en"),
        "test",
        tuple(Asked("DATE", context, ((start, start + 2),)) for start in spans),
        "long.json",
    )


def with_corpus(assembly: Assembly, corpus: Corpus) -> Assembly:
    cell = Cell("qa", Route.of("en"))
    corpora = {(cell, split): corpus for split in ("train", "dev", "test")}
    own = Library(assembly.run, None, corpora=corpora)
    return replace(assembly, library=own)


def test_a_question_with_many_windows_counts_once(assembly: Assembly) -> None:
    long = with_corpus(assembly, long_corpus())
    windows = list(long.tasks["qa"].windows(long.tokenizer, long_corpus().examples, long.length))
    assert all(len(each) > 5 for each in windows)
    matrix = evaluate(long, cells=[Cell("qa", Route.of("en"))])
    assert matrix.cells[0].sentences == 5
    scores, value, _ = Selection(long, long.method.phases[-1]).judge()
    assert scores == {"qa/en": pytest.approx(matrix.cells[0].score)} and value == scores["qa/en"]


def test_the_windows_of_a_question_are_trained_on_one_by_one(assembly: Assembly) -> None:
    long = with_corpus(assembly, long_corpus())
    windows = long.tasks["qa"].windows(long.tokenizer, long_corpus().examples, long.length)
    phase = long.method.phases[-1]
    (stream,) = [one for one in streams_of(long, phase) if one.row == ROW]
    assert len(stream.examples) == sum(map(len, windows)) and stream.left_out == 0


def test_a_window_in_the_middle_can_answer(assembly: Assembly) -> None:
    """What is said of many windows is the best of what is said of each alone."""
    task, corpus = assembly.tasks["qa"], long_corpus(1)
    (example,) = corpus.examples
    line = f"{example.question}\t{example.context}"
    (whole,) = predict(assembly, "qa", "en", [line])
    (each,) = task.windows(assembly.tokenizer, [example], assembly.length)
    row = Cell("qa", Route.of("en")).row
    alone = []
    with torch.no_grad():
        for window in each:
            batch = collate([(task, row, window)], assembly.tokenizer.pad_token_id)
            outputs = assembly.model(Context.of_examples([row]), batch)
            alone += task.statistics(outputs.logits["qa"], batch.shares["qa"])
    best = max(alone)
    assert (whole.start, whole.end) == best[1:]
    assert whole.score == pytest.approx(torch.tensor(best[0]).exp().item(), rel=1e-4)


def test_a_batch_of_several_tasks_equals_its_parts(assembly: Assembly) -> None:
    drawn = []
    for name, language in (("fields", "tr"), ("qa", "ta"), ("mlm", "en"), ("qa", "en")):
        cell, task = Cell(name, Route.of(language)), assembly.tasks[name]
        examples = assembly.corpus(cell, "train").examples[:3]
        for one in task.encode_all(assembly.tokenizer, examples, 24):
            drawn.append((task, cell.row, one))
    model, pad = assembly.model.double().eval(), assembly.tokenizer.pad_token_id
    try:
        with torch.no_grad():
            whole = collate(drawn, pad)
            outputs = model(Context.of_examples([row for _, row, _ in drawn]), whole)
            shared = whole.shares["qa"]
            loss = assembly.tasks["qa"].loss(outputs.logits["qa"], shared)
            spans = assembly.tasks["qa"].statistics(outputs.logits["qa"], shared)
            total, found = 0.0, []
            for language in ("ta", "en"):
                own = [one for one in drawn if one[1] == Cell("qa", Route.of(language)).row]
                part = collate(own, pad)
                logits = model(Context.of_examples([row for _, row, _ in own]), part).logits["qa"]
                total += float(assembly.tasks["qa"].loss(logits, part.shares["qa"]).total)
                found += assembly.tasks["qa"].statistics(logits, part.shares["qa"])
    finally:
        model.float()
    assert float(loss.total) == pytest.approx(total, abs=1e-8)
    for one, other in zip(spans, found, strict=True):
        assert one == pytest.approx(other, abs=1e-8)


def test_a_method_may_write_the_head(tmp_path: Path) -> None:
    method = {"name": "psf", "embedding": 4, "rank": 2, "hidden": 6, "layers": 2}
    made = assemble(run_from(values(tmp_path, method=method)))
    heads = [one for one in made.method.adapters if one.at_heads]
    assert heads and not any("qa" in name for name in made.model.heads)
    tiny.redraw(made.model, seed=1, scale=0.5)
    bundle.save(made, tmp_path / "model")
    (asked,) = predict(made, "qa", "en", [LINES[0]])
    assert hyperadapters.load(str(tmp_path)).predict("qa", "en", [LINES[0]]) == [asked]


def test_what_is_asked_wrongly_is_told_with_its_line(assembly: Assembly) -> None:
    with pytest.raises(DataError, match="a line has no question with a context") as fault:
        list(answers(assembly, "qa", "en", [LINES[0], "", "no tab"]))
    assert fault.value.where == "line 3"
    question = "which " * 40
    with pytest.raises(DataError, match="a question is too long for its window") as fault:
        list(answers(assembly, "qa", None, [f"tr\t{LINES[0]}", f"tr\t{question}\tin 3 days"]))
    assert fault.value.where == "line 2"


def test_a_question_too_long_for_its_window_names_its_corpus(assembly: Assembly) -> None:
    example = Asked("which " * 40, "12 July 2012", ((0, 2),))
    long = with_corpus(assembly, Corpus("qa", Route.of("en"), "test", (example,), "x.json"))
    with pytest.raises(DataError, match="a question is too long") as fault:
        evaluate(long, cells=[Cell("qa", Route.of("en"))])
    assert fault.value.where == "x.json"


def test_answers_cut_are_noted_and_not_trained_on(assembly: Assembly) -> None:
    corpus = long_corpus(1)
    (whole,) = corpus.examples
    example = Asked("DATE", whole.context, ((0, 300),))
    long = with_corpus(assembly, Corpus("qa", Route.of("en"), "test", (whole, example), "x"))
    score = evaluate(long, cells=[Cell("qa", Route.of("en"))]).cells[0]
    assert "1 of 2 cut at 24 tokens" in score.note
    (stream,) = [one for one in streams_of(long, long.method.phases[-1]) if one.row == ROW]
    task = long.tasks["qa"]
    (kept,), (cut,) = ([*task.windows(long.tokenizer, [one], 24)] for one in (whole, example))
    assert (len(stream.examples), stream.left_out) == (len(kept), len(cut))


def test_data_counts_windows_and_answers_that_are_cut(assembly: Assembly) -> None:
    settings = assembly.run.tasks["qa"]
    (whole,) = long_corpus(1).examples
    example = Asked("DATE", whole.context, ((0, 300),))
    (windows,) = assembly.tasks["qa"].windows(assembly.tokenizer, [whole], 24)
    remarks = [*settings.remarks(assembly.tokenizer, (whole, example), 24)]
    assert remarks == [
        f"{len(windows):.2f} windows a question",
        "1 of 2 answers are whole in no window",
    ]
    assert [*settings.remarks(assembly.tokenizer, (whole,), 999)] == []
    found = [one for one in census(assembly.library, assembly.tokenizer) if one.task == "qa"]
    assert {one.repeated.get("train", 0) for one in found} == {0}, "questions may be the same"
    assert all(one.words > one.sentences for one in found)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"normalise": "klingonese"}, "there are no rules to compare answers by"),
        ({"max_answer": 0}, "greater than or equal to 1"),
        ({"stride": -1}, "greater than or equal to 0"),
        ({"max_answers": 3}, "max_answer"),
        ({"metric": "accuracy"}, "answer_f1"),
        ({"data": {"format": "cldr"}}, "the data of a qa task ask nothing"),
    ],
)
def test_faults_of_a_run_file(tmp_path: Path, changes: Any, message: str) -> None:
    whole = values(tmp_path)
    whole["tasks"]["qa"] = {**whole["tasks"]["qa"], **changes}
    with pytest.raises(HyperadaptersError) as fault:
        run_from(whole)
    assert message in str(fault.value)


def test_questions_are_no_data_for_other_tasks(tmp_path: Path) -> None:
    whole = values(tmp_path)
    whole["tasks"]["fields"] = {**whole["tasks"]["qa"], "kind": "tagging"}
    with pytest.raises(ConfigError, match="have no labels"):
        run_from(whole)


def test_how_answers_are_compared_can_be_changed_afterwards(assembly: Assembly) -> None:
    whole = {**values(Path("x")), "output": "x"}
    whole["tasks"]["qa"] = {**whole["tasks"]["qa"], "normalise": "squad", "metric": "exact_match"}
    task = run_from(whole).tasks["qa"].build("qa", lambda: ())
    metric = task.metric_in(Route.of("tr"))
    assert (metric.name, metric.variant) == ("exact_match", "squad")


def test_answers_of_many_languages_come_in_order(assembly: Assembly) -> None:
    texts = [(Route.of(name), LINES[0]) for name in ("tr", "en", "tr")]
    one, two, three = ask(assembly, "qa", texts)
    assert one == three and json.dumps(two._asdict())


def test_a_decoder_learns_the_words_of_questions_beside_text_to_text(tmp_path: Path) -> None:
    """No part of a question is without a token, though contexts may lack it."""
    data = {"format": "cldr", "content": "kinds", "train": 24, "dev": 6, "test": 8}
    given = values(tmp_path / "run", method={"name": "full-fine-tuning"}, phases={})
    architecture = {**given["backbone"]["architecture"], "type": "t5", "vocabulary": 300}
    written = {"kind": "text-to-text", "template": "what is {text}", "data": data}
    run = run_from(
        {
            **given,
            "backbone": {"architecture": architecture},
            "tasks": {"qa": given["tasks"]["qa"], "kinds": written},
            "train": {"qa": ["en"], "kinds": ["en"]},
            "evaluate": {"qa": ["en"], "kinds": ["en"]},
            "select": {"qa": ["en"]},
        }
    )
    made = assemble(run)
    (asked, labelled) = (
        made.library.corpus(Cell(name, Route.of("en")), "train").examples for name in run.tasks
    )
    for example in asked:
        assert made.tokenizer.unk_token_id not in made.tokenizer(example.question)["input_ids"]
    for name, examples in (("qa", asked), ("kinds", labelled)):
        task, row = made.tasks[name], Route.of("en").row(name)
        encoded = task.encode_all(made.tokenizer, examples[:2], 24)
        batch = collate([(task, row, one) for one in encoded], made.tokenizer.pad_token_id)
        logits = made.model(Context.uniform(row, 2), batch).logits[name]
        assert task.loss(logits, batch.shares[name]).mean().isfinite()
