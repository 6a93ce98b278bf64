"""Checkpoints: whole or not there, checked when read, small in number."""

import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

import tiny
from hyperadapters.context import Row
from hyperadapters.errors import BundleError
from hyperadapters.machine.whole import remove
from hyperadapters.machine.written import LIST, claim, written
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
    assert sorted(one.name for one in path.parent.iterdir()) == ["000-00000007", LIST]


def test_without_checkpoints_there_is_no_latest(tmp_path: Path) -> None:
    assert checkpoint.latest(tmp_path / "nowhere") is None


def test_shared_memory_is_stored_apart(tmp_path: Path) -> None:
    whole = torch.arange(8.0)
    checkpoint.write_tensors(
        tmp_path / "x.safetensors", {"a": whole[:4], "b": whole[4:], "c": whole}
    )
    read = checkpoint.read_tensors(tmp_path / "x.safetensors", "none")
    assert torch.equal(torch.cat([read["a"], read["b"]]), read["c"])


def test_the_last_two_are_kept_with_their_best_weights(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        best = f"best-0-{number}.safetensors"
        checkpoint.write_tensors(tmp_path / best, TENSORS["model"])
        write(tmp_path, number, best)
    checkpoint.write_tensors(tmp_path / "best-0-4.safetensors", TENSORS["model"])
    for name in ("000-00000009", "best-0-5.safetensors"):
        claim(tmp_path, name)
    (tmp_path / ".000-00000009.part").mkdir()
    (tmp_path / ".best-0-5.safetensors.part").write_bytes(b"half")
    checkpoint.tidy(tmp_path, "best-0-4.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000-00000002",
        "000-00000003",
        "best-0-2.safetensors",
        "best-0-3.safetensors",
        "best-0-4.safetensors",
        LIST,
    ]
    listed = {path.name for path in tmp_path.iterdir() if path.name != LIST}
    assert set(written(tmp_path)) == listed


def test_files_of_others_stay_where_they_are(tmp_path: Path) -> None:
    """Whatever they are called, beside checkpoints or in one."""
    for number in (1, 2, 3):
        write(tmp_path, number)
    names = ["best-of.txt", "best-0-9.safetensors.bak", ".notes", "2024-12", "100-metres", "note"]
    for name in (*names, "000-00000001/why.txt", "best-0-7.safetensors"):
        (tmp_path / name).write_text("mine")
    checkpoint.tidy(tmp_path, None)
    assert all((tmp_path / name).read_text() == "mine" for name in names)
    assert (tmp_path / "000-00000001" / "why.txt").read_text() == "mine"
    assert (tmp_path / "best-0-7.safetensors").read_text() == "mine"
    (tmp_path / "000-00000001" / "why.txt").unlink()
    write(tmp_path, 4)
    checkpoint.tidy(tmp_path, None)
    newest = checkpoint.latest(tmp_path)
    assert newest is not None and newest.name == "000-00000004"
    left = sorted(path.name for path in tmp_path.glob("000-*"))
    assert left == ["000-00000003", "000-00000004"]


@pytest.mark.parametrize("name", ["000-00000009", "best-0-9.safetensors"])
def test_what_looks_like_a_checkpoint_and_is_not_listed_is_refused(
    tmp_path: Path, name: str
) -> None:
    checkpoint.check_written(tmp_path / "nowhere")
    write(tmp_path, 1)
    checkpoint.check_written(tmp_path)
    (tmp_path / name).mkdir()
    with pytest.raises(BundleError, match=f"{name}` would be replaced or removed"):
        checkpoint.check_written(tmp_path)


class Dies(BaseException):
    """What a process does not survive."""


@pytest.mark.parametrize("moment", range(1, 9))
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
    # 1, 2 the list; 3 tensors, 4 state, 5 their folder; then it has its name
    assert newest == first or moment > 5
    again = write(tmp_path, 2)
    checkpoint.tidy(tmp_path, None)
    assert sorted(tmp_path.iterdir()) == [first, again, tmp_path / LIST]
    checkpoint.read(again)


def test_a_removal_that_is_cut_short_leaves_no_half_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        write(tmp_path, number)

    def dies(path: Path, **more: object) -> None:
        if path.exists():
            raise Dies

    monkeypatch.setattr("shutil.rmtree", dies)
    with pytest.raises(Dies):
        checkpoint.tidy(tmp_path, None)
    assert [path.name for path in sorted(tmp_path.glob("0*"))] == ["000-00000002", "000-00000003"]
    monkeypatch.undo()
    checkpoint.tidy(tmp_path, None)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda path: (path / "model.safetensors").unlink(), "no such file"),
        (lambda path: _cut(path / "model.safetensors"), "another content than was written"),
        (lambda path: _flip(path / "model.safetensors"), "another content than was written"),
        (lambda path: _cut(path / "state.json"), "state.json"),
        (lambda path: (path / "state.json").unlink(), "No such file"),
        (lambda path: (path / "state.json").write_text("[]"), "found: []"),
        (lambda path: (path / "state.json").write_text("[" * 9999), "recursion limit"),
        (lambda path: (path / "state.json").write_text('{"format": 4}'), "no checksums"),
        (lambda path: _change(path, '"d"', '"e"'), "other values than were written"),
        (lambda path: _change(path, '"step": 2', '"step": 3'), "other values than were written"),
        (lambda path: _change(path, '"step": 2', '"step": "2"'), "other values"),
        (lambda path: _change(path, '"step": 2', f'"step": {"2" * 5000}'), "out of range"),
        (lambda path: (path / "note.txt").touch(), "was not written with the others"),
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
    assert "expected: format 4" in message and "found: format 99" in message
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
    with pytest.raises(BundleError, match=f"delete `{tmp_path}` to start the run again"):
        checkpoint.read(path)


