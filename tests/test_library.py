"""The corpora of a run: nothing to train a translation on is scored."""

from pathlib import Path

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.library import Library


def test_what_is_scored_in_any_direction_is_trained_on_in_none(tmp_path: Path) -> None:
    """Three languages, a file per pair: what `de-fr` is tested on may stand in `de-en` to train."""
    for pair in ("de-en", "de-fr", "en-fr"):
        first, second = pair.split("-")
        lines = [f"satz {first} {n}\tsatz {second} {n}" for n in range(400)]
        (tmp_path / f"{pair}.tsv").write_text("\n".join(lines), encoding="utf-8")
    values = tiny_runs.translation(tmp_path / "run", evaluate={"mt": ["de-fr", "fr-en"]})
    values["tasks"]["mt"]["data"] = {"format": "pairs", "path": "{first}-{second}.tsv"}
    values["train"] = {"mt": ["de-en", "en-de", "en-fr", "de-fr"]}
    library = Library(run_from(values), tmp_path)
    tested = {
        text
        for cells, split in ((["de-fr", "fr-en"], "test"), (["de-en", "en-de", "en-fr"], "dev"))
        for cell in cells
        for pair in library.corpus("mt", cell, split).examples
        for text in (pair.first, pair.second)
    }
    assert len(tested) > 40
    for cell in values["train"]["mt"]:
        left = library.corpus("mt", cell, "train").examples
        assert len(left) > 200
        assert tested.isdisjoint({pair.first for pair in left} | {pair.second for pair in left})
    source = library.run.tasks["mt"].data[0]
    whole = source.read("mt", "de-en", "train", tmp_path).examples
    corpus = library.corpus("mt", "de-en", "train")
    assert corpus.left_out == len(whole) - len(corpus) > 0
    assert not tested.isdisjoint(pair.first for pair in whole), "a file alone does not see to it"
