"""Labels and translations for raw text."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sacrebleu
import torch

import tiny_runs
from commands import RUN
from hyperadapters.backbones import TokenSearch
from hyperadapters.config import run_from
from hyperadapters.context import Context, Row
from hyperadapters.errors import ConfigError, ContextError, DataError, UnknownName
from hyperadapters.examples import Pair
from hyperadapters.model.inference import over_batches
from hyperadapters.providers import Hypernetwork, Remembered
from hyperadapters.routes import Route
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.schedules import Fixed, Schedule
from hyperadapters.scoring import prediction, together
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.prediction import answers, ask, predict
from hyperadapters.tasks import Batch
from hyperadapters.tasks.translation import Translation


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An untrained tiny model over built-in data."""
    folder: Path = tmp_path_factory.mktemp("run")
    data = {"format": "cldr", "train": 30}
    values = {
        "name": "x",
        "output": str(folder),
        "backbone": RUN["backbone"],
        "method": RUN["method"],
        "tasks": {
            "fields": {"kind": "tagging", "data": data},
            "mlm": {"kind": "mlm", "data": {**data, "content": "text"}},
        },
        "train": {"fields": ["en"], "mlm": ["en", "tr"]},
        "phases": {"pretrain": {"train": {"mlm": ["en"]}, "length": 32}},
        "recipe": {"length": 12},
    }
    return assemble(run_from(values))


def test_every_word_gets_a_label_and_every_line_its_sentence(assembly: Assembly) -> None:
    lines = ["three days ago\n", "\n", "Monday\n"] + ["in 5 weeks\n"] * 40
    found = list(predict(assembly, "fields", "tr", lines))
    assert [[word for word, _ in words] for words in found] == [line.split() for line in lines]
    assert {label for words in found for _, label in words} <= set(assembly.tasks["fields"].labels)


def test_a_sentence_is_tagged_alike_alone_and_among_others(assembly: Assembly) -> None:
    together = list(
        predict(assembly, "fields", "en", ["one day ago", "in two years and three days"])
    )
    alone = list(predict(assembly, "fields", "en", ["one day ago"]))
    assert together[0] == alone[0]


def test_no_text_gives_nothing(assembly: Assembly) -> None:
    assert list(predict(assembly, "fields", "en", [])) == []


def test_an_unknown_task(assembly: Assembly) -> None:
    with pytest.raises(UnknownName, match="unknown task `feilds`\n.*\n.*mean `fields`"):
        list(predict(assembly, "feilds", "en", ["a"]))


def test_a_task_without_answers(assembly: Assembly) -> None:
    asked = (
        predict(assembly, "mlm", "en", ["a"]),
        ask(assembly, "mlm", [(Route.of("en"), "a")]),
        answers(assembly, "mlm", None, ["en\ta"]),
    )
    for one in asked:
        with pytest.raises(ConfigError, match="task `mlm` gives no answers to raw text") as caught:
            list(one)
        assert "expected: one of fields" in str(caught.value)


def test_an_unknown_language(assembly: Assembly) -> None:
    notes: list[str] = []
    with pytest.raises((UnknownName, ContextError), match="unknown language `xx`"):
        list(predict(assembly, "fields", "xx", ["a"], notes.append))
    assert not notes


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An untrained tiny Transformer with hyper-adapters, in float64."""
    values = tiny_runs.translation(tmp_path_factory.mktemp("run"))
    made = assemble(run_from(values))
    made.model.double()
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():  # as they start, but the same in every version
        for parameter in made.model.parameters():
            drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(drawn * parameter.std(unbiased=False) + parameter.mean())
    return made


def translate(made: Assembly, task: str, lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The translation of each text in the direction or route before it."""
    return ask(made, task, ((Route.parse(name), text) for name, text in lines))


def test_every_line_is_translated_in_its_own_direction(translator: Assembly) -> None:
    assert isinstance(translator.model.adapters["hyper"], Hypernetwork)
    lines = [("de-en", "drei"), ("en-fr", "Monday"), ("de-en", ""), ("fr-de", "lundi")]
    together = list(translate(translator, "mt", lines))
    assert together == [next(translate(translator, "mt", [line])) for line in lines]
    assert together == [_by_the_network(translator, *line) for line in lines]
    assert together[2] == "" and len(set(together)) > 2


def _by_the_network(made: Assembly, name: str, text: str) -> str:
    """A translation with weights that the hypernetwork writes in every step of the search."""
    task, model, tokenizer = made.tasks["mt"], made.model, made.tokenizer
    assert isinstance(task, Translation)
    encoded = task.encode(tokenizer, Pair(text, "", Route.parse(name).direction), 32)

    def answer(context: Context, batch: Batch, places: list[int]) -> list[str]:
        return task.scorer.translate(model, context, batch.inputs, tokenizer)

    drawn = [(task, Route.parse(name).row("mt"), encoded)]
    return over_batches(model, drawn, tokenizer.pad_token_id, answer)[0] if text else ""


