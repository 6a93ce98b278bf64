"""A run that starts from another run's phase: with its weights, to the bit, or not at all."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.errors import BundleError, UnknownName
from hyperadapters.method import Start
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.training import checkpoint, train
from hyperadapters.training.starting import begin, ended_with, first_phase


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A backbone that several runs stand on, with one vocabulary."""
    folder = tmp_path_factory.mktemp("encoder")
    bundle.save(assemble(run_from(tiny_runs.values(folder))), folder / "model")
    return {"path": str(folder / "model" / "backbone")}


def values(
    output: Path, encoder: dict[str, Any], method: str = "mad-x-v2", **changes: Any
) -> dict[str, Any]:
    return tiny_runs.staged(output, method, backbone=encoder, **{"phases": {}, **changes})


def from_phase(run: Path, phase: str = "language") -> dict[str, Any]:
    """A task phase that starts from another run's phase."""
    return {"task": {"start_from": {"run": str(run), "phase": phase}}}


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory, encoder: dict[str, Any]) -> Path:
    """A whole run of three languages; the folder."""
    folder = tmp_path_factory.mktemp("languages") / "run"
    train_in = {"train": {"fields": ["en"], "mlm": ["en", "ta", "tr"]}}
    train(assemble(run_from(values(folder, encoder, **train_in))), folder)
    return folder


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor], names: set[str]) -> None:
    assert names
    for name in names:
        assert torch.equal(one[name], other[name]), name


def test_a_run_begins_with_what_the_phase_ended_with(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    """For the names that both have; the other run's Tamil is passed over."""
    run = values(tmp_path, encoder, phases=from_phase(languages), seed=7)
    made = assemble(run_from(run))
    fresh = {name: tensor.clone() for name, tensor in made.model.kept().items()}
    ended = load_file(languages / "checkpoints" / "phase-language.safetensors")
    begin(made)
    begun = made.model.kept()
    shared = {
        name for name in begun if name.startswith(("adapters.language.", "adapters.invertible."))
    }
    same(begun, ended, shared)
    assert any(not torch.equal(fresh[name], begun[name]) for name in shared)
    same(begun, fresh, set(begun) - shared)
    assert {name for name in ended if "language=ta" in name}.isdisjoint(begun)
    assert first_phase(made.method) == 1


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("mad-x", {}), ("tlr-bilingual", {"target": "tr"})],
    ids=["mad-x", "tlr-bilingual"],
)
def test_the_family_stands_on_one_phase_of_languages(
    languages: Path, encoder: dict[str, Any], tmp_path: Path, method: str, arguments: dict[str, Any]
) -> None:
    """Couplings and language adapters of all languages are one file, whoever trained it."""
    run = values(tmp_path, encoder, method, arguments=arguments, phases=from_phase(languages))
    made = assemble(run_from(run))
    begin(made)
    ended = load_file(languages / "checkpoints" / "phase-language.safetensors")
    for part in ("invertible", "language"):
        names = {n for n in made.model.kept() if n.startswith(f"adapters.{part}.")}
        assert {name.split("=")[1].split(".")[0] for name in names} == {"en", "tr"}
        same(made.model.kept(), ended, names)


