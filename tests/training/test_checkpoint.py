"""Checkpoints: whole or not there, checked when read, small in number."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

import tiny
from hyperadapters.context import Row
from hyperadapters.errors import BundleError
from hyperadapters.method import Method, Phase
from hyperadapters.training import checkpoint

TENSORS = {"model": {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(2, dtype=torch.uint8)}}


def write(folder: Path, number: int, best: str | None = None) -> Path:
    state = {"digest": "d", "progress": {"step": number}, "best_file": best}
    return checkpoint.write(folder, f"000-{number:08}", state, TENSORS)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "checkpoints", 7)
    assert checkpoint.latest(tmp_path / "checkpoints") == path
    saved = checkpoint.read(path)
    assert saved.state["progress"] == {"step": 7}
    assert list(saved.tensors) == ["model"]
    for name, tensor in TENSORS["model"].items():
        assert torch.equal(saved.tensors["model"][name], tensor)
    assert not list(path.parent.glob(".*"))


def test_without_checkpoints_there_is_no_latest(tmp_path: Path) -> None:
    assert checkpoint.latest(tmp_path / "nowhere") is None


def test_shared_memory_is_stored_apart(tmp_path: Path) -> None:
    whole = torch.arange(8.0)
    checkpoint.write_tensors(
        tmp_path / "x.safetensors", {"a": whole[:4], "b": whole[4:], "c": whole}
    )
    read = checkpoint.read_tensors(tmp_path / "x.safetensors")
    assert torch.equal(torch.cat([read["a"], read["b"]]), read["c"])


def test_the_last_two_are_kept_with_their_best_weights(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        best = f"best-0-{number}.safetensors"
        checkpoint.write_tensors(tmp_path / best, TENSORS["model"])
        write(tmp_path, number, best)
    checkpoint.write_tensors(tmp_path / "best-0-4.safetensors", TENSORS["model"])
    (tmp_path / ".000-00000009.part").mkdir()
    (tmp_path / ".best-0-5.safetensors.part").write_bytes(b"half")
    checkpoint.tidy(tmp_path, "best-0-4.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000-00000002",
        "000-00000003",
        "best-0-2.safetensors",
        "best-0-3.safetensors",
        "best-0-4.safetensors",
    ]


class Dies(BaseException):
    """What a process does not survive."""


@pytest.mark.parametrize("moment", range(1, 7))
def test_a_death_at_any_moment_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    first = write(tmp_path, 1)
    left = moment
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise Dies
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    try:
        write(tmp_path, 2)
    except Dies:
        pass
    monkeypatch.undo()
    newest = checkpoint.latest(tmp_path)
    assert newest is not None and newest.name in (first.name, "000-00000002")
    assert checkpoint.read(newest).state["progress"]["step"] == int(newest.name[4:])
    assert newest == first or moment > 3  # 1 tensors, 2 state, 3 their folder; then it has its name
    again = write(tmp_path, 2)
    checkpoint.tidy(tmp_path, None)
    assert sorted(tmp_path.iterdir()) == [first, again]
    checkpoint.read(again)


def test_a_removal_that_is_cut_short_leaves_no_half_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        write(tmp_path, number)
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    checkpoint.tidy(tmp_path, None)
    assert [path.name for path in sorted(tmp_path.glob("0*"))] == ["000-00000002", "000-00000003"]
    monkeypatch.undo()
    checkpoint.tidy(tmp_path, None)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda path: (path / "model.safetensors").unlink(), "no such file"),
        (lambda path: _cut(path / "model.safetensors"), "another content than was written"),
        (lambda path: _flip(path / "model.safetensors"), "another content than was written"),
        (lambda path: _cut(path / "state.json"), "state.json"),
        (lambda path: (path / "state.json").unlink(), "No such file"),
        (lambda path: (path / "state.json").write_text("[]"), "list indices"),
    ],
)
def test_a_damaged_checkpoint_says_what_to_do(
    tmp_path: Path, damage: Callable[[Path], object], found: str
) -> None:
    write(tmp_path, 1)
    path = write(tmp_path, 2)
    damage(path)
    with pytest.raises(BundleError, match="000-00000002` is damaged") as caught:
        checkpoint.read(path)
    message = str(caught.value)
    assert found in message
    assert f"delete `{path}` to go on from `000-00000001`" in message


def test_a_checkpoint_of_another_version_is_not_called_damaged(tmp_path: Path) -> None:
    path = write(tmp_path, 1)
    _format(path / "state.json")
    with pytest.raises(BundleError, match="has another format") as caught:
        checkpoint.read(path)
    message = str(caught.value)
    assert "expected: format 3" in message and "found: format 99" in message
    assert "go on with that version, or delete the folder of the run to start again" in message


def test_what_phases_ended_with_is_kept_under_their_names(tmp_path: Path) -> None:
    for name, number in (("language", 1), ("a/b", 2)):
        checkpoint.write_phase(tmp_path, name, {"a": torch.tensor(number)})
    checkpoint.tidy(tmp_path, None)
    found = checkpoint.read_phase(tmp_path, "a/b")
    assert found is not None and found["a"] == 2
    assert checkpoint.latest(tmp_path) is None, "none of them is a checkpoint"
    assert checkpoint.read_phase(tmp_path, "b") is None
    _cut(tmp_path / "phase-language.safetensors")
    with pytest.raises(BundleError, match=r"phase-language.safetensors` is damaged"):
        checkpoint.read_phase(tmp_path, "language")


def test_a_damaged_first_checkpoint_means_a_new_start(tmp_path: Path) -> None:
    path = write(tmp_path, 1)
    _cut(path / "model.safetensors")
    with pytest.raises(BundleError, match="to start the run again"):
        checkpoint.read(path)


def test_damaged_best_weights_are_named(tmp_path: Path) -> None:
    file = tmp_path / "best-0-4.safetensors"
    checkpoint.write_tensors(file, TENSORS["model"])
    _cut(file)
    with pytest.raises(BundleError, match=r"best-0-4.safetensors` is damaged"):
        checkpoint.read_tensors(file)


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _format(file: Path) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 99}))


FINE_TUNING = Method("fine-tuning", (), (Phase(trains=frozenset({"backbone"})),))


def test_loaded_weights_are_the_saved_ones() -> None:
    model, other = (
        tiny.adapted(FINE_TUNING, [Row()], model=tiny.backbone("bert", seed=seed))
        for seed in (0, 1)
    )
    saved = {name: tensor.clone() for name, tensor in model.kept().items()}
    assert any(not torch.equal(saved[name], tensor) for name, tensor in other.kept().items())
    checkpoint.load(other, saved, "here")
    assert all(torch.equal(saved[name], tensor) for name, tensor in other.kept().items())


def test_weights_of_another_model_are_refused() -> None:
    model = tiny.adapted(FINE_TUNING, [Row()])
    saved: dict[str, Tensor] = dict(model.kept())
    name = sorted(saved)[0]
    with pytest.raises(BundleError, match="saved weights do not fit the model") as caught:
        checkpoint.load(model, {**saved, name: torch.zeros(1)}, "here")
    assert f"`{name}`: (1,)" in str(caught.value)
    del saved[name]
    with pytest.raises(BundleError, match=f"`{name}`: none"):
        checkpoint.load(model, saved, "here")
