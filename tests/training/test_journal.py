"""What a run writes down while it trains."""

import json
from pathlib import Path

import pytest
from accelerate.tracking import get_available_trackers

from hyperadapters.errors import BundleError, TrainingError
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress


def test_lines_are_added_with_their_time(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with Journal(path, 0, accelerator_for("no")) as journal:
        journal.begin(Progress(seconds=5.0))
        journal.write({"phase": "train", "step": 1, "loss": 0.1}, update=1)
        journal.write({"phase": "train", "step": 2, "loss": 1 / 3}, update=2)
        assert journal.length() == path.stat().st_size
    first, second = map(json.loads, path.read_text().splitlines())
    assert (first["loss"], second["loss"], second["step"]) == (0.1, 1 / 3, 2)
    assert 5 <= first["time"] <= second["time"] < 20


def test_what_was_written_after_the_checkpoint_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text("kept\ncut off\n")
    Journal(path, 5, accelerator_for("no"))
    assert path.read_text() == "kept\n"


def test_a_metrics_file_that_shrank_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text("kept")
    with pytest.raises(BundleError, match="shorter than at the last checkpoint") as caught:
        Journal(tmp_path / "metrics.jsonl", 5, accelerator_for("no"))
    assert "at least 5 bytes" in str(caught.value) and "4 bytes" in str(caught.value)


def test_trackers_get_every_number(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accelerator = accelerator_for("no", trackers=("tensorboard",), folder=tmp_path)
    path = tmp_path / "metrics.jsonl"
    with Journal(path, 0, accelerator, trackers=("tensorboard",)) as journal:
        journal.write({"phase": "a", "step": 3, "loss": 0.5, "best": True}, update=13)
        journal.write({"phase": "a", "step": 3, "dev": {"ner/tr": 0.25}}, update=13)
    (events,) = (file for file in tmp_path.rglob("events*"))
    read = EventAccumulator(str(events))
    read.Reload()
    assert set(read.Tags()["scalars"]) == {"loss", "best", "dev/ner/tr"}
    assert [(e.step, e.value) for e in read.Scalars("dev/ner/tr")] == [(13, 0.25)]


def test_a_tracker_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="trackers"):
        accelerator_for("no", trackers=("no-such-tracker",), folder=tmp_path)


def test_a_tracker_that_is_not_installed_is_an_error(tmp_path: Path) -> None:
    missing = sorted({"wandb", "aim", "clearml"} - {one.value for one in get_available_trackers()})
    assert missing, "every tracker is installed: nothing to test with"
    with pytest.raises(TrainingError, match=f"`{missing[0]}` is not installed"):
        accelerator_for("no", trackers=("tensorboard", missing[0]), folder=tmp_path)


def test_a_tracker_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = accelerator_for("no", trackers=("tensorboard",), folder=tmp_path)

    def fails(name: str) -> None:
        raise ValueError("no key")

    monkeypatch.setattr(accelerator, "init_trackers", fails)
    with pytest.raises(TrainingError, match="a tracker cannot be started") as caught:
        Journal(tmp_path / "m", 0, accelerator, trackers=("tensorboard",))
    assert "no key" in str(caught.value)