def test_a_phase_that_was_trained_without_invertible_adapters_is_told(
    encoder: dict[str, Any], tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    without = values(bare, encoder, arguments={"invertible": "none"})
    train(assemble(run_from(without)), bare)
    message = refused(encoder, tmp_path / "run", phases=from_phase(bare))
    assert f"the run in `{bare}` has not trained invertible" in message
    assert "found: by the end of its phase `language`: language" in message


def test_what_is_trained_from_a_phase_is_what_is_trained_after_it(
    encoder: dict[str, Any], tmp_path: Path
) -> None:
    """The same run without its first phase ends with the same weights and the same lines."""
    whole, rest = tmp_path / "whole", tmp_path / "rest"
    first, second = assemble(run_from(values(whole, encoder))), None
    train(first, whole)
    second = assemble(run_from(values(rest, encoder, phases=from_phase(whole))))
    train(second, rest)
    same(second.model.kept(), first.model.kept(), set(first.model.kept()))
    lines = [line for line in tiny_runs.lines(whole) if line["phase"] == "task"]
    found = tiny_runs.lines(rest)
    assert [line["phase"] for line in found] == ["task"] * len(lines)
    assert [line.get("loss") for line in found] == [line.get("loss") for line in lines]
    assert not (rest / "checkpoints" / "phase-language.safetensors").exists()
    loaded = bundle.load(rest / "model")
    same(loaded.model.kept(), first.model.kept(), set(first.model.kept()))


def test_variants_share_the_languages_of_one_run(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    arguments = {"targets": ["tr"]}
    phases = from_phase(languages)
    run = values(tmp_path, encoder, "tlr-task-multi", arguments=arguments, phases=phases)
    made = assemble(run_from(run))
    train(made, tmp_path)
    ended = load_file(languages / "checkpoints" / "phase-language.safetensors")
    kept = made.model.kept()
    same(kept, ended, {name for name in kept if name.startswith("adapters.language.")})


def test_with_weights_from_scratch_the_backbone_and_its_head_come_too(tmp_path: Path) -> None:
    """Both runs learn the same vocabulary from the same text."""
    whole, rest = tmp_path / "whole", tmp_path / "rest"
    run = tiny_runs.staged(whole, "mad-x-v2")
    first = assemble(run_from(run))
    train(first, whole)
    phases = {**run["phases"], **from_phase(whole)}
    second = assemble(run_from(tiny_runs.staged(rest, "mad-x-v2", phases=phases)))
    assert first_phase(second.method) == 2
    train(second, rest)
    same(second.model.kept(), first.model.kept(), set(first.model.kept()))


def test_a_run_may_start_from_the_end_of_another(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    """Its last phase is in its model, not among its checkpoints; heads of the same tasks come."""
    run = values(tmp_path, encoder, phases=from_phase(languages, "task"))
    made = assemble(run_from(run))
    state = torch.get_rng_state()
    begin(made)
    assert torch.equal(torch.get_rng_state(), state), "loading the other one draws nothing"
    kept, ended = made.model.kept(), bundle.load(languages / "model").model.kept()
    same(kept, ended, set(kept))
    assert any(name.startswith("heads.") for name in kept)


def test_a_started_run_that_was_stopped_goes_on_as_if_it_had_not(
    languages: Path, encoder: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    more = {"phases": from_phase(languages), "checkpoint_every": 2}
    expected = assemble(run_from(values(whole, encoder, **more)))
    train(expected, whole)
    for updates in (1, 3):  # before its first checkpoint, and after one
        tiny_runs.stop_after(updates, assemble(run_from(values(broken, encoder, **more))), broken)
    made = assemble(run_from(values(broken, encoder, **more)))
    monkeypatch.setattr("hyperadapters.training.loop.begin", _never)
    train(made, broken)
    same(made.model.kept(), expected.model.kept(), set(expected.model.kept()))
    assert tiny_runs.lines(broken) == tiny_runs.lines(whole)


def _never(assembly: Assembly) -> None:
    raise AssertionError("a run that has a checkpoint goes on from there")


def test_without_a_start_nothing_is_changed(encoder: dict[str, Any], tmp_path: Path) -> None:
    made = assemble(run_from(values(tmp_path, encoder)))
    fresh = {name: tensor.clone() for name, tensor in made.model.kept().items()}
    assert first_phase(made.method) == 0
    begin(made)
    same(made.model.kept(), fresh, set(fresh))


def refused(encoder: dict[str, Any], output: Path, **changes: Any) -> str:
    """What a run that cannot begin says; it leaves nothing."""
    with pytest.raises((BundleError, UnknownName)) as caught:
        train(assemble(run_from(values(output, encoder, **changes))), output)
    assert {path.name for path in output.iterdir()} <= {".lock"}
    return str(caught.value)


def test_a_folder_without_a_run_is_refused(encoder: dict[str, Any], tmp_path: Path) -> None:
    message = refused(encoder, tmp_path / "run", phases=from_phase(tmp_path / "nowhere"))
    assert f"there is no run in `{tmp_path / 'nowhere'}` to start from" in message
    assert f"expected: a file {tmp_path / 'nowhere' / 'run.yaml'}" in message
    assert "train it first, or correct `start_from.run`" in message


def test_a_phase_that_the_run_does_not_have_is_refused(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    message = refused(encoder, tmp_path / "run", phases=from_phase(languages, "langauge"))
    assert "unknown phase `langauge`" in message and "did you mean `language`" in message
    assert f"start_from: {languages}" in message


def test_a_phase_that_the_run_has_not_reached_is_refused(
    encoder: dict[str, Any], tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    tiny_runs.stop_after(1, assemble(run_from(values(begun, encoder))), begun)
    message = refused(encoder, tmp_path / "run", phases=from_phase(begun))
    assert f"the run in `{begun}` has not come to the end of its phase `language`" in message
    assert "train it to there first: its `train` command goes on" in message
    with pytest.raises(BundleError, match="has not come to the end of its phase `task`"):
        ended_with(Start(str(begun), "task"), begun)


def test_a_run_that_lacks_a_part_is_refused(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    """The pair of BAD-X is no language of MAD-X."""
    more = {"method": "bad-x", "arguments": {"target": "tr"}, "phases": from_phase(languages)}
    message = refused(encoder, tmp_path / "run", **more)
    assert f"the run in `{languages}` has not trained pair" in message
    assert "expected: what the phases before `task` train" in message
    assert "found: by the end of its phase `language`: invertible, language" in message


def test_a_run_that_lacks_a_language_is_refused(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    cells = {"fields": ["en"], "mlm": ["en", "fi"]}
    message = refused(encoder, tmp_path / "run", phases=from_phase(languages), train=cells)
    assert "the saved weights do not fit the model" in message and "language=fi" in message
    assert f"where: {languages}" in message
    assert "start from a run of the same method whose phase has all languages" in message


def test_a_run_of_another_width_is_refused(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    arguments = {"language_reduction": 4}
    message = refused(encoder, tmp_path / "run", phases=from_phase(languages), arguments=arguments)
    assert "the saved weights do not fit the model" in message


def test_a_run_that_has_trained_more_of_the_backbone_is_refused(
    encoder: dict[str, Any], tmp_path: Path
) -> None:
    """Its languages stand on a backbone that this run would not have."""
    other = tmp_path / "other"
    first = {"pretrain": {"train": {"mlm": ["en"]}, "steps": 1}}
    train(assemble(run_from(values(other, encoder, phases=first))), other)
    message = refused(encoder, tmp_path / "run", phases=from_phase(other))
    assert f"the run in `{other}` has trained backbone, and this one would not have it" in message
    assert "give this run the phases of that one up to where it starts" in message


def test_a_run_of_another_vocabulary_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    run = tiny_runs.staged(other, "mad-x-v2", train={"fields": ["en"], "mlm": ["en", "ta", "tr"]})
    train(assemble(run_from(run)), other)
    phases = {**run["phases"], **from_phase(other)}
    made = assemble(run_from(tiny_runs.staged(tmp_path / "run", "mad-x-v2", phases=phases)))
    with pytest.raises(BundleError, match="the run to start from has another vocabulary") as caught:
        train(made, tmp_path / "run")
    message = str(caught.value)
    assert f"where: {other / 'tokenizer' / 'tokenizer.json'}" in message
    assert "give both runs the backbone of a third one, by `backbone.path`" in message


def test_a_phase_whose_file_is_lost_is_not_taken_from_the_end_of_the_run(
    encoder: dict[str, Any], tmp_path: Path
) -> None:
    """The model has what the last phase ended with, not what this one did."""
    other = tmp_path / "other"
    train(assemble(run_from(values(other, encoder))), other)
    (other / "checkpoints" / "phase-language.safetensors").unlink()
    message = refused(encoder, tmp_path / "run", phases=from_phase(other))
    assert "has not come to the end of its phase `language`" in message


def test_a_run_may_start_within_a_phase_of_another(
    languages: Path, encoder: dict[str, Any], tmp_path: Path
) -> None:
    newest = sorted((languages / "checkpoints").glob("001-*"))
    assert [path.name for path in newest] == ["001-00000000"], "only ends of phases are kept here"
    start = {"run": str(languages), "phase": "task", "step": 0}
    made = assemble(run_from(values(tmp_path, encoder, phases={"task": {"start_from": start}})))
    begin(made)
    ended = load_file(languages / "checkpoints" / "phase-language.safetensors")
    kept = made.model.kept()
    same(kept, ended, {name for name in kept if name.startswith("adapters.language.")})


@pytest.mark.parametrize(("phase", "step"), [("task", 3), ("language", 0)])
def test_a_checkpoint_that_is_not_there_is_named(
    languages: Path, encoder: dict[str, Any], tmp_path: Path, phase: str, step: int
) -> None:
    start = {"run": str(languages), "phase": phase, "step": step}
    message = refused(encoder, tmp_path / "run", phases={"task": {"start_from": start}})
    assert f"has no checkpoint after {step} updates of `{phase}`" in message
    assert "only the last two checkpoints of a run are kept" in message


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(file.read_bytes()[:-40])])
def test_damaged_weights_are_named(
    damage: Callable[[Path], object], encoder: dict[str, Any], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    train(assemble(run_from(values(other, encoder))), other)
    damage(other / "checkpoints" / "phase-language.safetensors")
    message = refused(encoder, tmp_path / "run", phases=from_phase(other))
    assert "phase-language.safetensors` is damaged" in message
    assert "copy it again, or train that run again in another folder" in message
    assert checkpoint.latest(other / "checkpoints") is not None
