"""What others get of a model: it needs nothing of this machine, and is refused where it would."""

import json
import shutil
from pathlib import Path

import pytest
import torch

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.errors import BundleError
from hyperadapters.run import bundle
from hyperadapters.run.assembly import assemble
from hyperadapters.trained import Trained, load

TEXTS = ["in three days", "Monday"]


def test_a_folder_needs_no_other(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    load(run).save(copy, name="ada/tiny", license="mit")
    found = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    own = {path.name for path in (run / "model").iterdir()}
    assert {f"model/{name}" for name in own} < found
    assert "model/backbone/model.safetensors" in found
    assert found - {f for f in found if f.startswith("model/")} == {"README.md", "results.json"}
    elsewhere = run.parent.rename(tmp_path / "moved")
    try:
        asked = load(copy).predict("spans", "tr", TEXTS)
    finally:
        elsewhere.rename(run.parent)
    assert asked == load(run).predict("spans", "tr", TEXTS)


def test_the_backbone_is_the_one_that_the_model_was_trained_on(run: Path, saved: Path) -> None:
    one, other = (load(folder).assembly.model.state_dict() for folder in (run, saved))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    first, second = (json.loads((f / "model" / "bundle.json").read_text()) for f in (run, saved))
    assert first["backbone"] == second["backbone"] is not None


def test_a_card_may_be_edited_and_a_bundle_may_not(saved: Path, tmp_path: Path) -> None:
    shutil.copytree(saved, tmp_path / "copy")
    with (tmp_path / "copy" / "README.md").open("a") as card:
        card.write("More.")
    load(tmp_path / "copy")
    (tmp_path / "copy" / "model" / "backbone" / "README.md").write_text("More.")
    with pytest.raises(BundleError, match="damaged(.|\n)*README.md"):
        load(tmp_path / "copy")


def test_what_was_saved_is_saved_again_as_it_is(saved: Path, tmp_path: Path) -> None:
    load(saved).save(tmp_path / "again", name="ada/tiny", license="mit")
    files = [path.relative_to(saved) for path in saved.rglob("*") if path.is_file()]
    copied = [path for path in (tmp_path / "again").rglob("*") if path.is_file()]
    assert len(files) == len(copied) > 9
    assert all((saved / f).read_bytes() == (tmp_path / "again" / f).read_bytes() for f in files)


def test_the_bundle_is_not_written_anew_where_it_needs_no_backbone(tmp_path: Path) -> None:
    """What `adapt` fitted beside a run then fits what others have of it."""
    made = assemble(run_from(tiny_runs.values(tmp_path)))
    bundle.save(made, tmp_path / "model")
    load(tmp_path).save(tmp_path / "out")
    sealed = [json.loads((f / "bundle.json").read_text())["seal"] for f in _models(tmp_path)]
    assert sealed[0] == sealed[1]
    made_here = Trained(made)
    made_here.save(tmp_path / "other")
    assert load(tmp_path / "other").predict("spans", "tr", TEXTS)


def _models(folder: Path) -> tuple[Path, Path]:
    return folder / "model", folder / "out" / "model"


def test_files_that_stay_here_are_named(run: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.tsv"
    vectors.write_text("en\t0\t1\ntr\t1\t0\nta\t1\t1\n")
    base = load(run).assembly.run.backbone.model_dump(exclude_none=True)
    method = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 2, "hidden": 6}
    values = tiny_runs.values(
        tmp_path, backbone=base, method={**method, "vectors": str(vectors), "frozen": True}
    )
    bundle.save(assemble(run_from(values)), tmp_path / "model")
    with pytest.raises(BundleError, match="(?s)stays here: `method.vectors`.*--format table"):
        load(tmp_path).save(tmp_path / "out")
    assert not list(tmp_path.glob("*out*")), "nothing half-written is left"


def test_nothing_is_written_over(run: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(BundleError, match="is not empty"):
        load(run).save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_broken_figures_stop_it(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / "results.json").write_text("{}")
    with pytest.raises(BundleError, match="not a matrix of results"):
        load(tmp_path / "run").save(tmp_path / "out")
