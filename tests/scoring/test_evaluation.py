"""The matrix of a run: its cells, its groups, the rows it runs under, and the standing of cells."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tiny
import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.context import Row
from hyperadapters.data import Corpus
from hyperadapters.errors import ConfigError, ContextError, DataError, UnknownName
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.schedules import Fixed
from hyperadapters.scoring.evaluation import Seen, evaluate

SENTENCE = "Ada\tB-PER\nsaw\tO\nTurku\tB-LOC\n\n"


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    """A run with an untrained model of one layer over three languages and two tagging tasks."""
    for task in ("ner", "pos"):
        for language in ("en", "tr", "ta"):
            for split in ("train", "dev", "test"):
                file = tmp_path / task / language / f"{split}.tsv"
                file.parent.mkdir(parents=True, exist_ok=True)
                text = SENTENCE if task == "ner" else SENTENCE.replace("-PER", "").replace("B-", "")
                file.write_text(text * 5)
    shape = {"type": "bert", "layers": 1, "width": 8, "heads": 1, "ffn": 8, "vocabulary": 100}
    mlm = {"mlm": ["en", "tr"]}

    def data(task: str) -> dict[str, str]:
        return {"format": "conll", "path": f"{task}/{{language}}/{{split}}.tsv"}

    run = {
        "name": "one",
        "output": str(tmp_path / "run"),
        "backbone": {"architecture": shape},
        "method": {"name": "hyper-x-base", "bottleneck": 4, "code": 4},
        "tasks": {
            "ner": {"kind": "tagging", "metric": "span_f1", "data": data("ner")},
            "pos": {"kind": "tagging", "metric": "accuracy", "data": data("pos")},
            "mlm": {"kind": "mlm", "data": data("ner")},
        },
        "train": {"ner": ["en", "tr"], "pos": ["en"], **mlm},
        "evaluate": {"ner": ["en", "tr"], "pos": ["tr"]},
        "groups": {"seen": ["tr"]},
        "phases": {"pretrain": {"train": mlm, "length": 32}},
    }
    return assemble(run_from(run), data_root=tmp_path)


def test_the_matrix_of_a_run(assembly: Assembly) -> None:
    told: list[tuple[int, int, str]] = []
    found = evaluate(assembly, progress=lambda *at: told.append(at))
    assert told == [(0, 3, "ner/en"), (1, 3, "ner/tr"), (2, 3, "pos/tr")]
    assert (found.run, found.seeds, found.groups) == ("one", (0,), {"seen": ("tr",)})
    standings = {(cell.task, cell.language): cell.standing for cell in found.cells}
    assert standings == {
        ("ner", "en"): "trained pair",
        ("ner", "tr"): "trained pair",
        ("pos", "tr"): "unseen pair",
    }
    for cell in found.cells:
        assert cell.sentences == len(cell.statistics) == 5
        totals = tuple(map(sum, zip(*cell.statistics, strict=True)))
        assert cell.rescored(totals) == pytest.approx(cell.score)
        assert cell.note == ""


def test_languages_fall_into_tiers_by_their_training_examples(assembly: Assembly) -> None:
    run = assembly.run.model_copy(update={"tiers": {"low": 0, "high": 6}})
    corpus = assembly.corpus(assembly.cell("ner", "tr"), "train")
    more = replace(corpus, examples=(*corpus.examples, corpus.examples[0]))
    library = Library(
        run, assembly.library.data_root, corpora={(Cell("ner", Route.of("tr")), "train"): more}
    )
    tiered = replace(assembly, run=run, library=library)
    assert evaluate(tiered, cells=[tiered.cell("ner", "tr")]).groups == {"seen": ("tr",)}
    groups = evaluate(tiered).groups
    assert groups == {"seen": ("tr",), "seen, high": ("tr",)}
    without = replace(tiered, run=run.model_copy(update={"groups": {}}))
    assert evaluate(without).groups == {"high": ("tr",), "low": ("en",)}
    # what is scored later has no say
    later = replace(without, library=Library(run, assembly.library.data_root), origin=library)
    assert evaluate(later).groups == {"high": ("tr",), "low": ("en",)}


def test_a_pair_of_the_first_phase_was_trained_on(assembly: Assembly) -> None:
    first, *others = assembly.method.phases
    first = replace(first, cells=(assembly.cell("pos", "tr"),))
    method = replace(assembly.method, phases=(first, *others))
    pretrained = replace(assembly, method=method)
    standings = {(cell.task, cell.language): cell.standing for cell in evaluate(pretrained).cells}
    assert set(standings.values()) == {"trained pair"}


def test_other_rows_other_cells_other_splits(assembly: Assembly) -> None:
    cells = [assembly.cell("ner", "ta")]
    found = evaluate(assembly, under=Fixed(language="tr"), split="dev", cells=cells).cells[0]
    assert found.standing == "unseen language"
    assert found.note == "run as language=tr,task=ner"


def test_an_empty_corpus_is_an_error(assembly: Assembly) -> None:
    empty = Corpus("ner", Route.of("fi"), "test", (), "fi.tsv")
    library = Library(assembly.run, corpora={(Cell("ner", Route.of("fi")), "test"): empty})
    with pytest.raises(DataError, match=r"nothing to score for `ner` in `fi`\n  where: fi.tsv"):
        evaluate(replace(assembly, library=library), cells=[assembly.cell("ner", "fi")])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """BAD-X for English and Turkish, untrained, its adapters drawn so that they bite."""
    folder = tmp_path_factory.mktemp("pair")
    made = assemble(run_from(tiny_runs.staged(folder, "bad-x", arguments={"target": "tr"})))
    tiny.redraw(made.model, seed=1, scale=0.5)
    return made


def ran_in(made: Assembly, *names: str, **how: Any) -> tuple[set[Row], list[str]]:
    """The rows that cells of `fields` run under, and their notes."""
    rows: list[Row] = []
    hook = made.model.register_forward_pre_hook(lambda _, given: rows.extend(given[0].rows))
    found = evaluate(made, cells=[made.cell("fields", name) for name in names], **how)
    hook.remove()
    return set(rows), [cell.note for cell in found.cells]


def test_the_matrix_is_scored_under_what_the_last_phase_says(pair: Assembly) -> None:
    """BAD-X: the adapters are those of the pair, whatever the language; that is nothing to note."""
    of_pair = {"source_language": "en", "target_language": "tr"}
    rows, notes = ran_in(pair, "en", "tr")
    assert rows == {Row(task="fields", language=name, **of_pair) for name in ("en", "tr")}
    assert not any("run as" in note for note in notes)
    first, last = pair.method.phases[0], pair.method.phases[-1]
    plain = replace(last, score_under=Fixed(source_language="en"))
    other = replace(pair, method=replace(pair.method, phases=(first, plain)))
    with pytest.raises(ContextError, match="has no `target_language`"):
        evaluate(other)


def test_run_as_acts_after_what_the_method_scores_under(pair: Assembly) -> None:
    """Before it, BAD-X would put its own pair back."""
    with pytest.raises(UnknownName, match=r"target_language=fi"):
        ran_in(pair, "tr", under=Fixed(target_language="fi"))


def test_run_as_names_what_weights_depend_on(pair: Assembly, assembly: Assembly) -> None:
    """Under a name that nothing reads, scores would be those of the run, and be called others."""
    where = "where: --run-as language=fi"
    with pytest.raises(
        ConfigError, match=f"no weights of `bad-x` depend on the lang(.|\n)*{where}"
    ):
        ran_in(pair, "tr", under=Fixed(language="fi"))
    assert ran_in(pair, "tr", under=Fixed(language="tr")) == ran_in(pair, "tr")
    row = {"task": "ner", "language": "tr"}
    notes = {cell.language: cell.note for cell in evaluate(assembly, under=Fixed(row)).cells}
    assert f"run as {Row(row)}" in notes["en"]


def test_both_languages_of_a_pair_have_been_seen(tmp_path: Path) -> None:
    """In one factor or another: the data of `fi` are none of this run."""
    run = tiny_runs.staged(
        tmp_path,
        "bad-x",
        arguments={"target": "ta"},
        train={"fields": ["en"], "mlm": ["en", "tr"]},
    )
    made = assemble(run_from(run))
    found = {
        name: Seen.by(made).standing(made.cell("fields", name)) for name in ("en", "tr", "ta", "fi")
    }
    assert found == {
        "en": "trained pair",
        "tr": "unseen pair",
        "ta": "unseen pair",
        "fi": "unseen language",
    }


@pytest.mark.parametrize(
    ("method", "arguments", "expected"),
    [
        ("mad-x-v2", {}, "unseen language"),
        ("tlr-target", {"target": "ta"}, "unseen pair"),
        ("tlr-task-multi", {"targets": ["tr", "ta"]}, "unseen pair"),
    ],
)
def test_a_cycle_makes_its_languages_seen(
    method: str, arguments: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    made = assemble(run_from(tiny_runs.staged(tmp_path, method, arguments=arguments)))
    assert Seen.by(made).standing(made.cell("fields", "ta")) == expected
    assert Seen.by(made).standing(made.cell("fields", "en")) == "trained pair"
    assert Seen.by(made).standing(made.cell("fields", "fi")) == "unseen language"


def test_a_language_that_no_adapter_acted_for_is_unseen(tmp_path: Path) -> None:
    phases = tiny_runs.staged(tmp_path, "mad-x-v2")["phases"]
    phases["pretrain"]["train"] = {"mlm": ["ta"], "fields": ["az"]}
    made = assemble(run_from(tiny_runs.staged(tmp_path, "mad-x-v2", phases=phases)))
    found = [Seen.by(made).standing(made.cell("fields", name)) for name in ("ta", "az")]
    assert found == ["unseen language", "trained pair"]


def test_a_route_stands_as_the_least_of_its_hops(tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.translation(tmp_path)))
    found = {
        name: Seen.by(made).standing(made.cell("mt", name))
        for name in ("de-en-fr", "de-fr", "sv-en")
    }
    found["de-en-sv"] = Seen.by(made).standing(Cell("mt", Route.parse("de-en-sv")))
    assert found == {
        "de-en-fr": "trained pair",
        "de-fr": "unseen pair",
        "sv-en": "unseen language",
        "de-en-sv": "unseen language",
    }
