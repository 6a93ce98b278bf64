"""What a failed run says to do can be done as it stands."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

import tiny_runs
from commands import call, right
from hyperadapters.config import load_run, run_from
from hyperadapters.errors import TrainingError
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.training import checkpoint, train
from hyperadapters.training.rescue import rescue
from hyperadapters.training.stage import Stage
from hyperadapters.training.starting import begin

RECIPE = {"steps": 9, "batch": 8, "length": 24, "learning_rate": 0.02}


def values(folder: Path, **changes: Any) -> dict[str, Any]:
    first = {**tiny_runs.PLAIN, "train": {"mlm": ["en"]}, "steps": 3, "batch": 4}
    more = {"recipe": RECIPE, "checkpoint_every": 2, "phases": {"pretrain": first}}
    method = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}
    return tiny_runs.values(folder, **{"method": method, **more, **changes})


def broken(assembly: Assembly, folder: Path, update: int) -> str:
    """Trains until the update, over all phases, before which a weight is lost; what is said."""
    done, left = Stage.update, update

    def counted(stage: Stage) -> None:
        nonlocal left
        left -= 1
        if not left:
            with torch.no_grad():
                for parameter in stage.trained.values():
                    parameter.fill_(torch.nan)
        done(stage)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(TrainingError) as caught:
        patch.setattr(Stage, "update", counted)
        train(assembly, folder)
    return str(caught.value)


def command(message: str) -> list[str]:
    """The arguments of the command that a message says."""
    (line,) = re.findall("hyperadapters train .*", message)
    return shlex.split(line)[1:]


@pytest.mark.parametrize(
    ("update", "start"),
    [
        (11, ("train", 6)),  # in the eighth update of the phase: a checkpoint at 6, as the one
        (10, ("train", 4)),  # in the seventh: that at 6 has weights no loss was finite with
        (5, ("train", 0)),
        (4, ("pretrain", 2)),  # none with the weights that the first one ended with
    ],
)
def test_the_command_that_is_said_goes_on_from_the_last_good_checkpoint(
    tmp_path: Path, update: int, start: tuple[str, int]
) -> None:
    """With a tenth of the rate, in a folder of its own."""
    folder = tmp_path / "a run"
    message = broken(assemble(run_from(values(folder))), folder, update)
    assert "is not finite" in message and "the last good checkpoint" in message
    said = command(message)
    run = load_run(Path(said[1]), said[3:6:2])
    assert run.folder == tmp_path / "a run-2"
    phase, step = start
    begun = run.phases[phase].start_from
    assert begun is not None and (begun.run, begun.phase, begun.step) == (str(folder), phase, step)
    assert run.phases["train"].learning_rate == pytest.approx(0.002)
    kept = checkpoint.read(
        folder / "checkpoints" / f"{0 if phase == 'pretrain' else 1:03}-{step:08}"
    )
    made = assemble(run)
    begin(made)
    for name, tensor in made.model.kept().items():
        assert torch.equal(tensor, kept.tensors["model"][name]), name


def test_the_command_trains_to_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    broken(assemble(run_from(values(folder))), folder, 9)
    message = broken(assemble(run_from(values(folder))), folder, 4)
    said = command(message)
    out = right(*said)
    assert "report: " in out
    assert (tmp_path / "run-2" / "results.json").is_file()
    lines = tiny_runs.lines(tmp_path / "run-2")
    assert {line["phase"] for line in lines} == {"train"}
    assert right(*said), "the same command again has nothing left to do"


def test_without_a_good_checkpoint_it_begins_anew(tmp_path: Path) -> None:
    """Where the first phase has failed, at once; the number is one that is free."""
    (tmp_path / "run-2").mkdir()
    folder = tmp_path / "run"
    message = broken(assemble(run_from(values(folder))), folder, 1)
    assert "lower the learning rate from the model as it began, on" in message
    said = command(message)
    changed = dict(change.split("=", 1) for change in said[3:6:2])
    assert changed["output"] == str(tmp_path / "run-3")
    assert yaml.safe_load(changed["phases"]) == {
        "pretrain": {"learning_rate": pytest.approx(0.001)}
    }
    assert "start_from" not in changed["phases"]


def test_it_says_where_corpora_are_and_that_half_precision_may_be_why(tmp_path: Path) -> None:
    recipe = {**RECIPE, "precision": "bf16"}
    run = run_from(values(tmp_path / "run", recipe=recipe))
    made = assemble(run, data_root=tmp_path / "my data")
    said = rescue(made, tmp_path / "run" / "checkpoints", 1, 3)
    assert command(said)[-2:] == ["--data-root", str(tmp_path / "my data")]
    assert "or compute in full precision: `recipe.precision: no`" in said


def test_a_weight_that_the_last_update_lost_is_in_no_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No later loss shows it: it is found before the checkpoint is written."""
    update, folder = Stage.update, tmp_path / "run"

    def loses(stage: Stage) -> None:
        update(stage)
        if stage.phase.name == "train" and stage.progress.step == 9:
            weights: list[Tensor] = list(stage.trained.values())
            with torch.no_grad():
                weights[0].fill_(torch.inf)

    monkeypatch.setattr(Stage, "update", loses)
    with pytest.raises(TrainingError, match="the weights are not finite(.|\n)*update 9") as caught:
        train(assemble(run_from(values(folder))), folder)
    newest = checkpoint.latest(folder / "checkpoints")
    assert newest is not None and newest.name == "001-00000008"
    assert "`001-00000008`" in str(caught.value)
    assert not (folder / "model").exists()


def test_a_failed_run_says_it_on_the_command_line(tmp_path: Path) -> None:
    run = values(tmp_path / "run", recipe={**RECIPE, "learning_rate": 1e38, "clip": 0.0})
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(run))
    result = call("train", tmp_path / "run.yaml")
    assert result.exit_code == 2
    assert f"hyperadapters train {tmp_path / 'run' / 'run.yaml'} --set" in result.stderr
