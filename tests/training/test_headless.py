"""An encoder without a head for masked language modelling: the head is trained first, alone."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import BertModel

import tiny_runs
from hyperadapters.backbones import head_parameters
from hyperadapters.config import run_from
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.training import train
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress
from hyperadapters.training.stage import Stage


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A backbone as `BertModel` saves it: an encoder and nothing else."""
    folder = tmp_path_factory.mktemp("headless")
    bundle.save(assemble(run_from(tiny_runs.values(folder))), folder / "model")
    whole, bare = folder / "model" / "backbone", folder / "bare"
    BertModel.from_pretrained(whole, add_pooling_layer=False).save_pretrained(bare)
    for file in whole.glob("tokenizer*"):
        shutil.copy(file, bare)
    return {"path": str(bare)}


def run(folder: Path, headless: dict[str, Any]) -> Assembly:
    """Hyper-X with MLM beside a task, after a phase for the head: as in `real-text-mlm`."""
    method = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}
    first = {"train": {"mlm": ["en", "ta", "tr"]}, "trains": ["heads"], "steps": 30}
    changes = {
        "backbone": headless,
        "method": method,
        "phases": {"mlm-head": first},
        "train": {"fields": ["en"], "mlm": ["en", "tr"]},
        "select": {"fields": ["en"]},
        "evaluate": {"fields": ["en"], "mlm": ["en", "tr"]},
    }
    values = tiny_runs.values(folder, **changes)
    values["tasks"].pop("spans")
    return assemble(run_from(values))


def head_of(assembly: Assembly) -> dict[str, Tensor]:
    """The parameters of the head for MLM, by their names in the model."""
    own = {id(parameter) for parameter in head_parameters(assembly.model.backbone)}
    return {n: p for n, p in assembly.model.named_parameters() if id(p) in own}


def test_only_the_head_moves_in_its_phase_and_it_learns(
    headless: dict[str, Any], tmp_path: Path
) -> None:
    made = run(tmp_path, headless)
    before = {name: tensor.clone() for name, tensor in made.model.named_parameters()}
    head = set(head_of(made))
    assert {name.rpartition("cls.")[2] for name in head} >= {
        "predictions.bias",
        "predictions.transform.dense.weight",
    }
    guessed = evaluate(made, cells=[made.cell("mlm", "en")]).cells[0].score
    journal = Journal(tmp_path / "metrics.jsonl", 0, accelerator_for("no"))
    stage = Stage(made, tmp_path / "checkpoints", Progress(), journal, Display())
    for _ in range(30):
        stage.update()
    moved = {n for n, p in made.model.named_parameters() if not torch.equal(p, before[n])}
    assert moved == head
    assert evaluate(made, cells=[made.cell("mlm", "en")]).cells[0].score < 0.9 * guessed


def test_the_head_that_was_trained_is_part_of_the_run(
    headless: dict[str, Any], tmp_path: Path
) -> None:
    made = run(tmp_path, headless)
    train(made, tmp_path)
    again = bundle.load(tmp_path / "model")
    for name, tensor in head_of(made).items():
        assert torch.equal(head_of(again)[name], tensor), name
    cells = [[cell.score for cell in evaluate(one).cells] for one in (made, again)]
    assert cells[0] == pytest.approx(cells[1], rel=1e-5)
    assert {cell.standing for cell in evaluate(made).cells} == {"trained pair"}