def test_translations_come_in_the_order_of_the_sentences(
    translator: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "_WINDOW", 8)
    texts = ["drei", "drei Tage und zwei Wochen", "Montag", "", "in fünf Jahren"]
    lines = [("de-en" if n % 3 else "fr-en", texts[n * 7 % 5]) for n in range(21)]
    alone = [next(translate(translator, "mt", [line])) for line in lines]
    assert list(translate(translator, "mt", lines)) == alone
    assert len(set(alone)) > 3


def test_translations_of_different_directions_can_be_read_side_by_side(
    translator: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "_WINDOW", 1)
    network, ran = translator.model.adapters["hyper"], []

    def spy(*arguments: Any, under: Schedule) -> Any:
        ran.append(type(translator.model.adapters["hyper"]))
        return over_batches(*arguments, under=under)

    monkeypatch.setattr(prediction, "over_batches", spy)
    one, other = [("de-en", "drei"), ("de-en", "Montag")], [("en-fr", "one"), ("en-fr", "Monday")]
    alone = [list(translate(translator, "mt", lines)) for lines in (one, other)]
    both = zip(translate(translator, "mt", one), translate(translator, "mt", other), strict=True)
    for texts, wanted in zip(both, zip(*alone, strict=True), strict=True):
        assert texts == wanted
        assert translator.model.adapters["hyper"] is network
    assert set(ran) == {Remembered}


def test_translations_come_before_all_sentences_are_read(
    translator: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "_WINDOW", 2)
    endless = (("de-en", f"{number} Tage") for number in itertools.count())
    found = list(itertools.islice(translate(translator, "mt", endless), 5))
    lines = [("de-en", f"{number} Tage") for number in range(5)]
    assert found == list(translate(translator, "mt", lines))


def test_lines_that_are_too_long_are_noted(translator: Assembly) -> None:
    noted: list[str] = []
    lines = ["drei", "", "drei " * 40]
    list(answers(translator, "mt", "de-en", lines, noted.append))
    assert noted == ["line 3 is too long: its end is not translated"]


