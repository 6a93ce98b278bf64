"""The corpora of a run: nothing to train a translation on is scored."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.data import Corpus
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate


def mt(direction: str) -> Cell:
    """A cell of the only task."""
    return Cell("mt", Route.parse(direction))


def of_pairs(folder: Path, **changes: Any) -> dict[str, Any]:
    """A run file on three languages that say the same, a file per pair."""
    for pair in ("de-en", "de-fr", "en-fr"):
        first, second = pair.split("-")
        lines = [f"satz {first} {n}\tsatz {second} {n}" for n in range(400)]
        (folder / f"{pair}.tsv").write_text("\n".join(lines), encoding="utf-8")
    values = tiny_runs.translation(folder / "run", **changes)
    values["tasks"]["mt"]["data"] = {"format": "pairs", "path": "{first}-{second}.tsv"}
    return values


def test_what_is_scored_in_any_direction_is_trained_on_in_none(tmp_path: Path) -> None:
    """Three languages, a file per pair: what `de-fr` is tested on may stand in `de-en` to train."""
    values = of_pairs(tmp_path, evaluate={"mt": ["de-fr", "fr-en"]})
    values["train"] = {"mt": ["de-en", "en-de", "en-fr", "de-fr"]}
    library = Library(run_from(values), tmp_path)
    tested = {
        text
        for cells, split in ((["de-fr", "fr-en"], "test"), (["de-en", "en-de", "en-fr"], "dev"))
        for cell in cells
        for pair in library.corpus(mt(cell), split).examples
        for text in (pair.first, pair.second)
    }
    assert len(tested) > 40
    for cell in values["train"]["mt"]:
        left = library.corpus(mt(cell), "train").examples
        assert len(left) > 200
        assert tested.isdisjoint({pair.first for pair in left} | {pair.second for pair in left})
    source = library.tasks["mt"].data[0]
    whole = source.read("mt", Route.of("de", "en"), "train", tmp_path).examples
    corpus = library.corpus(mt("de-en"), "train")
    assert corpus.left_out == len(whole) - len(corpus) > 0
    assert not tested.isdisjoint(pair.first for pair in whole), "a file alone does not see to it"


def test_what_a_run_did_not_name_may_have_been_trained_on(tmp_path: Path) -> None:
    """Each pair of languages without English tests other sentences."""
    run = run_from(of_pairs(tmp_path, evaluate={"mt": ["de-en"]}, select={"mt": ["fr-en"]}))
    library = Library(run, tmp_path)
    asked = library.corpus(mt("de-fr"), "test")
    assert library.trained_on(library.corpus(mt("de-en"), "test")) == 0
    assert library.trained_on(library.corpus(mt("fr-en"), "dev")) == 0
    assert library.trained_on(asked) == len(asked) > 0, "the run would have left them out"
    named = run.model_copy(update={"evaluate": {"mt": ("de-en-fr",)}})
    assert Library(named, tmp_path).trained_on(asked) == 0
    assert Library(run, tmp_path / "elsewhere").trained_on(asked) is None
    notes = [
        evaluate(replace(assemble(run, data_root=tmp_path), origin=origin), cells=[mt("de-fr")])
        .cells[0]
        .note
        for origin in (None, Library(named, tmp_path), Library(run, tmp_path / "elsewhere"))
    ]
    assert notes[0].endswith(f"itself, with a side that was trained on: {len(asked)}")
    assert "trained on" not in notes[1]
    assert notes[2].endswith("not scored by the run itself: may have been trained on")


def test_a_route_reads_what_its_ends_read(tmp_path: Path) -> None:
    library = Library(run_from(of_pairs(tmp_path)), tmp_path)
    assert library.corpus(mt("de-en-fr"), "test") is library.corpus(mt("de-fr"), "test")
    assert library.has(mt("de-en-fr"), "test") and not library.has(mt("de-fr-nl"), "test")


def test_what_is_at_hand_is_not_read(tmp_path: Path) -> None:
    run = run_from(of_pairs(tmp_path))
    own = Corpus("mt", Route.of("de", "en"), "test", (), "mine")
    library = Library(run, tmp_path / "elsewhere", corpora={(mt("de-en"), "test"): own})
    assert library.corpus(mt("de-en"), "test") is own


def test_a_run_reads_the_cells_of_all_its_phases(tmp_path: Path) -> None:
    first = {"pretrain": {"train": {"mlm": ["ta"]}}}
    values = tiny_runs.values(tmp_path, phases=first, train={"fields": ["en"], "mlm": ["tr"]})
    values |= {"select": {"fields": ["tr"]}, "evaluate": {"fields": ["ta"]}}
    library = Library(run_from(values))
    cells = [f"{cell}" for cell in (*library.trained, *library.judging, *library.evaluated)]
    assert cells == ["mlm/ta", "fields/en", "mlm/tr", "fields/tr", "fields/ta"]
    read = {(corpus.route, corpus.split) for corpus in library.labelled("fields")}
    en, tr, ta = (Route.of(name) for name in ("en", "tr", "ta"))
    assert read == {(en, "train"), (tr, "dev"), (ta, "test")}