def test_the_way_on_leads_to_a_checkpoint_that_is_whole(tmp_path: Path) -> None:
    one, two = write(tmp_path, 1), write(tmp_path, 2)
    three = write(tmp_path, 3)
    _flip(three / "model.safetensors")
    _cut(two / "state.json")
    with pytest.raises(BundleError) as caught:
        checkpoint.read(three)
    assert f"delete `{three}` and `{two}` to go on from `{one.name}`" in str(caught.value)


def best(folder: Path, number: int) -> Path:
    """Best weights, and a checkpoint that names them; the weights."""
    file = folder / f"best-0-{number}.safetensors"
    checkpoint.write_tensors(file, TENSORS["model"])
    write(folder, number, file.name)
    return file


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda file: file.unlink(), "no such file"),
        (lambda file: _cut(file), "Error"),
        (lambda file: _flip(file), "another content than was written"),
        (lambda file: save_file({"a": torch.zeros(1)}, file), "no checksum"),
    ],
    ids=["gone", "cut", "flipped", "another"],
)
def test_damaged_best_weights_are_found_with_the_checkpoint_that_names_them(
    tmp_path: Path, damage: Callable[[Path], object], found: str
) -> None:
    """What the message says then works."""
    best(tmp_path, 1)
    file = best(tmp_path, 2)
    newest = checkpoint.latest(tmp_path)
    assert newest is not None and checkpoint.read(newest)
    damage(file)
    with pytest.raises(BundleError, match=f"checkpoint `{newest}` is damaged") as caught:
        checkpoint.read(newest)
    assert f"where: {file}" in str(caught.value) and found in str(caught.value)
    assert f"delete `{newest}` to go on from `000-00000001`" in str(caught.value)
    remove(newest)
    older = checkpoint.latest(tmp_path)
    assert older is not None and checkpoint.read(older).state["best_file"] == "best-0-1.safetensors"


def test_damaged_best_weights_that_both_checkpoints_name_mean_a_new_start(tmp_path: Path) -> None:
    file = best(tmp_path, 1)
    newest = write(tmp_path, 2, file.name)
    _flip(file)
    with pytest.raises(BundleError, match="to start the run again"):
        checkpoint.read(newest)


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _change(path: Path, old: str, new: str) -> None:
    text = (path / "state.json").read_text()
    assert old in text
    (path / "state.json").write_text(text.replace(old, new))


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
    with pytest.raises(BundleError, match=f"`{name}`: .* int8"):
        checkpoint.load(model, {**saved, name: saved[name].to(torch.int8)}, "here")
    for value in (math.nan, math.inf):
        with pytest.raises(BundleError, match=f"not finite(.|\n)*found: infinity.*`{name}`"):
            checkpoint.load(model, {**saved, name: torch.full_like(saved[name], value)}, "here")
    del saved[name]
    with pytest.raises(BundleError, match=f"`{name}`: none"):
        checkpoint.load(model, saved, "here")