def test_nothing_goes_on_as_nothing(translator: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = prediction._answered

    def silent(*arguments: Any) -> Any:
        return [one._replace(answer="") for one in answered(*arguments)]

    monkeypatch.setattr(prediction, "_answered", silent)
    assert list(translate(translator, "mt", [("de-en-fr", "drei")])) == [""]


def test_a_route_translates_hop_after_hop(translator: Assembly) -> None:
    words = ["drei", "vier", "Montag", "Dienstag", "ein Jahr", "Kanada", "Mai", "Uhr", "Woche", "1"]
    routed = list(translate(translator, "mt", [("de-en-fr", word) for word in [*words, ""]]))
    english = translate(translator, "mt", [("de-en", word) for word in words])
    french = list(translate(translator, "mt", [("en-fr", word) for word in english]))
    assert routed == [*french, ""]
    assert french != list(translate(translator, "mt", [("de-fr", word) for word in words]))


def test_a_route_is_scored_by_its_last_translation(translator: Assembly) -> None:
    cell = evaluate(translator, cells=[translator.cell("mt", "de-en-fr")]).cells[0]
    corpus = translator.corpus(translator.cell("mt", "de-fr"), "test")
    sources = [("de-en-fr", pair.first) for pair in corpus.examples]
    found = list(translate(translator, "mt", sources))
    references = [pair.second for pair in corpus.examples]
    metric = translator.tasks["mt"].metric
    counted = [metric.statistics([a], [b]) for a, b in zip(references, found, strict=True)]
    assert list(cell.statistics) == [pytest.approx(one) for one in counted]
    assert 100 * cell.score == pytest.approx(sacrebleu.corpus_bleu(found, [references]).score)
    assert cell.standing == "trained pair"
    direct = evaluate(translator, cells=[translator.cell("mt", "de-fr")]).cells[0]
    assert direct.standing == "unseen pair"
    assert direct.statistics != cell.statistics


def test_a_route_exchanges_only_the_side_that_it_was_told(
    translator: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[tuple[str, str]]] = []

    def spy(model: Any, drawn: Any, *rest: Any, **how: Any) -> Any:
        rows = {row for _, row, _ in drawn}
        ran.append([(row["source_language"], row["target_language"]) for row in rows])
        return over_batches(model, drawn, *rest, **how)

    monkeypatch.setattr(together, "over_batches", spy)
    for under, wanted in (
        (Fixed(source_language="fr"), [[("fr", "en")], [("en", "fr")]]),
        (Fixed(target_language="de"), [[("de", "en")], [("en", "de")]]),
        (Fixed(), [[("de", "en")], [("en", "fr")]]),
    ):
        ran.clear()
        evaluate(translator, cells=[translator.cell("mt", "de-en-fr")], under=under)
        assert ran == wanted


def test_lines_name_their_direction_where_the_command_does_not(translator: Assembly) -> None:
    given = list(answers(translator, "mt", "de-en", ["drei"]))
    assert list(answers(translator, "mt", None, ["de-en\tdrei"])) == given
    mixed = list(answers(translator, "mt", None, ["de-en\tdrei\n", "\n", "en-de\tMonday\n"]))
    assert mixed == [given[0], "", *answers(translator, "mt", "en-de", ["Monday"])]
    with pytest.raises(DataError, match="a line has no direction"):
        list(answers(translator, "mt", None, ["drei"]))


def test_pairs_that_were_not_trained_on_are_noted_once(
    translator: Assembly, assembly: Assembly
) -> None:
    noted: list[str] = []
    lines = ["de-en\tdrei", "de-fr\tdrei", "de-en-fr\tdrei", "de-fr\tvier", "fr-de\t"]
    list(answers(translator, "mt", None, lines, noted.append))
    assert noted == ["mt/de-fr is an unseen pair: it was not trained on"]
    noted.clear()
    list(answers(assembly, "fields", "en", ["two"], noted.append))
    assert not noted
    list(answers(assembly, "fields", "tr", ["iki"], noted.append))
    assert noted == ["fields/tr is an unseen pair: it was not trained on"]


def test_words_that_are_not_read_are_noted(assembly: Assembly) -> None:
    told: list[str] = []
    lines = ["one day ago", "", "in " + 40 * "two ", *600 * ["Monday"], "in " + 40 * "two "]
    found = list(predict(assembly, "fields", "en", lines, told.append))
    assert [len(words) for words in found] == [len(line.split()) for line in lines]
    end = "is too long: its last words are not tagged"
    assert told == [f"line 3 {end}", f"line 604 {end}"]


def test_a_line_that_begins_with_no_direction_is_named(translator: Assembly) -> None:
    for line in ("Er sagte\tnein", "ohne Richtung"):
        with pytest.raises(DataError, match=r"no direction\n  where: line 2"):
            list(answers(translator, "mt", None, ["de-en\tja", line]))


def test_a_task_that_is_not_there_is_named_before_a_language_is_missed(assembly: Assembly) -> None:
    with pytest.raises(UnknownName, match="unknown task `feilds`"):
        list(answers(assembly, "feilds", None, ["a"]))


def test_lines_name_their_language_where_the_command_does_not(assembly: Assembly) -> None:
    given = [next(answers(assembly, "fields", name, ["two"])) for name in ("en", "tr")]
    assert given[0].startswith("two\t") and given[0].endswith("\n")
    mixed = list(answers(assembly, "fields", None, ["en\ttwo\n", "\n", "tr\ttwo\n"]))
    assert mixed == [given[0], "", given[1]]
    with pytest.raises(DataError, match=r"a line has no language\n  where: line 2") as caught:
        list(answers(assembly, "fields", None, ["en\ttwo", "three"]))
    assert "found: 'three'" in str(caught.value) and "--language tr" in str(caught.value)


def test_texts_of_several_languages_are_tagged_in_one_go(assembly: Assembly) -> None:
    lines = [(Route.of(name), "in two days") for name in ("en", "tr", "en")]
    alone = [next(predict(assembly, "fields", name, ["in two days"])) for name in ("en", "tr")]
    assert list(ask(assembly, "fields", lines)) == [*alone, alone[0]]


def test_a_tagger_does_not_translate(assembly: Assembly) -> None:
    with pytest.raises(ContextError, match="has no `language`"):
        list(translate(assembly, "fields", [("de-en", "drei")]))
    with pytest.raises(UnknownName, match="unknown language `de-en`"):
        list(answers(assembly, "fields", None, ["de-en\tdrei"]))


def test_a_translator_is_asked_in_directions(translator: Assembly) -> None:
    with pytest.raises(ContextError, match="`de` is not a translation direction"):
        list(predict(translator, "mt", "de", ["drei"]))
    assert list(predict(translator, "mt", "de-en", ["drei"])) == list(
        translate(translator, "mt", [("de-en", "drei")])
    )


def test_answers_are_given_under_what_the_method_scores_under(tmp_path: Path) -> None:
    """BAD-X: whatever the language, the adapters are those of the pair."""
    made = assemble(run_from(tiny_runs.staged(tmp_path, "bad-x", arguments={"target": "tr"})))
    ran: list[Row] = []
    made.model.register_forward_pre_hook(lambda _, given: ran.extend(given[0].rows))
    list(predict(made, "fields", "fi", ["one day"]))
    assert ran == [Row(task="fields", language="fi", source_language="en", target_language="tr")]


def test_unknown_pieces_that_are_left_out_are_told(
    translator: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every translation is one unknown piece: there is nothing left of it, which is said."""

    def search(context: Context, way: TokenSearch, **inputs: Any) -> torch.Tensor:
        tokenizer = translator.tokenizer
        row = [tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.eos_token_id]
        return torch.tensor([row] * len(inputs["input_ids"]))

    monkeypatch.setattr(translator.model, "search", search)
    told: list[str] = []
    asked = [(Route.of("de", "en"), text) for text in ("drei", "", "vier")]
    assert list(ask(translator, "mt", asked, told.append)) == ["", "", ""]
    assert told == ["lines 1 to 3: 2 unknown pieces are left out of translations"]
    (cell,) = evaluate(translator, cells=[translator.cell("mt", "de-en")]).cells
    count = len(cell.statistics)
    assert f"; {count} unknown pieces are left out of translations" in cell.note
